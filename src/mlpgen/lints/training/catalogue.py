"""All rules about the training."""

from __future__ import annotations

from mlpgen.lints.training import (
    amounts,
    augmentations,
    clipped_gradients,
    dead_rates,
    decays,
    last_layers,
    leaks,
    optimizer_arguments,
    rates,
    scales,
    schedules,
)

_MODULES = (
    schedules,
    rates,
    augmentations,
    decays,
    dead_rates,
    clipped_gradients,
    optimizer_arguments,
    amounts,
    scales,
    last_layers,
    leaks,
)

TRAINING = tuple(rule for each in _MODULES for rule in each.RULES)
