"""Many post-norm layers that are trained at a high rate from the first step on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation
from mlpgen.lints import kinds
from mlpgen.lints.initial_values import Starts
from mlpgen.lints.rounds import rounds_of, times_of
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.used_rates import rates_of
from mlpgen.lints.written import argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.lints.rule import Subject

_DEEP = 12
_HIGH = 5e-4
_ADAM = frozenset(("Adam", "AdamW", "Adamax", "NAdam"))
"""Optimizers whose first steps are as large as the rate; RAdam begins slowly."""
_FALLING = frozenset(
    ("StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "PolynomialLR")
) | {"ReduceLROnPlateau", "CosineAnnealingWarmRestarts"}
"""Schedulers whose rate is highest at the first step."""
_LAYERS = frozenset(("TransformerEncoderLayer", "TransformerDecoderLayer"))
_STACKS = ("TransformerEncoder", "TransformerDecoder", "Transformer")
_NORMS = ("LayerNorm", "RMSNorm")


def _cold(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or recipe.settings.weights is not None or _rises(recipe):
        return
    depth = _depth(subject)
    if depth < _DEEP or _has_starts(subject):
        return
    for each in rates_of(recipe, subject):
        adam = each.share.kind in _ADAM and bool(each.share.matrices)
        if adam and each.value >= _HIGH and not each.share.opaque:
            yield each.spot.finding(
                f"{depth} post-norm layers begin at a rate of {each.value:g} "
                "without a warmup: the training diverges, or stays where it is",
                help="write a `scheduler` with a `warmup`, or `norm_first: true`",
            )
            return


def _rises(recipe: Recipe) -> bool:
    """Tell whether the rate is lower at first, or nothing is known of it."""
    schedule = recipe.schedule
    if schedule is None:
        return False
    every = (schedule.scheduler, *schedule.parts)
    falls = all(type(each).__name__ in _FALLING for each in every)
    return schedule.warmup > 0 or not falls


def _depth(subject: Subject) -> int:
    """Count the layers whose sums are normalized, on the way of all values."""
    times, found = times_of(subject), 0.0
    for each in subject.flow.of(*_STACKS, *_LAYERS):
        if argument(each, "norm_first") is False:
            found += rounds_of(each, times) * _layers(each)
    halves = (each for each in subject.flow.of(*_NORMS) if _is_of_sum(each))
    return round(found + sum(rounds_of(each, times) for each in halves) / 2)


def _layers(each: Operation) -> int:
    if each.kind in _LAYERS:
        return 1
    names = ("num_layers", "num_encoder_layers", "num_decoder_layers")
    return max(int(argument(each, name) or 0) for name in names)


def _is_of_sum(each: Operation) -> bool:
    """Tell whether a normalization takes a residual sum that nothing else takes."""
    total = kinds.origin(each.before)
    if total is None or total.kind != "Add" or not kinds.is_single(total):
        return False
    return len(kinds.values(total)) == 2 and len(each.users) > 1


def _has_starts(subject: Subject) -> bool:
    """Tell whether layers have initial values, which may make up for a warmup."""
    starts = Starts(subject.model)
    layers = ("Linear", "MultiheadAttention", *kinds.TRANSFORMERS)
    return starts.any and any(map(starts.of, subject.flow.of(*layers)))


_SPEC = """\
name: Net
input: [16, 64]
layers:
  - TransformerEncoderLayer: {nhead: 4, dim_feedforward: 256}
    repeat: 18
  - select: {dim: 1, index: 0}
  - Linear: 10
training:
  data: {npz: series.npz}
  loss: CrossEntropyLoss
  optimizer: {Adam: {lr: 0.001}}
"""
_WARM = "  scheduler: {CosineAnnealingLR: , warmup: 1, per: step}\n"

RULES = (
    Rule(
        "MG577",
        "warning",
        _cold,
        Explanation(
            "Many post-norm layers without a warmup",
            "Where the sum of a residual is normalized, gradients of the last layers "
            "are large at the beginning, whatever the depth, and Adam's first steps "
            "are as large as the rate: without a warmup the training diverges, or "
            "stays at the loss of a guess (Xiong et al., On layer normalization in the "
            "transformer architecture, arXiv:2002.04745; Liu et al., Understanding "
            "the difficulty of training transformers, arXiv:2004.08249: 18 layers "
            "diverge even with one). Named from 12 layers and a rate of 0.0005; silent "
            "with initial values of your own, with `weights`, and for schedulers that "
            "begin low. How sure: likely. Write a `warmup`, or `norm_first: true`.",
            _SPEC,
            _SPEC + _WARM,
        ),
    ),
)
