"""Edits of a document: the data become what is asked for, and no other line changes."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen.source import arguments, edits, parse
from mlpgen.source.edited import edited
from mlpgen.source.written import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.source import Document, Path

BLOCK = """\
# a spec
name: Ünï   # 宽字符 before
layers:
  # the first
  - Flatten   # of images
  # the second
  - Linear: 10
    name: fc      # a name

  - Linear: {out_features: 5, bias: true}   # in braces
  - BatchNorm1d:
  - Conv2d:
      # what comes out
      out_channels: 3  # three
      kernel_size: 3
    name: conv
  - Sequential:
    - ReLU
    - {Linear: "3"}
  # the last
  - ReLU
outputs: [fc, conv, 'a b']   # three
empty:
training: {loss: {CrossEntropyLoss: {}}, data: mnist}
end: "宽" # 宽
"""
FLOW = """\
layers: [Flatten, Linear: 10, {Linear: 10, name: fc}, ReLU]
deep: [
  A,   # first
  B,
  {C: [1, 2]},
  D   # last
]
one: [x]
none: {}
"""
TEXTS = {"block": BLOCK, "flow": FLOW}


def paths(data: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of all values."""
    yield path
    if not isinstance(data, dict | list):
        return
    for step, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield from paths(value, (*path, step))


def above(data: Any, path: Path) -> Any:
    """Return what a value is in."""
    for step in path[:-1]:
        data = data[step]
    return data


def changed(
    text: bytes, change: Callable[[Document, Path], edits.Edits | None]
) -> Iterator[tuple[Path, Any, bytes]]:
    """Yield each place where a change is possible, with the data and the new text."""
    document = parse(text, "x.yaml")
    for path in paths(document.data):
        made = change(document, path) if path else None
        if made is not None:
            yield path, copy.deepcopy(document.data), edited(text, made)


def removed(data: Any, path: Path) -> None:
    del above(data, path)[path[-1]]


def replaced(data: Any, path: Path) -> None:
    above(data, path)[path[-1]] = {"new": [1, "a: b"]}


def inserted_after(data: Any, path: Path) -> None:
    above(data, path).insert(int(path[-1]) + 1, {"add": None, "from": ["a", "b"]})


def inserted_before(data: Any, path: Path) -> None:
    above(data, path).insert(int(path[-1]), "ReLU")


def added(data: Any, path: Path) -> None:
    inside = above(data, path)
    given = inside[path[-1]]
    inside[path[-1]] = (
        {given: None, "key": "1"} if isinstance(given, str) else given | {"key": "1"}
    )


def given(data: Any, path: Path) -> None:
    inside, step = above(data, path), path[-1]
    if isinstance(step, int):
        inside[step] = {inside[step]: {"arg": 1e-3}}
    elif isinstance(inside[step], dict | None):
        inside[step] = (inside[step] or {}) | {"arg": 1e-3}
    else:
        inside[step] = {"short": inside[step], "arg": 1e-3}


def raised(data: Any, path: Path) -> None:
    value = above(data, path).pop(path[-1])
    if not above(data, path):
        emptied = above(data, path[:-1])
        emptied[path[-2]] = None if emptied[path[-2]] == {} else emptied[path[-2]]
    above(data, path[:-1])[path[-1]] = value


CHANGES: dict[str, tuple[Any, Any, tuple[int, int]]] = {
    "remove": (edits.remove, removed, (28, 16)),
    "replace": (
        lambda d, p: edits.replace(d, p, {"new": [1, "a: b"]}),
        replaced,
        (25, 17),
    ),
    "insert after": (
        lambda d, p: edits.insert(d, p, {"add": None, "from": ["a", "b"]}),
        inserted_after,
        (12, 11),
    ),
    "insert before": (
        lambda d, p: edits.insert(d, p, "ReLU", before=True),
        inserted_before,
        (12, 11),
    ),
    "add a key": (lambda d, p: edits.add_key(d, p, "key", "1"), added, (17, 9)),
    "give an argument": (
        lambda d, p: arguments.set_argument(d, p, "arg", 1e-3, "short"),
        given,
        (25, 13),
    ),
}


def same(one: Any, other: Any) -> bool:
    """Compare data with the order of keys."""
    return written(one) == written(other)


def kept_lines(old: bytes, new: bytes, path: Path) -> bool:
    """Tell whether the lines above and below a value are still there as they were.

    Below the first key of an entry, the second one takes its place.
    """
    found = parse(old, "x.yaml").part(path)
    assert found is not None
    before, after = (re.split(rb"(?<=\n)", each) for each in (old, new))
    last = found.spans.end[0] + (found.key is not None and not found.order)
    above, below = before[: found.start[0] - 1], before[last:]
    return after[: len(above)] == above and after[len(after) - len(below) :] == below


VARIANTS = {
    "as it is": lambda text: text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "with a mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "without a last line end": lambda text: text.rstrip("\n").encode(),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("layout", TEXTS)
@pytest.mark.thinned(3)
def test_the_data_become_what_is_asked_for(
    layout: str, change: str, variant: str
) -> None:
    text = VARIANTS[variant](TEXTS[layout])
    make, expect, counts = CHANGES[change]
    count = 0
    for path, data, new in changed(text, make):
        expect(data, path)
        assert same(parse(new, "x.yaml").data, data), (path, new.decode())
        if variant == "as it is":
            assert kept_lines(text, new, path), path
        count += 1
    assert count == counts[layout == "flow"]
