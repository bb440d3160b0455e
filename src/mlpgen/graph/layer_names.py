"""The pass that names every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.used_parameters import attributes
from mlpgen.names.identifiers import snake_case, wrong_name

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from mlpgen.graph.nodes import Graph
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


def name_entries(
    entries: tuple[Entry, ...],
    problems: Problems,
    inputs: Mapping[str, Path] | None = None,
) -> tuple[Entry, ...]:
    """Name every layer: by its `name`, or by its type and a running number.

    The layers of a `Sequential` are numbered separately.

    Args:
        entries: The layers.
        problems: Collects mistakes.
        inputs: The names of the inputs, with their paths.
    """
    taken: dict[str, Path] = dict(inputs or {})
    for entry in entries:
        if entry.named:
            _check(entry, taken, problems)
    dotted = {entry.name for entry in entries if entry.named and "." in entry.name}
    counts: dict[str, int] = {}
    return tuple(
        entry._replace(
            name=_whole(entry.name, dotted)
            or _next(entry.variable or entry.type or entry.guess, counts, taken),
            sources=entry.sources and tuple(_whole(n, dotted) for n in entry.sources),
            children=name_entries(entry.children, problems),
        )
        for entry in entries
    )


def _whole(name: str, dotted: Container[str]) -> str:
    """Replace the dots in the name of a layer, which are reported as a mistake.

    Dots are for parts: a value `a.b` is a result of the layer `a`.
    """
    return name.replace(".", "_") if name in dotted else name


def check_attributes(graph: Graph, problems: Problems) -> None:
    """Refuse layers with the name of a parameter that `forward` needs.

    Both would be the same attribute of the class.

    Args:
        graph: The class, resolved.
        problems: Collects its mistakes.
    """
    free = graph.free
    needed = {name: node for node in graph.nodes for name in attributes(node, free)}
    for node in graph.nodes:
        if node.name in needed and not (node.is_function or node.shared):
            function = needed[node.name]
            problems.add_entry(
                "MG206",
                f"the name `{node.name}` is taken by a parameter that `forward` needs",
                node.path,
                labels=(
                    problems.entry_label(f"`{function.name}` needs it", function.path),
                ),
                help="give the layer another name",
            )


def _check(entry: Entry, taken: dict[str, Path], problems: Problems) -> None:
    path = (*entry.path, "name")
    reason = wrong_name(entry.name)
    if reason:
        message = f"the string `{entry.name[:60]}` cannot be a name: {reason}"
        problems.add("MG205", message, path)
    elif entry.name in taken:
        labels = (problems.label("it is taken here", taken[entry.name]),)
        message = f"the name `{entry.name}` is taken"
        problems.add("MG206", message, path, labels=labels)
    taken.setdefault(entry.name, path)


def _next(type_: str, counts: dict[str, int], taken: Mapping[str, Path]) -> str:
    stem = snake_case(type_ or "layer")
    while True:
        counts[stem] = counts.get(stem, 0) + 1
        name = f"{stem}_{counts[stem]}"
        if name not in taken:
            return name
