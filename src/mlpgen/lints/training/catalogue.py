"""All rules about the training."""

from __future__ import annotations

from mlpgen.lints.training import augmentations, decays, dying, rates, schedules

TRAINING = (
    *schedules.RULES,
    *rates.RULES,
    *augmentations.RULES,
    *decays.RULES,
    *dying.RULES,
)
