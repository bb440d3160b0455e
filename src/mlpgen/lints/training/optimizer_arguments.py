"""Arguments of an optimizer with which it cannot work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Removed, Replaced
from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.shares import optimizers_of, shares_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject
    from mlpgen.training.optimizers.base import Optimizer


_LEFT_OUT = Advice("leave it out", Removed())


def _impossible(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    if not any(True for each in optimizers_of(recipe) for _ in _faults(each)):
        return
    own = any(term.loss.custom for term in recipe.terms)
    for each in shares_of(subject):
        for argument, message, help in _faults(each.optimizer):
            if argument in each.given and not (own and argument == "maximize"):
                spot = each.spot(subject.sources, argument)
                yield spot.finding(message, help)


def _faults(optimizer: Optimizer) -> Iterator[tuple[str, str, str]]:
    """Yield arguments, what they do, and usual ones."""
    name = type(optimizer).__name__
    momentum = getattr(optimizer, "momentum", 0.0)
    if momentum >= 1:
        message = f"with a `momentum` of {momentum:g} no step is ever forgotten: "
        yield "momentum", f"{message}steps grow without end", "usual is 0.9"
    if momentum > 0 and getattr(optimizer, "dampening", 0.0) >= 1:
        message = "a `dampening` of 1 leaves only the first gradient in the momentum"
        yield "dampening", message, _LEFT_OUT
    yield from _memory(optimizer, name)
    first, second = getattr(optimizer, "betas", (0.0, 1.0))
    if first > second:
        message = (
            f"`betas` are the wrong way round: the gradient has {first:g}, and its "
            f"square {second:g}"
        )
        turned = Advice(
            f"write `betas: [{second:g}, {first:g}]`", Replaced([second, first])
        )
        yield "betas", message, turned
    eps = getattr(optimizer, "eps", None)
    if eps == 0:
        message = f"`{name}` divides 0 by 0 for each weight without a gradient: the "
        yield "eps", f"{message}loss becomes nan", _LEFT_OUT
    if isinstance(eps, int | float) and _is_large(eps, optimizer.lr):
        message = f"`{name}` divides each gradient by at least {eps:g}, its `eps`: "
        yield "eps", f"{message}all steps become as many times smaller", _LEFT_OUT
    alpha = getattr(optimizer, "alpha", 0.0) if name == "RMSprop" else 0.0
    rho = getattr(optimizer, "rho", 0.0)
    for argument, value in (("alpha", alpha), ("rho", rho)):
        if value >= 1:
            message = f"with `{argument}: {value:g}` the mean of the squared gradients "
            yield argument, f"{message}stays 0", _LEFT_OUT
    if getattr(optimizer, "maximize", False):
        message = "`maximize` makes the loss as large as it can be"
        yield "maximize", message, _LEFT_OUT


def _memory(optimizer: Optimizer, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield means of squares that forget at once, and rates that fall at once."""
    second = getattr(optimizer, "betas", (0.0, 1.0))[1]
    alpha = getattr(optimizer, "alpha", 1.0) if name == "RMSprop" else 1.0
    for argument, value in (("betas", second), ("alpha", alpha)):
        if value < _SHORT:
            message = "the mean of the squared gradients forgets all but the last: its "
            yield argument, f"{message}part of the old is {value:g}", _LEFT_OUT
    decay = getattr(optimizer, "lr_decay", 0.0)
    if decay >= _DECAY:
        message = f"with an `lr_decay` of {decay:g} the rate is nothing after some "
        message += "hundred steps: it is divided by 1 + steps · decay"
        yield "lr_decay", message, _LEFT_OUT


_SHORT, _DECAY = 0.5, 0.1


def _is_large(eps: float, rate: float) -> bool:
    """Tell whether an `eps` outweighs gradients, and the rate does not make up for it.

    MobileNet and EfficientNet are trained with an `eps` of 1 or 0.001 and high rates.
    """
    return eps > 1 or (eps >= _EPS and rate / eps < _LEAST)


_EPS, _LEAST = 0.1, 0.01

RULES = (
    Rule(
        "MG560",
        "warning",
        _impossible,
        Explanation(
            "An argument with which an optimizer cannot work",
            "torch takes these values, but nothing can be learned with them: a "
            "`momentum` of 1, with which steps only grow; a `dampening` of 1, which "
            "lets no gradient but the first into the momentum; `betas` the wrong way "
            "round, so that the mean of squares changes faster than that of the "
            "gradient (Kingma and Ba, arXiv:1412.6980, ask for β1² < √β2); an `eps` of "
            "0, as 0 / 0 is nan, or from 0.1, as every step is divided by it, if the "
            "rate is not as much higher; a mean of squares that keeps less than half "
            "of the old one; an `lr_decay` from 0.1, which stops after a few steps; an "
            "`alpha` or `rho` of 1, with which the mean of squares stays 0; and "
            "`maximize` of a loss of torch. Source: the algorithms in the "
            "documentation of torch.optim. It is certain.",
            trained(*MLP, optimizer="{SGD: {lr: 0.1, momentum: 1.0}}"),
            trained(*MLP, optimizer="{SGD: {lr: 0.1, momentum: 0.9}}"),
        ),
    ),
)
