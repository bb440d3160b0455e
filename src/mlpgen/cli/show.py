"""`mlpgen show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlpgen import api
from mlpgen.cli import completion, options, printing, reports
from mlpgen.project.settings import settings as project_settings

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.graph.nodes import Graph

DIAGRAMS = ("mermaid", "dot", "svg")


class Depth(click.ParamType[int]):
    """A number of levels, or `all`."""

    name = "depth"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the number of levels."""
        from mlpgen.pictures.layer_views import ALL

        if value == "all":
            return ALL
        if not (value.isascii() and value.isdigit()):
            self.fail(f"'{value}' is neither a number of levels nor `all`", param, ctx)
        return min(int(value[:9]), ALL)


@click.command("show")
@options.spec_argument
@options.set_option
@options.formats(
    *DIAGRAMS,
    help="A table, data for programs, or a diagram. Mistakes are printed as json or "
    "github in those formats, else as text.",
)
@click.option(
    "--depth",
    type=Depth(),
    metavar="N|all",
    help="How many levels of layers to show: 1 is the top level. By default each "
    "Sequential is expanded, but no block; json has all levels.",
)
@click.option(
    "--compare",
    "other",
    type=options.AnyPath(),
    metavar="SPEC",
    shell_complete=completion.complete_specs,
    help="Show what differs in another spec, as `mlpgen diff` does.",
)
def command(
    spec: str,
    settings: tuple[str, ...],
    format_: str,
    depth: int | None,
    other: str | None,
) -> int:
    """Print the layers of SPEC with shapes, parameters and multiply-adds.

    Formats are a table, json, and diagrams as Mermaid, as Graphviz dot, and as SVG
    (which needs Graphviz). `--set` applies only to SPEC.

    \b
    Example:
      mlpgen show specs/lenet5.yaml
      mlpgen show specs/mnist_mlp.yaml --set hidden_1=256 --format json
      mlpgen show specs/lenet5.yaml --format svg > lenet5.svg
      mlpgen show specs/lenet5.yaml --compare specs/mnist_cnn.yaml
    """
    if other is not None and (format_ in DIAGRAMS or depth is not None):
        option = "--depth" if depth is not None else f"--format {format_}"
        raise click.UsageError(f"--compare cannot be used with {option}")
    values = options.parse_settings(settings)
    network = api.load(spec, values)
    _warn(network, aside=format_ in ("json", *DIAGRAMS))
    if other is not None:
        _compare(network, other, spec, format_)
    elif format_ == "json":
        from mlpgen.pictures.json_data import data

        printing.dump(data(network.graph, depth))
    elif format_ in DIAGRAMS:
        printing.say_lines(_diagram(network.graph, depth, format_).split("\n")[:-1])
    else:
        from mlpgen.pictures.table import table

        printing.draw(table(network.graph, depth), 120)
    return 0


def _warn(network: Network, *, aside: bool) -> None:
    wanted = project_settings().lint
    reports.show_warnings(api.every_warning(network), wanted, aside=aside)


def _diagram(graph: Graph, depth: int | None, format_: str) -> str:
    from mlpgen.pictures import dot, mermaid
    from mlpgen.pictures.diagram import diagram

    writers = {"mermaid": mermaid.text, "dot": dot.text, "svg": dot.svg}
    try:
        return writers[format_](diagram(graph, depth))
    except dot.DrawingError as error:
        raise click.ClickException(str(error)) from None


def _compare(first: Network, other: str, spec: str, format_: str) -> None:
    from mlpgen.changes.differences import differences
    from mlpgen.changes.versions import Version
    from mlpgen.cli.diff import as_data, show

    network = api.load(other)
    _warn(network, aside=format_ == "json")
    version = Version((spec, other), first, network)
    found = differences(first, network, version.names)
    if format_ == "json":
        printing.dump(as_data(version, found))
    else:
        show(version, found)
