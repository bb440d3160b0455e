"""The lines of a script that call the model and compute the loss."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import written
from mlpgen.names import free_name
from mlpgen.reserved.words import BUILTINS, SCRIPT
from mlpgen.styles.code import INDENT, Code, call, indented, layout
from mlpgen.styles.scripts.optimizing import keywords
from mlpgen.styles.spelling import FORWARD, spelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe, Term
    from mlpgen.styles.plan import Lines

_DTYPES = {"bf16": "torch.bfloat16", "fp16": "torch.float16"}


class Forward(NamedTuple):
    """How a script goes from a batch to a loss.

    Attributes:
        output: The name of the first output.
        call: The call of the model, with the outputs that have losses.
        first: The call of the model on a `batch`, with the first output alone.
        targets: What the loop calls the targets; `_` if nothing needs them.
        losses: Lines that compute the loss.
        batch: Lines that lay out the features of a batch.
        autocast: The line that lowers the precision; empty if nothing does.
    """

    output: Code
    call: Code
    first: Code
    targets: Code
    losses: Lines
    batch: Lines
    autocast: str

    @property
    def lines(self) -> Lines:
        """From the features of a batch to `loss`."""
        lines = (self.call, *self.losses)
        if self.autocast:
            lines = (self.autocast, *indented(lines))
        return (*self.batch, *lines)


def forward(
    graph: Graph, recipe: Recipe, captured: Sequence[str], *, mixed: bool = False
) -> Forward:
    """Plan the way from a batch to a loss.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
        mixed: Whether the targets are mixtures of classes already.
    """
    names = _outputs(graph, recipe)
    first = graph.outputs[0]
    count = len(graph.outputs) + len(captured)
    dtype = _DTYPES.get(recipe.settings.precision)
    room = 3 if dtype else 2
    layout_lines: Lines = ()
    if recipe.settings.channels_last and recipe.dataset.pictures:
        layout_lines = (
            "features = features.contiguous(memory_format=torch.channels_last)",
        )
    return Forward(
        output=Code(names[graph.outputs[0]]),
        call=Code(_call(graph, names, count, "features")),
        first=Code(_call(graph, {first: names[first]}, count, "batch")),
        targets=Code("targets" if _needs_targets(recipe) else "_"),
        losses=_losses(recipe, names, room * INDENT, mixed=mixed),
        batch=layout_lines,
        autocast=f"with torch.autocast(args.device.type, {dtype}):" if dtype else "",
    )


def _needs_targets(recipe: Recipe) -> bool:
    return any(term.target != "image" for term in recipe.terms)


def _outputs(graph: Graph, recipe: Recipe) -> dict[str, str]:
    """Name the outputs that something is done with."""
    names: dict[str, str] = {}
    for output in (graph.outputs[0], *(term.output for term in recipe.terms)):
        name = spelling(output)
        used = {*SCRIPT, *BUILTINS, *FORWARD, *keyword.kwlist, *names.values()}
        layer, dot, _ = output.partition(".")
        plain = graph.node(layer).named and not dot and len(name) <= 24
        if not plain or name in used:
            place = graph.outputs.index(output) + 1
            name = free_name(
                f"output_{place}" if place > 1 else "output", names.values()
            )
        names.setdefault(output, name)
    return names


def _call(graph: Graph, names: dict[str, str], count: int, batch: str) -> str:
    """Call the model; what nobody uses behind the last name is passed over."""
    used = max(graph.outputs.index(output) for output in names)
    shown = [names.get(output, "_") for output in graph.outputs[: used + 1]]
    left = count - len(shown)
    rest = {0: [], 1: ["_"]}.get(left, ["*_"])
    return f"{', '.join([*shown, *rest])} = model({batch})"


def _losses(
    recipe: Recipe, names: dict[str, str], indent: int, *, mixed: bool
) -> Lines:
    terms = recipe.terms
    if len(terms) == 1 and terms[0].weight == 1:
        return _loss(recipe, terms[0], names, indent, "loss = ", mixed=mixed)
    lines: list[str] = []
    for index, term in enumerate(terms):
        sign = "+=" if index else "="
        weight = "" if term.weight == 1 else f"{written(term.weight)} * "
        before = f"loss {sign} {weight}"
        lines += _loss(recipe, term, names, indent, before, mixed=mixed)
    return tuple(lines)


def _loss(
    recipe: Recipe,
    term: Term,
    names: dict[str, str],
    indent: int,
    before: str,
    *,
    mixed: bool,
) -> Lines:
    target = "targets" if term.target != "image" else "features"
    if term.target == "one_hot" and not mixed:
        target = f"F.one_hot(targets, {recipe.dataset.classes}).float()"
    arguments = keywords(term.loss.arguments())
    output = names[term.output]
    if term.target == "next":
        output, target = f"{output}.flatten(0, 1)", f"{target}.flatten()"
    piece = call(term.loss.call, output, target, *arguments)
    return tuple(layout(piece, indent, before))
