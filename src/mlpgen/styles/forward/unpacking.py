"""How the results of a call are taken apart, and what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Returned


class Part(NamedTuple):
    """One result.

    Attributes:
        name: What it is called among the results of the layer.
        value: What it is called among the values of the class.
        variable: What holds it in the end.
        given: What holds the result of the call that it is taken from.
        code: The code that takes it; empty if the call gives it as it is.
    """

    name: str
    value: str
    variable: str
    given: str
    code: str


class Unpacking(NamedTuple):
    """The results of a call that are needed.

    Attributes:
        pattern: What the call is assigned to: `x, (_, cell)`.
        parts: The results.
    """

    pattern: str
    parts: tuple[Part, ...]


def unpacked(
    node: Node,
    wanted: Mapping[str, str],
    choose: Callable[[str, str, Collection[str]], str],
) -> Unpacking:
    """Plan how the results of a layer are taken apart.

    Args:
        node: The layer.
        wanted: The values that are needed, by the names of the parts.
        choose: Gives a part, with the name of its value, a variable that is none of
            some others.
    """
    bases = {part: node.picks.get(part, (part, ""))[0] for part in wanted}
    targets: dict[str, str] = {}
    for part, value in wanted.items():
        targets[part] = choose(part, value, targets.values())
    names: dict[str, str] = {}
    for part, base in bases.items():
        alone = [*bases.values()].count(base) == 1
        if alone or part not in node.picks:
            names[base] = targets[part]
    for base in bases.values():
        if base not in names:  # several parts are taken from it
            others = {*names.values(), *targets.values()}
            names[base] = choose(base, f"{node.name}.{base}", others)
    parts = (
        Part(part, value, targets[part], names[base], pick.format(names[base]))
        for (part, value), base in zip(wanted.items(), bases.values(), strict=True)
        for pick in [node.picks.get(part, ("", ""))[1]]
    )
    return Unpacking(_pattern(node.returned, names), tuple(parts))


def _pattern(returned: Returned, names: Mapping[str, str]) -> str:
    """Write what the results of a call are assigned to: `x, (_, cell)`."""
    if isinstance(returned, str):
        return names.get(returned, "_")
    return ", ".join(
        _pattern(each, names)
        if isinstance(each, str)
        else _bracketed(_pattern(each, names))
        for each in returned
    )


def _bracketed(pattern: str) -> str:
    return "_" if set(pattern.split(", ")) == {"_"} else f"({pattern})"
