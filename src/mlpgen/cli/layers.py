"""`mlpgen layers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlpgen.cli import common
from mlpgen.diagnostics import Diagnostic, SpecError
from mlpgen.fields import expected
from mlpgen.functions import FUNCTIONS
from mlpgen.problems import nearest
from mlpgen.schema.arguments import documented
from mlpgen.vocabulary import CATALOGUES, CUSTOM, every_type

if TYPE_CHECKING:
    from rich.console import Console

    from mlpgen.layers.base import Layer


@click.command("layers")
@click.argument("name", required=False, shell_complete=common.complete_layers)
def command(name: str | None) -> int:
    """Print the catalogue of layers, or what there is to know about NAME.

    Functions on tensors, which have lower-case names, are there too.

    \b
    Example:
      mlpgen layers
      mlpgen layers Conv2d
      mlpgen layers cat
    """
    if name is None:
        _catalogue(common.console())
        return 0
    for catalogue in CATALOGUES:
        if name in catalogue:
            _one(common.console(), catalogue[name], name)
            return 0
    known = [each for each in every_type() if each != CUSTOM]
    help = nearest(name, known) or "`mlpgen layers` lists them all"
    raise SpecError(
        [Diagnostic("MG207", f"there is no layer `{name[:60]}`", help=help)]
    )


def _catalogue(console: Console) -> None:
    from rich.table import Table

    families = [
        (catalogue, "functions: " * (catalogue is FUNCTIONS) + family, members)
        for catalogue in CATALOGUES
        for family, members in catalogue.families.items()
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
    if layer.arity != (1, 1):
        fewest, most = layer.arity
        inputs = str(fewest) if fewest == most else f"{fewest} to {most}"
        console.print(f"inputs   {inputs}")
    console.print(f"shapes   {escape(layer.rule)}", soft_wrap=True)
    console.print(f"example  - {escape(layer.example)}", soft_wrap=True)
    console.print(f"see      {documented(layer)}", soft_wrap=True)


def _default(layer: type[Layer], argument: str) -> str:
    if layer.follows(argument):
        return "from the input"
    info = layer.model_fields[argument]
    return "required" if info.is_required() else _yaml(info.default)


def _yaml(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
