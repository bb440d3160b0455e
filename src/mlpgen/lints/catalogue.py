"""All rules; a new one is a module with `RULES`, named here."""

from __future__ import annotations

from mlpgen.lints.rules import (
    activations,
    before_norm,
    dropout_rates,
    ends,
    gradients,
    linear_chains,
    misread,
    next_step,
    probabilities,
    residuals,
    saturation,
    single_values,
    tables,
    weights,
    widths,
    windows,
)
from mlpgen.lints.training.catalogue import TRAINING

_NETWORK = (
    activations,
    before_norm,
    dropout_rates,
    ends,
    gradients,
    linear_chains,
    misread,
    next_step,
    residuals,
    saturation,
    single_values,
    tables,
    weights,
    widths,
    probabilities,
    windows,
)

RULES = (*(rule for each in _NETWORK for rule in each.RULES), *TRAINING)
