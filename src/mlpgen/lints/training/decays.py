"""Weight decay that pulls all weights to zero, or those that need none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Added, Advice
from mlpgen.diagnostics.explanations.explanation import Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.places import OPTIMIZER, key_spot
from mlpgen.lints.training.shares import optimizers_of, shares_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.lints.rule import Subject
    from mlpgen.lints.training.shares import Share
    from mlpgen.training.optimizers.base import Optimizer

_COUPLED, _DECOUPLED = 0.1, 10.0
"""Weight decays from which on accuracy is lost for certain."""
_OFTEN_APART = ("AdamW", "Muon", "Adafactor")
_WORTH = 1e-3
"""A smaller decay that is part of the gradient does little to a normalization."""


def _decoupled(optimizer: Optimizer) -> bool:
    """Tell whether the decay is apart from the gradient."""
    apart = getattr(optimizer, "decoupled_weight_decay", False)
    return bool(apart) or type(optimizer).__name__ in _OFTEN_APART


def _written(subject: Subject) -> Iterator[tuple[Share, float]]:
    """Yield each weight decay of the spec, above 0, with what it is of."""
    recipe = subject.model.recipe
    if recipe is None or not _decays(recipe):
        return
    for each in shares_of(subject):
        decay: float = getattr(each.optimizer, "weight_decay", 0.0)
        if decay > 0 and "weight_decay" in each.given:
            yield each, decay


def _decays(recipe: Recipe) -> bool:
    return any(getattr(each, "weight_decay", 0.0) for each in optimizers_of(recipe))


def _strong(subject: Subject) -> Iterator[Finding]:
    for each, decay in _written(subject):
        apart = _decoupled(each.optimizer)
        if decay < (_DECOUPLED if apart else _COUPLED) or not each.matrices:
            continue
        if not apart and sum(len(one.matrices) for one in shares_of(subject)) < 2:
            continue  # such as ridge regression, which is solved for any decay
        spot = each.spot(subject.sources, "weight_decay")
        effect = (
            f"no weight can stay above about {1 / decay:.2g}"
            if apart
            else "it outweighs the gradient of the loss"
        )
        usual = "0.01 to 0.1" if apart else "0.0001 to 0.01"
        yield spot.finding(
            f"a `weight_decay` of {decay:g} pulls the weights to 0: {effect}",
            help=f"usual are {usual}",
        )


def _on_norms(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    for each, decay in _written(subject):
        if not _decoupled(each.optimizer) and decay <= _WORTH:
            continue
        kept = [
            one
            for one in each.parameters
            if one.known and one.kinds.isdisjoint(recipe.no_decay)
        ]
        found = [one for one in kept if one.bias or one.norm]
        if each.group is None and found and any(one.norm for one in found):
            spot = each.spot(subject.sources, "weight_decay")
            norm = next(one for one in found if one.norm)
            yield spot.finding(
                f"weight decay pulls biases and normalizations to 0 too, such as "
                f"`{norm.name}`",
                help=Advice(
                    "write `no_decay: [bias, norm]` beside the optimizer",
                    Added("no_decay", ["bias", "norm"]),
                    OPTIMIZER,
                ),
            )


def _nothing_spared(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or not recipe.no_decay:
        return
    if not _decays(recipe):
        yield key_spot(subject.sources, "optimizer", "no_decay").finding(
            "`no_decay` spares nothing: there is no weight decay",
            "give the optimizer a `weight_decay`",
        )


_LAYERS = ("Flatten", "Linear: 64", "ReLU", "Linear: 10")
_NORMED = ("Flatten", "Linear: 64", "LayerNorm", "ReLU", "Linear: 10")

RULES = (
    Rule(
        "MG555",
        "warning",
        _strong,
        Explanation(
            "A weight decay that pulls all weights to zero",
            "In most optimizers the decay is added to the gradient: from 0.1 on, it is "
            "larger than the gradient of the loss, and Adam even divides both by their "
            "size. In AdamW, Muon and Adafactor it is apart (Loshchilov and Hutter, "
            "arXiv:1711.05101), and steps of at most `lr` against a decay of `lr · "
            "weight_decay` keep weights below 1 / weight_decay: 10 is too much. In "
            "trials on MNIST, 20 % are right with 0.5 in Adam, 74 % with 0.1 in Adam, "
            "73 % with 0.1 in SGD and 83 % with 10 in AdamW, of 97 %. Usual decays, "
            "0.0001 to 0.01, and 0.1 in AdamW, are never meant, nor are linear models, "
            "which bear any. It is certain that the training suffers.",
            trained(*_LAYERS, optimizer="{Adam: {lr: 0.001, weight_decay: 0.5}}"),
            trained(*_LAYERS, optimizer="{Adam: {lr: 0.001, weight_decay: 1.0e-4}}"),
        ),
    ),
    Rule(
        "MG583",
        "hint",
        _on_norms,
        Explanation(
            "Weight decay on normalizations and biases",
            "Weight decay keeps a network from large slopes, to which biases and the "
            "factors of normalizations add nothing: Transformers are trained without "
            "it for them (BERT, arXiv:1810.04805, in its code), and networks "
            "for images often too (He et al., arXiv:1812.01187, 3.1). `no_decay` "
            "exempts them. It is a matter of taste, and small decays that are part of "
            "the gradient are not meant.",
            trained(*_NORMED, optimizer="{AdamW: {lr: 0.001, weight_decay: 0.05}}"),
            trained(
                *_NORMED,
                optimizer="{AdamW: {lr: 0.001, weight_decay: 0.05}, "
                "no_decay: [bias, norm]}",
            ),
        ),
    ),
    Rule(
        "MG584",
        "hint",
        _nothing_spared,
        Explanation(
            "`no_decay` without a weight decay",
            "Most optimizers of torch have a weight decay of 0 by default, from which "
            "nothing can be spared; that of AdamW is 0.01, and that of Muon 0.1. It is "
            "certain, and does no harm. Source: torch.optim.",
            trained(*_NORMED, optimizer="{SGD: {lr: 0.1}, no_decay: [bias]}"),
            trained(
                *_NORMED,
                optimizer="{SGD: {lr: 0.1, weight_decay: 5.0e-4}, no_decay: [bias]}",
            ),
        ),
    ),
)
