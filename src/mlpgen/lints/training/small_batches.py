"""Batches too small for what is measured on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, trained
from mlpgen.lints.kinds import BATCH_NORMS
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.places import TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject

_FEW = 2


def _few(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    norm = next(subject.flow.of(*BATCH_NORMS), None)
    if recipe is None or norm is None or recipe.settings.freeze:
        return
    size = recipe.settings.batch_size
    if size <= _FEW:
        many = "one example" if size == 1 else f"{size} examples"
        yield Finding(
            f"`{norm.name}` measures mean and variance on {many}, and those of others "
            "are different",
            (*TRAINING, "batch_size"),
            help="write at least 8, or take a `GroupNorm`; `accumulate` does not help",
        )


_LAYERS = ("Conv2d: {out_channels: 8, kernel_size: 3, bias: false}", "BatchNorm2d")
_REST = ("ReLU", "AdaptiveAvgPool2d: 1", "Flatten", "Linear: 10")

RULES = (
    Rule(
        "MG570",
        "warning",
        _few,
        Explanation(
            "Batch normalization of one or two examples",
            "Batch normalization takes mean and variance from the batch, and in "
            "evaluation from all that came before. Of one or two examples they are "
            "noise: what the network learns with them is wrong in evaluation. Wu and "
            "He, Group Normalization (arXiv:1803.08494), find 10 % more errors at two "
            "examples; Ioffe, Batch Renormalization (arXiv:1702.03275), says why. "
            "Gradients that are accumulated change nothing about it. Silent with "
            "`freeze`, which may keep the statistics. How sure: very.",
            trained(*_LAYERS, *_REST, rest="  batch_size: 1\n"),
            trained(*_LAYERS, *_REST, rest="  batch_size: 32\n"),
        ),
    ),
)
