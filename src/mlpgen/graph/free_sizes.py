"""Free sizes: names in the shapes of inputs, each with an example in `sizes`.

The code of a model holds for any such size: `forward` reads it from the shape of the
input, and nothing that `__init__` makes may depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.names.identifiers import wrong_parameter
from mlpgen.spec.wording import cut, nearest
from mlpgen.symbols.sizes import Size, code_of, is_name

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from mlpgen.layers.base import Shape, Value
    from mlpgen.source import Path
    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems


def read_sizes(
    spec: Spec, others: Mapping[str, int], problems: Problems
) -> dict[str, int]:
    """Read the examples of free sizes.

    Args:
        spec: The spec.
        others: Other examples for some of them.
        problems: Collects mistakes.
    """
    used: dict[str, Path] = {}
    for name, path in _named(problems.document.data.get("input")):
        used.setdefault(name, path)
    for name in spec.sizes:
        at = ("sizes", name)
        if reason := wrong_parameter(name):
            message = f"the string `{cut(name)}` cannot be a free size: {reason}"
            problems.add("MG205", message, at, key=True)
        elif name in spec.parameters:
            message = f"`{name}` is a parameter, so it cannot be a free size"
            problems.add("MG206", message, at, key=True)
        elif name not in used:
            message = f"no input has the free size `{name}`"
            help = nearest(name, used) or "name it in the shape of an input"
            problems.add("MG249", message, at, key=True, help=help)
    unread = problems.document.data.get("sizes", {}) != spec.sizes
    for name, path in () if unread else used.items():
        if name not in spec.sizes:
            message = f"the free size `{cut(name)}` has no example"
            # Where one of two spellings is wrong, it is that of the example.
            help = str(nearest(name, spec.sizes)) or f"such as `sizes: {{{name}: 32}}`"
            problems.add("MG249", message, path, help=help)
    return {**spec.sizes, **others}


def _named(raw: Any, path: Path = ("input",)) -> Iterator[tuple[str, Path]]:
    """Yield the names in the shapes of inputs, as they are in the document."""
    inner = raw.items() if isinstance(raw, dict) else ()
    for key, each in inner:
        if key != "dtype":
            yield from _named(each, (*path, key))
    for index, size in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(size, str) and not wrong_parameter(size):
            yield size, (*path, index)


def with_examples(shape: Sequence[int | str], sizes: Mapping[str, int]) -> Shape | None:
    """Return a shape with sizes in place of names; None if one has no example."""
    if any(isinstance(each, str) and each not in sizes for each in shape):
        return None
    return tuple(
        Size.parameter(each, sizes[each]) if isinstance(each, str) else each
        for each in shape
    )


def read_from(
    inputs: Iterable[tuple[str, Value | None]], free: Container[str]
) -> dict[str, tuple[str, int]]:
    """Return where each free size is read from: the input and the index in its shape.

    Args:
        inputs: The inputs of a class by name; None after a mistake.
        free: The names of its free sizes.
    """
    found: dict[str, tuple[str, int]] = {}
    for name, value in inputs:
        for index, size in enumerate(value.shape if value is not None else ()):
            code = code_of(size) if is_name(size) else ""
            if value is not None and code in free:
                found.setdefault(code, (name, index + value.batched))
    return found
