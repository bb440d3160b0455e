"""All rules about the training."""

from __future__ import annotations

from mlpgen.lints.training import schedules

TRAINING = (*schedules.RULES,)
