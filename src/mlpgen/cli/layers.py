"""`mlpgen layers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mlpgen.catalogue.component import Component
from mlpgen.catalogue.fields import expected, fields_of
from mlpgen.cli import completion, printing
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.functions import FUNCTIONS
from mlpgen.schema.arguments import documented
from mlpgen.spec.types import CATALOGUES, CUSTOM, FUNCTIONAL, SHARE, every_type
from mlpgen.spec.wording import nearest

if TYPE_CHECKING:
    from pydantic import BaseModel

    from mlpgen.layers.base import Layer


class _Row(NamedTuple):
    """An entry that can take the place of a layer but is not a layer of torch."""

    summary: str
    chapter: str
    examples: tuple[str, ...]


_ENTRIES = {
    CUSTOM: _Row(
        "Your own module, imported from a Python file.",
        "Your own layers",
        ("custom: {path: my_layers.py, class: Swish, arguments: {beta: 1.5}}",),
    ),
    SHARE: _Row(
        "Another layer again: its module or, beside a type, its parameters.",
        "Sharing",
        (
            "{share: encoder, from: right}",
            "{Linear: {out_features: 50257, bias: false}, share: embedding}",
        ),
    ),
}


@click.command("layers")
@click.argument("name", required=False, shell_complete=completion.complete_layers)
def command(name: str | None) -> int:
    """List all layers, or describe the layer NAME.

    The list includes functions on tensors, which have lower-case names.

    \b
    Example:
      mlpgen layers
      mlpgen layers Conv2d
      mlpgen layers cat
    """
    if name is None:
        _catalogue()
        return 0
    for catalogue in CATALOGUES:
        if name in catalogue:
            _one(catalogue[name], name)
            return 0
    if name in _ENTRIES:
        _entry(name)
        return 0
    help = nearest(name, [*every_type(), SHARE]) or "`mlpgen layers` lists them all"
    raise SpecError(
        [Diagnostic("MG207", f"there is no layer `{name[:60]}`", help=help)]
    )


def _catalogue() -> None:
    from rich.table import Table

    families = [
        (
            catalogue,
            "functions: " * (catalogue in (FUNCTIONS, FUNCTIONAL)) + family,
            members,
        )
        for catalogue in CATALOGUES
        for family, members in catalogue.families.items()
    ]
    for catalogue, family, members in families:
        table = Table(
            title=family.replace("_", " "),
            title_justify="left",
            box=None,
            show_header=False,
        )
        table.add_column(min_width=20, style="bold")
        table.add_column()
        for name in members:
            table.add_row(name, _summary(catalogue[name]))
        printing.draw(table)
        printing.say()
    table = Table(title="entries", title_justify="left", box=None, show_header=False)
    table.add_column(min_width=20, style="bold")
    table.add_column()
    for name, entry in _ENTRIES.items():
        table.add_row(name, entry.summary)
    printing.draw(table)


def _entry(name: str) -> None:
    """Describe an entry that is not a layer of torch."""
    from mlpgen.graph.entries.custom import Custom

    entry = _ENTRIES[name]
    _head(name, entry.summary)
    if name == CUSTOM:
        _arguments(Custom)
    for example in entry.examples:
        printing.say(f"example  - {example}")
    printing.say(f"see      docs/language.md, {entry.chapter}")


def _head(name: str, summary: str) -> None:
    printing.say(printing.Painted(name, bold=True), f": {summary}")
    printing.say()


def _summary(layer: type[Layer]) -> str:
    return (layer.__doc__ or "").strip().split("\n")[0]


def _one(layer: type[Layer], name: str) -> None:
    _head(name, _summary(layer))
    if layer.model_fields:
        _arguments(layer)
    if layer.arity != (1, 1):
        fewest, most = layer.arity
        inputs = str(fewest) if fewest == most else f"{fewest} to {most}"
        printing.say(f"inputs   {inputs}")
    printing.say(f"shapes   {layer.rule}")
    printing.say(f"example  - {layer.example}")
    printing.say(f"see      {documented(layer)}")


def _arguments(model: type[BaseModel]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None)
    for column in ("argument", "takes", "default"):
        table.add_column(column)
    for name, info in fields_of(model).items():
        default = "required" if info.is_required() else _yaml(info.default)
        if issubclass(model, Component) and model.follows(name):
            default = "from the input"
        table.add_row(name, escape(expected(model, name)), default)
    printing.draw(table)
    printing.say()


def _yaml(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
