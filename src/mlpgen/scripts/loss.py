"""How a script computes the loss of a batch."""

from __future__ import annotations

import re
from keyword import kwlist
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.identifiers import free_name
from mlpgen.names.members import layer_and_rest
from mlpgen.names.reserved.scripts import WORDS
from mlpgen.names.reserved.words import BUILTINS
from mlpgen.scripts.custom import custom_call, custom_functions
from mlpgen.scripts.data_loading import restored
from mlpgen.styles.code import Code, call, flat, keyword, literal
from mlpgen.styles.variable_names import FORWARD, spelling
from mlpgen.symbols.expressions import written
from mlpgen.training.custom import CustomLoss
from mlpgen.training.metrics import metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.training.recipe import LossTerm, Recipe

LONGEST = 24
"""Most letters of an output's name; outputs with longer names are called `output`."""

IMAGE = " "
"""Stands for the input that a model restores, among the names of values."""

FREE = frozenset(["image", "images", "text"])
"""Names that notebooks use outside of functions, where inputs may have them."""

_TENSORS = {"weight": "data.class_weights", "pos_weight": "data.pos_weight"}
"""Arguments of losses that are tensors, as the shared modules have them."""


class Forward(NamedTuple):
    """The variables of outputs, and the computation of the loss.

    Attributes:
        output: The variable of the first output.
        call: What the result of the model is assigned to: the outputs that have losses.
        first: What it is assigned to if only the first output is needed.
        inputs: The variable of each input, by its name; `features` if there is one.
        batch: What the features of a batch are assigned to: the inputs.
        taken: The inputs as arguments of the model.
        images: The inputs that are images.
        restored: The input that the model restores, if it does.
        targets: The variable of the targets; `_` if they are not needed.
        variables: The variables of all outputs that are used.
        loss: The lines that compute the loss.
        mixed: The same if targets are already mixtures of classes.
        evaluated: The same in an evaluation, where losses that are means weighted by
            class are apart.
    """

    output: Code
    call: Code
    first: Code
    inputs: dict[str, Code]
    batch: Code
    taken: Code
    images: tuple[Code, ...]
    restored: Code
    targets: Code
    variables: dict[str, Code]
    loss: tuple[Code, ...]
    mixed: tuple[Code, ...]
    evaluated: tuple[Code, ...]


