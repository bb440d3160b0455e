"""Warnings about unused layers, parameters, inputs and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Removed
from mlpgen.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.blocks.arguments import Use
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Scope
    from mlpgen.spec.problems import Problems


def warn_about_layers(
    nodes: Sequence[Node], kept: Sequence[Node], problems: Problems
) -> None:
    """Warn about layers that no output depends on, or not on their results."""
    if problems.failed:  # an entry with a mistake may use them
        return
    needed = {node.name: node for node in kept}
    for node in nodes:
        if node.unused:
            continue
        message = f"no output depends on `{node.name}`, so it is left out"
        help = "name it in `outputs`, use it in a layer, or remove it"
        if node.name in needed:
            if not needed[node.name].idle:
                continue
            message = f"no output depends on the result of `{node.name}`"
            help = "name it in `outputs`, or use it in a layer"
        problems.add_entry("MG215", message, node.path, help=help, warning=True)


def warn_about_parameters(definition: Definition, scope: Scope) -> None:
    """Warn about parameters that no expression uses."""
    problems = definition.problems
    if problems.failed:  # an entry with a mistake may use them
        return
    for name in definition.parameters:
        if name not in scope.found.used:
            path = (*definition.path, "parameters", name)
            message = f"no layer uses the parameter `{name}`"
            problems.add("MG214", message, path, key=True, warning=True)


def warn_about_values(definition: Definition, scope: Scope) -> None:
    """Warn about local values that no layer uses."""
    problems = definition.problems
    if problems.failed:  # an entry with a mistake may use them
        return
    for name in definition.values:
        if name not in scope.found.used:
            message = f"no layer uses the value `{name}`"
            path = scope.value_path(name)
            problems.add("MG214", message, path, key=True, warning=True)


def warn_about_sizes(
    uses: Mapping[str, Sequence[Use]], blocks: Mapping[str, Definition]
) -> None:
    """Warn about parameters of blocks that are input sizes, never their defaults."""
    for name, definition in blocks.items():
        real = [use for use in uses[name] if not use.tried]
        for parameter, default in definition.parameters.items():
            sizes = {use.sizes.get(parameter, default) for use in real}
            if not real or default in sizes:
                continue
            message = f"`{parameter}` is an input size, and never {shown(default)}"
            text = "leave it out: expressions can use an input size without a parameter"
            help = Advice(text, Removed())
            path = (*definition.path, "parameters", parameter)
            definition.problems.add(
                "MG214", message, path, key=True, help=help, warning=True
            )


def warn_about_blocks(
    uses: Mapping[str, Sequence[Use]], blocks: Mapping[str, Definition]
) -> None:
    """Warn about blocks that no layer uses."""
    for name, definition in blocks.items():
        if not uses[name]:
            definition.problems.add(
                "MG227",
                f"no layer uses the block `{name}`, so it is left out",
                definition.path,
                key=True,
                warning=True,
            )


def check_inputs(
    definition: Definition, kept: Sequence[Node], problems: Problems
) -> None:
    """Refuse inputs that no layer uses."""
    taken = {source for node in kept for source in node.reads}
    for index, name in enumerate(definition.inputs):
        if name in taken or problems.failed:
            continue
        at = (*definition.path, "input")
        if not definition.path:
            path, key = (*at, name), True
        else:
            path, key = (*at, index), False
        message = f"no layer uses the input `{name}`"
        help = f"use it with `from: {name}`, or remove it"
        problems.add("MG228", message, path, key=key, help=help)
