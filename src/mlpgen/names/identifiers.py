"""Checks of names in a spec: names that pass are safe in code."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from mlpgen.names.members import OF_DICTIONARIES, is_number
from mlpgen.names.modules import hidden_module
from mlpgen.names.reserved.attributes import MODULE, PRIVATE
from mlpgen.names.reserved.scripts import WORDS
from mlpgen.names.reserved.words import BUILTINS, MODEL

if TYPE_CHECKING:
    from collections.abc import Container

LONGEST = 64
LONGEST_CLASS = 64
LONGEST_IMPORT = 60
LONGEST_FILE = 40
"""The most characters of names; longer ones would not leave room on a line of code."""


@lru_cache(maxsize=4096)
def snake_case(name: str) -> str:
    """Convert a class name to a file or attribute name: `MnistMLP` to `mnist_mlp`.

    Activations are spelled like torch's functions: `PReLU` is `prelu`.
    """
    for word in ("PReLU", "RReLU", "ReLU", "SiLU"):
        name = name.replace(word, word.capitalize())
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return name.lower()


def camel_case(text: str) -> str:
    """Convert a text to a class name; return an empty string if that fails."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    name = "".join(word[0].upper() + word[1:] for word in words)
    return "" if wrong_class_name(name) else name


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken, by appending `_`."""
    while name in taken:
        name = f"{name}_"
    return name


def wrong_name(name: str) -> str:
    """Say why `name` cannot be the name of a layer; an empty string if it can.

    A layer is an attribute of its class, so only names that Python or `nn.Module`
    cannot have are refused. If a variable in the code has the name, the variable is
    renamed.
    """
    if not re.fullmatch(r"_?[A-Za-z0-9]\w*", name, re.ASCII) or name[0].isdigit():
        return (
            "names consist of letters, digits and `_`, with a letter or one `_` first"
        )
    if len(name) > LONGEST:
        return f"it has {len(name)} characters, the maximum is {LONGEST}"
    if keyword.iskeyword(name):
        return f"`{name}` is a Python keyword"
    if name in MODULE or name in PRIVATE:
        return f"`{name}` is an attribute of `nn.Module`"
    return "`input` is the name of the input" if name == "input" else ""


def wrong_member(name: str) -> str:
    """Say why `name` cannot be that of a member of a list or a dictionary.

    Returns:
        The reason; an empty string if it can be.
    """
    if len(name) > LONGEST:
        return f"it has {len(name)} characters, the maximum is {LONGEST}"
    holder, *keys = name.split(".")
    reasons = [wrong_name(holder), *map(_wrong_key, keys)]
    return next(filter(None, reasons), "")


def _wrong_key(key: str) -> str:
    """Say why a list or a dictionary cannot have a key; empty if it can."""
    if is_number(key):
        return ""
    if re.fullmatch(r"\d+", key, re.ASCII):
        return "the numbers of members are written as 0, 1, 2"
    if key in OF_DICTIONARIES:
        return f"`{key}` is an attribute of `nn.ModuleDict`"
    return wrong_name(key)


def wrong_input(name: str) -> str:
    """Say why `name` cannot be the name of an input; an empty string if it can."""
    return _wrong_argument(name, _OF_FORWARD)


def wrong_parameter(name: str) -> str:
    """Say why `name` cannot be the name of a parameter; an empty string if it can."""
    if name == "index":
        return "`index` is the number of the round in a layer with `repeat`"
    if name in ("true", "false"):
        return f"`{name}` is a constant in expressions"
    reason = _wrong_argument(name, _OF_INIT)
    if not reason and (name in MODULE or name in PRIVATE):
        return f"`{name}` is an attribute of `nn.Module`"
    return reason


_OF_FORWARD = frozenset(
    [
        *("math", "nn", "pack_padded_sequence", "pad_packed_sequence", "recorded"),
        *("self", "torch"),
    ]
)
_OF_INIT = frozenset(
    ["math", "nn", "pairwise", "self", "spectral_norm", "torch", "weight_norm"]
)
"""Global names that `forward` and `__init__` use, which cannot be renamed."""


def _wrong_argument(name: str, used: Container[str]) -> str:
    """Say why a name cannot be an argument of a function in generated code."""
    if not re.fullmatch(r"_?[a-z][a-z0-9_]*", name):
        return "names consist of lower-case letters, digits and `_`"
    if len(name) > LONGEST:
        return f"it has {len(name)} characters, the maximum is {LONGEST}"
    if keyword.iskeyword(name):
        return f"`{name}` is a Python keyword"
    if name == "l":
        return "it looks like the digit 1"
    if name in used:
        return f"the generated code uses `{name}`"
    return f"`{name}` is a Python builtin" if name in BUILTINS else ""


def wrong_class_name(name: str) -> str:
    """Say why `name` cannot be the class of a model or block; empty if it can."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        return "class names are CamelCase: letters and digits, with a capital first"
    if len(name) > LONGEST_CLASS or len(snake_case(name)) > 100:
        return f"class names have at most {LONGEST_CLASS} characters"
    if _is_taken(name):
        return f"Python or the generated code uses `{name}`"
    return ""


def wrong_stem(stem: str) -> str:
    """Say why `stem`, without `.py`, cannot be the file of a model; empty if it can."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", stem):
        return "file names consist of lower-case letters, digits and `_`, without `.py`"
    if len(stem) > LONGEST_FILE:
        return f"it has {len(stem)} characters, the maximum is {LONGEST_FILE}"
    if keyword.iskeyword(stem):
        return f"`{stem}` is a Python keyword"
    reason = hidden_module(stem)
    return f"its file would be `{stem}.py`, and {reason}" if reason else ""


_VARIABLES = r"_|(size|value)_\d+|hidden_(channels|features)_*"
"""Variables that generated code makes."""


def wrong_import(name: str, what: str = "class") -> str:
    """Say why generated code cannot import `name`; an empty string if it can.

    Args:
        name: The name.
        what: What it names, for people.
    """
    if not _is_identifier(name):
        return f"a {what} must be {_IDENTIFIER}"
    if len(name) > LONGEST_IMPORT:
        return f"it has {len(name)} characters, the maximum is {LONGEST_IMPORT}"
    if re.fullmatch(r"[A-Z0-9_]+_[A-Z0-9_]*", name):
        return "it is spelled like a constant"
    if _is_taken(name) or re.fullmatch(_VARIABLES, name):
        return f"Python or the generated code uses `{name}`"
    return ""


def wrong_argument(name: str) -> str:
    """Say why `name` cannot be an argument of an imported class; empty if it can."""
    if not _is_identifier(name):
        return f"an argument must be {_IDENTIFIER}"
    if len(name) > LONGEST_IMPORT:
        return f"it has {len(name)} characters, the maximum is {LONGEST_IMPORT}"
    return "it is the object itself" if name == "self" else ""


_IDENTIFIER = (
    "an identifier of letters, digits and `_`, with at most one `_` at the start"
)


def _is_taken(name: str) -> bool:
    return name in BUILTINS or name in MODEL or name in WORDS


def _is_identifier(name: str) -> bool:
    """Return whether Python keeps a name as it is: it mangles `__name` in a class."""
    plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)
    return bool(plain) and not keyword.iskeyword(name) and name[:2] != "__"
