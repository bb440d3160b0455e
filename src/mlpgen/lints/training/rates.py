"""Learning rates that are left out, or far outside of what the optimizer bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.bounds import DESCENT, highest, lowest, momentum_of
from mlpgen.lints.training.length import length_of
from mlpgen.lints.training.shares import optimizers_of, shares_of
from mlpgen.lints.training.used_rates import peak_of, rates_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.lints.rule import Subject
    from mlpgen.lints.training.used_rates import Rate

_USUAL = {
    "SGD": "0.01 to 0.5",
    "ASGD": "0.01 to 0.5",
    "Adadelta": "1",
    "Adafactor": "0.01",
    "Adagrad": "0.01 to 0.1",
    "LBFGS": "1",
    "Muon": "0.001 to 0.05",
    "RMSprop": "0.0001 to 0.01",
    "Rprop": "0.01",
}
"""Rates that optimizers are used with; of others those of Adam."""
_OF_ADAM = "0.0001 to 0.01"


def _left_out(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or recipe.settings.weights is not None or peak_of(recipe):
        return
    if not any(type(each).__name__ == "SGD" for each in optimizers_of(recipe)):
        return
    for each in shares_of(subject):
        outer = each.group is not None and not each.own  # has that of the others
        if each.kind != "SGD" or outer or "lr" in each.given:
            continue
        yield each.name_spot(subject.sources).finding(
            "`SGD` has no `lr`: torch's default, 0.001, is a hundredth of what is usual"
            if not getattr(each.optimizer, "momentum", 0)
            else "`SGD` has no `lr`: torch's default is 0.001",
            help="write for example `SGD: {lr: 0.1}`",
        )


def _outside(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    rates = tuple(rates_of(recipe, subject))
    for each in rates:
        if each.value >= highest(each.share, subject):
            descent = each.share.kind in DESCENT
            effect = (
                "the training diverges" if descent else "steps outweigh the weights"
            )
            yield _finding(each, "high", effect)
    steps = length_of(recipe).total
    if all(_is_low(each, recipe, steps) for each in rates):
        for each in rates:
            yield _finding(each, "low", "the weights stay as they are")


def _is_low(rate: Rate, recipe: Recipe, steps: int) -> bool:
    if rate.value == 0:
        return True
    if recipe.settings.weights is not None or rate.share.opaque:
        return False
    return rate.value <= lowest(rate.share, recipe, steps)


def _finding(rate: Rate, much: str, effect: str) -> Finding:
    usual = _USUAL.get(rate.share.kind, _OF_ADAM)
    momentum = momentum_of(rate.share)
    beside = f" with a momentum of {momentum:g}" if momentum and much == "high" else ""
    return rate.spot.finding(
        f"a learning rate of {rate.value:g} is far too {much} for `{rate.share.kind}`"
        f"{beside}: {effect}",
        help=f"usual is {usual}" if "to" not in usual else f"usual are {usual}",
    )


RULES = (
    Rule(
        "MG552",
        "warning",
        _left_out,
        Explanation(
            "SGD without a learning rate",
            "torch once refused `SGD` without `lr`; now its default is 0.001, a "
            "hundredth of what plain gradient descent usually needs. In a "
            "trial on MNIST, 46 % are right after it, and 97 % with 0.1. A spec that "
            "starts from `weights`, groups that have an `lr`, and schedulers that set "
            "the rate themselves (`OneCycleLR`, `CyclicLR`) are not meant. Source: "
            "torch.optim.SGD. It is certain that the rate is 0.001; it may be enough "
            "for a long training with momentum: then write it.",
            trained(*MLP, optimizer="SGD"),
            trained(*MLP, optimizer="{SGD: {lr: 0.1}}"),
        ),
    ),
    Rule(
        "MG553",
        "warning",
        _outside,
        Explanation(
            "A learning rate far outside of what the optimizer bears",
            "The first steps of Adam and its family, and of RMSprop, change each "
            "weight by the rate, whatever the gradient is (Kingma and Ba, "
            "arXiv:1412.6980): with 0.1 a layer of 25 inputs or more loses its initial "
            "values, whose mean size is 0.5/√inputs, in one step. In trials on MNIST, "
            "Adam gets 27 % right with 0.1, and 10 % with 10, of 97 % with 0.001. "
            "Gradient descent diverges on a mean squared error if the rate is above "
            "the number of outputs, as the last bias has a curvature of 2 / outputs "
            "(Goodfellow et al., Deep Learning, 4.3); for classes the limit is 10 · (1 "
            "− momentum) for batches of up to 256, more for larger ones (Goyal et al., "
            "arXiv:1706.02677): 1 with a momentum of 0.9 gets 10 % right. Limits are "
            "higher where gradients are clipped, `eps` is large, the model linear, or "
            "RMSprop has a momentum and the model batch normalization. A rate is too "
            "low if all steps together cannot change a weight by a twentieth of its "
            "initial value: Adam with 1e-7, Adadelta with 0.001 (17 % in a trial; "
            "torch's default is 1). A low rate in one group, or with `weights`, is no "
            "fault. It is certain, as the limits are at least ten times what is usual. "
            "They are lower for attention (0.02 for Adam), recurrent layers (0.05), "
            "batches of less than 16, and weights that were trained before.",
            trained(*MLP, optimizer="{Adam: {lr: 10}}"),
            trained(*MLP, optimizer="{Adam: {lr: 0.001}}"),
        ),
    ),
)
