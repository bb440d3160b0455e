"""Classes that would be an `nn.Sequential` with modules instead of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.spec.types import module_of
from mlpgen.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Resolved
    from mlpgen.graph.nodes import Graph, Node


def warnings_of_chains(
    classes: Sequence[tuple[Definition, Resolved]],
) -> tuple[Diagnostic, ...]:
    """Return warnings about functions that keep classes from being a chain."""
    found: dict[str, Diagnostic] = {}
    for definition, resolved in classes:
        functions = _functions(resolved.graph)
        if not functions or definition.name in found:
            continue
        node = functions[0]
        message = f"`{definition.name}` is not an `nn.Sequential` in sequential style, "
        message += f"because `{node.name}` is a function"
        modules = dict.fromkeys(module_of(each.type) for each in functions)
        help = f"write {listed(modules)}"
        problems = definition.problems
        with problems.trial() as trial:
            problems.add_entry("MG318", message, node.path, help=help, warning=True)
        (found[definition.name],) = trial.found
    return tuple(found.values())


def _functions(graph: Graph) -> list[Node]:
    """Return the functions of a class, if modules would make it a chain."""
    before, *more = graph.inputs or [""]
    several = not graph.stem and len(graph.outputs) > 1
    if more or several:
        return []
    for node in graph.nodes:
        if node.reads != (before,) or node.shared or node.tied or not node.is_link:
            return []
        if node.is_function and not module_of(node.type):
            return []
        before = node.name
    return [node for node in graph.nodes if node.is_function]
