"""`mlpgen layers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlpgen.cli import common
from mlpgen.diagnostics import Diagnostic, SpecError
from mlpgen.layers import CONTAINERS, LAYERS
from mlpgen.layers.base import TORCH_PAGE
from mlpgen.problems import expected, nearest

if TYPE_CHECKING:
    from rich.console import Console

    from mlpgen.layers.base import Layer


@click.command("layers")
@click.argument("name", required=False, shell_complete=common.complete_layers)
def command(name: str | None) -> int:
    """Print the catalogue of layers, or what there is to know about NAME.

    \b
    Example:
      mlpgen layers
      mlpgen layers Conv2d
    """
    if name is None:
        _catalogue(common.console())
        return 0
    catalogue = CONTAINERS if name in CONTAINERS else LAYERS
    if name not in catalogue:
        help = nearest(name, [*LAYERS, *CONTAINERS]) or "`mlpgen layers` lists them all"
        raise SpecError(
            [Diagnostic("MG207", f"there is no layer `{name[:60]}`", help=help)]
        )
    _one(common.console(), catalogue[name], name)
    return 0


def _catalogue(console: Console) -> None:
    from rich.table import Table

    families = [
        (catalogue, *each)
        for catalogue in (LAYERS, CONTAINERS)
        for each in catalogue.families.items()
    ]
    for catalogue, family, members in families:
        table = Table(title=family, title_justify="left", box=None, show_header=False)
        table.add_column(min_width=20, style="bold")
        table.add_column()
        for name in members:
            table.add_row(name, _summary(catalogue[name]))
        console.print(table)
        console.print()


def _summary(layer: type[Layer]) -> str:
    return (layer.__doc__ or "").strip().split("\n")[0]


def _one(console: Console, layer: type[Layer], name: str) -> None:
    from rich.markup import escape
    from rich.table import Table

    console.print(f"[bold]{name}[/bold]: {escape(_summary(layer))}\n")
    table = Table(box=None)
    for column in ("argument", "takes", "default"):
        table.add_column(column)
    for argument in layer.model_fields:
        table.add_row(
            argument, escape(expected(layer, argument)), _default(layer, argument)
        )
    if layer.model_fields:
        console.print(table)
        console.print()
    console.print(f"shapes   {escape(layer.rule)}", soft_wrap=True)
    console.print(f"example  - {escape(layer.example)}", soft_wrap=True)
    console.print(f"torch    {TORCH_PAGE.format(name)}", soft_wrap=True)


def _default(layer: type[Layer], argument: str) -> str:
    if layer.follows(argument):
        return "from the input"
    info = layer.model_fields[argument]
    return "required" if info.is_required() else _yaml(info.default)


def _yaml(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
