"""All rules about the training."""

from __future__ import annotations

from mlpgen.lints.training import (
    amounts,
    augmentations,
    clipping,
    decays,
    dying,
    optimizer_arguments,
    rates,
    scales,
    schedules,
)

TRAINING = (
    *schedules.RULES,
    *rates.RULES,
    *augmentations.RULES,
    *decays.RULES,
    *dying.RULES,
    *clipping.RULES,
    *optimizer_arguments.RULES,
    *amounts.RULES,
    *scales.RULES,
)