def batch_to_loss(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> Forward:
    """Write the code from a batch to its loss.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model also returns.
    """
    names = _outputs(graph, recipe)
    inputs = _inputs(recipe, names)
    variables = {**names, IMAGE: inputs.get(restored(recipe), "")}
    taken = ", ".join(inputs.values())
    first = graph.outputs[0]
    count = len(graph.outputs) + len(captured)
    needed = any(term.target != "image" for term in recipe.terms)
    needed = needed or (recipe.target != "image" and bool(recipe.custom_metrics))
    return Forward(
        output=Code(names[first]),
        call=Code(_unpacked(graph, names, count)),
        first=Code(_unpacked(graph, {first: names[first]}, count)),
        inputs={name: Code(each) for name, each in inputs.items()},
        batch=Code(f"({taken})" if recipe.dataset.several else taken),
        taken=Code(taken),
        images=tuple(Code(inputs[name]) for name in recipe.dataset.images),
        restored=Code(inputs.get(restored(recipe), "")),
        targets=Code("targets" if needed else "_"),
        variables={output: Code(name) for output, name in names.items()},
        loss=_losses(recipe.terms, recipe, variables),
        mixed=_losses(recipe.terms, recipe, variables, mixed=True),
        evaluated=_evaluated(recipe, variables),
    )


def _outputs(graph: Graph, recipe: Recipe) -> dict[str, str]:
    """Choose variables for the outputs that are used."""
    names: dict[str, str] = {}
    taken = _taken(recipe)
    layers = {node.name for node in graph.nodes}
    for output in (graph.outputs[0], *_used(recipe)):
        used = {*taken, *names.values()}
        layer, part = layer_and_rest(output, layers)
        node = graph.node(layer)
        name = spelling(output if part else node.label)
        plain = node.named and not part and len(name) <= LONGEST
        if not plain or name in used:
            number = graph.outputs.index(output) + 1
            name = free_name(
                f"output_{number}" if number > 1 else "output", names.values()
            )
        names.setdefault(output, name)
    return names


def _taken(recipe: Recipe) -> set[str]:
    """Return the names that scripts use for something else."""
    taken = {*WORDS, *BUILTINS, *FORWARD, *kwlist, *_of_metrics(recipe)}
    taken |= {"weighted", "weights"} if weighted_terms(recipe) else set()
    return taken.union(*custom_functions(recipe).values())


def _inputs(recipe: Recipe, outputs: Mapping[str, str]) -> dict[str, str]:
    """Choose variables for the inputs: their names, if nothing else has these."""
    if not recipe.dataset.several:
        return {each.name: "features" for each in recipe.dataset.inputs}
    names: dict[str, str] = {}
    taken = (_taken(recipe) - FREE) | {*outputs.values()}
    for number, each in enumerate(recipe.dataset.inputs, 1):
        name = spelling(each.name)
        plain = len(name) <= LONGEST and name not in taken
        name = name if plain else f"input_{number}"
        names[each.name] = free_name(name, [*outputs.values(), *names.values()])
    return names


def _used(recipe: Recipe) -> Iterator[str]:
    """Iterate over the outputs of losses, then over those of custom metrics."""
    for term in recipe.terms:
        yield from term.outputs
    for _, outputs in recipe.custom_metrics:
        yield from outputs


def _of_metrics(recipe: Recipe) -> set[str]:
    """Return the names in the code of metrics."""
    metrics = [metric(name, recipe.kind) for name in recipe.metrics]
    lines = (line for each in metrics for line in (each.before, each.batch))
    return {word for line in lines for word in re.findall(r"\w+", line)}


def _unpacked(graph: Graph, names: Mapping[str, str], count: int) -> str:
    """Write what the result of the model is assigned to; unused outputs are `_`."""
    used = max(graph.outputs.index(output) for output in names)
    shown = [names.get(output, "_") for output in graph.outputs[: used + 1]]
    left = count - len(shown)
    rest = {0: [], 1: ["_"]}.get(left, ["*_"])
    return ", ".join([*shown, *rest])


def weighted_terms(recipe: Recipe) -> tuple[LossTerm, ...]:
    """Return the losses of a batch that are means weighted by class."""
    if recipe.soft:  # torch takes the mean over the examples
        return ()
    return tuple(term for term in recipe.terms if term.loss.class_weights is not None)


def _losses(
    terms: Iterable[LossTerm],
    recipe: Recipe,
    names: Mapping[str, str],
    variable: str = "loss",
    *,
    mixed: bool = False,
) -> tuple[Code, ...]:
    """Write one line per loss, which adds it to the sum."""
    lines = []
    for index, term in enumerate(terms):
        sign = "+=" if index else "="
        weight = "" if term.weight == 1 else f"{written(term.weight)} * "
        loss = _loss(recipe, term, names, mixed=mixed)
        lines.append(Code(f"{variable} {sign} {weight}{loss}"))
    return tuple(lines)


def _evaluated(recipe: Recipe, names: Mapping[str, str]) -> tuple[Code, ...]:
    """Write the losses of an evaluation.

    The mean of a batch that is weighted by class counts as much as its weights.
    """
    weighted = weighted_terms(recipe)
    others = [term for term in recipe.terms if term not in weighted]
    if not weighted:
        return _losses(others, recipe, names)
    variable = "weighted" if others else "loss"
    weights = "data.class_weights[targets]"
    if recipe.kind == "places":
        weights = "data.weights(targets)"
    return (
        *_losses(weighted, recipe, names, variable),
        *_losses(others, recipe, names),
        Code(f"weights = {weights}"),
    )


def _loss(
    recipe: Recipe, term: LossTerm, names: Mapping[str, str], *, mixed: bool
) -> str:
    target = "targets" if term.target != "image" else names[IMAGE]
    if isinstance(term.loss, CustomLoss):
        taken = [names[each] for each in term.outputs]
        return custom_call("own_loss", term.loss, taken, target)
    if term.target == "one_hot" and not mixed:
        target = f"F.one_hot(targets, {recipe.dataset.classes}).float()"
    output = names[term.output]
    if term.dim > 1:  # F.cross_entropy takes them in the second dimension
        output, target = f"{output}.flatten(0, {term.dim - 1})", f"{target}.flatten()"
    given = [
        keyword(name, Code(_TENSORS[name]) if name in _TENSORS else literal(value))
        for name, value in term.loss.arguments().items()
    ]
    return flat(call(term.loss.call, output, target, *given))
