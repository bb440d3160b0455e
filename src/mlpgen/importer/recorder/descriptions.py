"""Descriptions of blocks: the first sentences of the author's docstrings."""

from __future__ import annotations

import inspect
import re
from functools import cache
from itertools import pairwise
from textwrap import shorten


@cache
def description(cls: type) -> str:
    """Return the first sentence of the docstring of an author's class."""
    if cls.__module__.startswith("torch.nn") or "__doc__" not in vars(cls):
        return ""
    return described_by(inspect.cleandoc(cls.__doc__ or ""), cls.__name__)


def described_by(text: str, name: str) -> str:
    """Return the first sentence of a docstring, without markup.

    Lists and what has a title, as `Args:`, are none of it. It is empty if it says no
    more than the name of the class, or refers to another.
    """
    lines = text.splitlines() or [""]
    ends = (at for at, pair in enumerate(pairwise(lines), 1) if _is_apart(*pair))
    text = " ".join(" ".join(lines[: next(ends, None)]).split())
    text = re.sub(r"`+([^`<]*?)\s*(<[^>]*>)?`+_*", r"\1", text).replace("`", "")
    sentence = re.match(r".+?[.!?](?= [A-Z]|$)", text)
    text = shorten(sentence.group() if sentence else text, 200, placeholder="").rstrip(
        " -:"
    )
    words = re.findall(r"[a-z0-9]+", text.lower())
    said = "".join(word for word in words if word not in _EMPTY)
    whole = re.sub(r"[^a-z0-9]", "", name.lower())
    bare = "".join(each for each in re.findall(r"[a-z0-9]+", whole))
    for word in _EMPTY:
        bare = bare.replace(word, "") if len(word) > _SHORT else bare
    refers = re.match(r"(See )?:\w+:", text)
    titled = lines[0].rstrip().endswith(":") or text.startswith("http")
    return "" if refers or titled or said in (whole, bare) else text


_EMPTY = ("layer", "block", "module", "class", "the", "a", "an", "of", "for", "basic")
_SHORT = 3
_WRAPPED = 60
_APART = re.compile(r"\s*($|[*-] |\d+[.)] |https?:|[A-Z]\w*( \w+)?:(\s|$))")
"""How a line of a docstring begins that does not go on with the sentence before it."""


def _is_apart(before: str, line: str) -> bool:
    """Return whether a line does not go on with the one before it, which had space."""
    word = line.strip().partition(" ")[0]
    space = len(before.strip()) + len(word) < _WRAPPED
    return bool(_APART.match(line)) or (word[:1].isupper() and space)
