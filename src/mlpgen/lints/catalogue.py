"""All rules; a new one is a module with `RULES`, named here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.lints.rule import Rule

_MODULES = (
    "rules.exported_names",
    "rules.first_sizes",
    "rules.first_steps",
    "rules.activations",
    "rules.attention_axes",
    "rules.before_norm",
    "rules.constants",
    "rules.depth",
    "rules.domains",
    "rules.doubled",
    "rules.drawn_codes",
    "rules.dropout_rates",
    "rules.ends",
    "rules.gradients",
    "rules.in_a_row",
    "rules.layouts",
    "rules.linear_chains",
    "rules.masks",
    "rules.misread",
    "rules.narrow_parts",
    "rules.next_step",
    "rules.normalization_arguments",
    "rules.order",
    "rules.residuals",
    "rules.sharing",
    "rules.shortcuts",
    "rules.single_steps",
    "rules.slopes",
    "rules.reshapes",
    "rules.same_factors",
    "rules.saturation",
    "rules.single_values",
    "rules.tables",
    "rules.unmixed_groups",
    "rules.weights",
    "rules.wide_layers",
    "rules.widths",
    "rules.probabilities",
    "rules.windows",
    "rules.zero_starts",
    "rules.class_axes",
    "rules.unscaled",
    "training.schedules",
    "training.rates",
    "training.augmentations",
    "training.decays",
    "training.dead_rates",
    "training.clipped_gradients",
    "training.optimizer_arguments",
    "training.amounts",
    "training.scales",
    "training.last_layers",
    "training.leaks",
    "training.raw_inputs",
    "training.small_batches",
    "training.targets",
    "training.parts_of_loss",
    "training.new_heads",
    "training.divergences",
    "training.whole_numbers",
    "training.warm_starts",
)

RULES: tuple[Rule, ...] = tuple(
    rule for name in _MODULES for rule in import_module(f"mlpgen.lints.{name}").RULES
)
