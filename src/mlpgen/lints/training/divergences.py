"""Codes that are drawn, of which no loss knows how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, trained
from mlpgen.lints.codes_drawn import codes_of, layer_of
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.lints.rule import Subject


def _free(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or not _only_restores(recipe):
        return
    outputs = {name for term in recipe.terms for name in term.outputs}
    judged = [subject.flow.outputs[name].operation for name in outputs]
    shown = {layer_of(each.operation) for each in subject.flow.outputs.values()}
    for code in codes_of(subject.flow):
        ends = (code.product, code.total)
        if any(code.layer not in _behind(judged, without) for without in ends):
            yield Finding(
                f"`{code.layer.name}` is in no loss: the network learns to draw its "
                "code without noise",
                code.layer.node.path,
                code.layer.owner,
                help="add the divergence from a normal distribution: a `custom` loss "
                "`on` the mean and the logarithm of the variance",
                level="" if {code.layer, code.mean} & shown else "hint",
            )


def _only_restores(recipe: Recipe) -> bool:
    """Tell whether all that losses see are inputs that are restored."""
    restored = any(each.target == "image" for each in recipe.terms)
    shapes = {each.shape for each in recipe.dataset.inputs}
    shapes.add(recipe.dataset.shape)
    every = all(len(x.outputs) == 1 and x.shape in shapes for x in recipe.terms)
    return restored and every


def _behind(ends: Iterable[Operation | None], without: Operation) -> set[Operation]:
    """Return what values are computed from, but for ways through an operation."""
    waiting, found = [each for each in ends if each is not None], {without}
    while waiting:
        each = waiting.pop()
        if each in found:
            continue
        found.add(each)
        waiting += [x.operation for x in each.sources if x.operation is not None]
    return found


_DRAWN = (
    "Flatten",
    "Linear: 64",
    "ReLU:\n    name: hidden",
    "Linear: 8\n    name: mean",
    "Linear: 8\n    from: hidden\n    name: logarithm",
    "mul: 0.5",
    "exp",
    "randn_like",
    "mul:\n    from: [randn_like_1, exp_1]",
    "add:\n    from: [mean, mul_2]",
    "Linear: 784",
    "Sigmoid",
    "reshape: [1, 28, 28]\n    name: image",
)

RULES = (
    Rule(
        "MG575",
        "warning",
        _free,
        Explanation(
            "A code that is drawn, without a divergence",
            "A variational autoencoder draws its code with a mean and a deviation of "
            "the network. What restores the input alone is best without noise, so that "
            "deviations shrink to nothing and means drift apart: codes that are drawn "
            "from a normal distribution then give no pictures. The loss therefore has "
            "a second part, the divergence of the code from a normal distribution "
            "(Kingma and Welling, Auto-encoding variational Bayes, 2014). Silent if "
            "any loss takes what is no restored input, and a hint if neither mean nor "
            "variance is returned. How sure: very; ignore it for "
            "an autoencoder that is only made robust by noise.",
            trained(
                *_DRAWN,
                loss="MSELoss",
                optimizer="{Adam: {lr: 0.001}}",
                rest="outputs: [image, mean, logarithm]\n",
            ),
            trained(
                *_DRAWN,
                loss="{custom: {path: losses.py, function: elbo, targets: input}, "
                "on: [image, mean, logarithm]}",
                optimizer="{Adam: {lr: 0.001}}",
                rest="outputs: [image, mean, logarithm]\n",
            ),
        ),
    ),
)
