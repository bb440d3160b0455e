"""The pass that names every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.entries.members import members_in
from mlpgen.graph.used_parameters import attributes
from mlpgen.names.identifiers import snake_case, wrong_member, wrong_name
from mlpgen.names.members import attribute_of, holders_of, member_of

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
    *,
    chain: bool = False,
) -> tuple[Entry, ...]:
    """Name every layer: by its `name`, or by its type and a running number.

    The layers of a `Sequential` are numbered separately.

    Args:
        entries: The layers.
        problems: Collects mistakes.
        inputs: The names of the inputs, with their paths.
        chain: Whether they are inside a layer, where no list holds one.
    """
    taken: dict[str, Path] = dict(inputs or {})
    for entry in entries:
        if entry.named:
            _check(entry, taken, problems)
    dotted = [entry for entry in entries if entry.named and "." in entry.name]
    wrong = {entry.name for entry in dotted} - members_in(dotted, problems, chain=chain)
    counts: dict[str, int] = {}
    return tuple(
        entry._replace(
            name=_whole(entry.name, wrong)
            or _next(entry.variable or entry.type or entry.guess, counts, taken),
            sources=entry.sources and tuple(_whole(n, wrong) for n in entry.sources),
            children=name_entries(entry.children, problems, chain=True),
        )
        for entry in entries
    )


def _whole(name: str, wrong: Container[str]) -> str:
    """Replace the dot in the name of a layer that no list or dictionary can hold."""
    return name.replace(".", "_") if name in wrong else name


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
        attribute = attribute_of(node.name)
        if attribute in needed and not (node.is_function or node.shared):
            function = needed[attribute]
            problems.add_entry(
                "MG206",
                f"the name `{attribute}` is taken by a parameter that `forward` needs",
                node.path,
                labels=(
                    problems.entry_label(f"`{function.name}` needs it", function.path),
                ),
                help="give the layer another name",
            )


def _check(entry: Entry, taken: dict[str, Path], problems: Problems) -> None:
    path = (*entry.path, "name")
    member = member_of(entry.name)
    reason = wrong_member(entry.name) if member else wrong_name(entry.name)
    holders = holders_of(entry.name)
    clashes = (entry.name, _held(entry.name), *holders)
    name = next((each for each in clashes if each in taken), "")
    before = taken.get(name)
    if reason:
        message = f"the string `{entry.name[:60]}` cannot be a name: {reason}"
        problems.add("MG205", message, path)
    elif before:
        labels = (problems.label("it is taken here", before),)
        message = f"the name `{name.removesuffix('.')}` is taken"
        problems.add("MG206", message, path, labels=labels)
    taken.setdefault(entry.name, path)
    for holder in holders:
        taken.setdefault(_held(holder), path)


def _held(holder: str) -> str:
    """Return what stands for a list among the names that are taken."""
    return f"{holder}."


def _next(type_: str, counts: dict[str, int], taken: Mapping[str, Path]) -> str:
    stem = snake_case(type_ or "layer")
    while True:
        counts[stem] = counts.get(stem, 0) + 1
        name = f"{stem}_{counts[stem]}"
        if name not in taken and _held(name) not in taken:
            return name
