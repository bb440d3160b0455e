"""`mlpgen show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mlpgen import api
from mlpgen.cli import common
from mlpgen.expressions import Expression
from mlpgen.layers.base import shown
from mlpgen.report import safe
from mlpgen.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph, Node


@click.command("show")
@common.spec_argument
@common.set_option
@common.format_option
def command(spec: str, settings: tuple[str, ...], format_: str) -> int:
    """Print the layers of SPEC with shapes, parameters and multiply-adds.

    A table for people, or with `--format json` for programs.

    \b
    Example:
      mlpgen show specs/lenet5.yaml
      mlpgen show specs/mnist_mlp.yaml --set hidden_1=256 --format json
    """
    network = api.load(spec, common.parse_settings(settings))
    if format_ == "json":
        common.show_warnings(network.warnings, aside=True)
        click.echo(json.dumps(_json(network.graph), indent=2))
        return 0
    common.show_warnings(network.warnings)
    _table(network.graph)
    return 0


def _rows(nodes: tuple[Node, ...], depth: int = 0) -> Iterator[tuple[int, Node]]:
    for node in nodes:
        yield depth, node
        yield from _rows(node.children, depth + 1)


def _table(graph: Graph) -> None:
    from rich.table import Table
    from rich.text import Text

    title = f"{graph.name}: {graph.description}".rstrip(": ")
    table = Table(title=Text(safe(title)))
    for column in ("layer", "type", "arguments", "output"):
        table.add_column(column, overflow="fold")
    for column in ("parameters", "multiply-adds"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_row("input", "", "", Text(shown(graph.input)), "", "", style="dim")
    for depth, node in _rows(graph.nodes):
        inner = bool(node.children)
        table.add_row(
            Text(
                "  " * depth + node.name,
                style="bold" if node.name in graph.outputs else "",
            ),
            node.type,
            Text(_arguments(node)),
            Text(shown(node.output)),
            "" if inner else f"{node.parameters:,}",
            "" if inner else f"{node.multiply_adds:,}",
        )
    table.add_section()
    total = (f"{graph.total_parameters:,}", f"{graph.total_multiply_adds:,}")
    table.add_row("total", "", "", "", *total, style="bold")
    common.console().print(table)


def _arguments(node: Node) -> str:
    return ", ".join(
        f"{name}={_plain(value)}" for name, value in node.arguments.items()
    )


def _plain(value: Any) -> Any:
    """Return an argument with the parameters' defaults, for JSON."""
    if isinstance(value, Expression):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return int(value) if isinstance(value, Size) else value


def _json(graph: Graph) -> dict[str, Any]:
    return {
        "name": graph.name,
        "description": graph.description,
        "input": [int(size) for size in graph.input],
        "layers": [_layer(node) for node in graph.nodes],
        "outputs": list(graph.outputs),
        "parameters": graph.total_parameters,
        "multiply_adds": graph.total_multiply_adds,
    }


def _layer(node: Node) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": node.name,
        "type": node.type,
        "arguments": {name: _plain(value) for name, value in node.arguments.items()},
        "output": [int(size) for size in node.output],
        "parameters": node.parameters,
        "multiply_adds": node.multiply_adds,
    }
    if node.type == "Sequential":
        row["layers"] = [_layer(child) for child in node.children]
    return row
