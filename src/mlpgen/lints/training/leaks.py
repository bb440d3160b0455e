"""Trainings whose test is no test, or whose layers stay random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.graph.training.parameter_names import fits, named_parameters
from mlpgen.graph.walks import every_layer
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.places import SCHEDULER, TRAINING, name_spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Level, Subject


def _watched(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or recipe.settings.validation is not None:
        return
    help = "hold out a part of the training data for it: `validation: 0.1`"
    if recipe.settings.early_stopping is not None:
        message = "the test data decides when `early_stopping` ends the training"
        at = (*TRAINING, "early_stopping")
        yield Finding(message, at, key=True, help=help, level="warning")
    scheduler = recipe.schedule.scheduler if recipe.schedule else None
    if scheduler is not None and scheduler.watched:
        name = type(scheduler).__name__
        spot = name_spot(subject.sources, SCHEDULER, name)
        message = f"the test data decides when `{name}` lowers the rate"
        yield spot.finding(message, help)


def _frozen(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or not recipe.settings.freeze:
        return
    if recipe.settings.weights is None:
        level: Level = "warning" if _freezes_layers(subject) else "hint"
        yield Finding(
            "frozen layers keep their random initial values: no `weights` are given",
            (*TRAINING, "freeze"),
            key=True,
            help="write `weights`, or give them by `--weights`",
            level=level,
        )
    elif _freezes_head(subject):
        yield Finding(
            "the last layer is frozen, and what is before it is trained",
            (*TRAINING, "freeze"),
            key=True,
            help="freeze what is before it, and train the last layer",
            level="warning",
        )
    without = recipe.start.without if recipe.start else []
    every = [*named_parameters(subject.model.nodes)] if without else []
    for place, pattern in enumerate(recipe.settings.freeze):
        frozen = [each for each in every if fits(each, pattern)]
        random = [each for each in frozen if any(fits(each, one) for one in without)]
        if random:
            yield Finding(
                f"`{random[0].name}` is frozen, and left out of `weights`: it keeps "
                "its random initial values",
                (*TRAINING, "freeze", place),
                help="train it, or take its weights",
                level="warning" if len(random[0].shape) > 1 else "hint",
            )


def _freezes_head(subject: Subject) -> bool:
    """Tell whether only what gives the outputs is frozen."""
    recipe = subject.model.recipe
    if recipe is None or (recipe.start and recipe.start.without):
        return False
    every = [x for x in named_parameters(subject.model.nodes) if "matrices" in x.kinds]
    patterns = recipe.settings.freeze
    frozen = [x.name for x in every if any(fits(x, pattern) for pattern in patterns)]
    heads = {
        f"{x.name}.weight"
        for x in subject.flow.operations
        if x.returned and x.node.weights
    }
    return bool(frozen) and {*frozen} <= heads and len(frozen) < len(every)


def _freezes_layers(subject: Subject) -> bool:
    """Tell whether layers with random matrices are frozen, and no mere tables.

    With an `init` of their own they may be meant, as fixed filters are.
    """
    recipe, model = subject.model.recipe, subject.model
    if recipe is None or model.rules or any(x.inits for x in every_layer(model.nodes)):
        return False
    return any(
        {"matrices", "embedding"} & {*each.kinds} and len(each.shape) > 1
        for each in named_parameters(model.nodes)
        if any(fits(each, pattern) for pattern in recipe.settings.freeze)
    )


RULES = (
    Rule(
        "MG585",
        "hint",
        _watched,
        Explanation(
            "A test that takes part in the training",
            "Without `validation`, the test data decides when the training ends or the "
            "rate falls, so that its result is better than that on data that was never "
            "seen (Hastie et al., The Elements of Statistical Learning, 7.2). It is "
            "certain; how much it matters depends on the size of the test. It is a "
            "warning for `early_stopping`, which picks an epoch by the test; a hint "
            "for the rate.",
            trained(*MLP, rest="  early_stopping: 3\n"),
            trained(*MLP, rest="  early_stopping: 3\n  validation: 0.1\n"),
        ),
    ),
    Rule(
        "MG586",
        "hint",
        _frozen,
        Explanation(
            "Frozen layers without weights",
            "`freeze` is for layers that were trained before: without `weights`, here "
            "or as a flag of the script, they stay random, and so does a new head that "
            "`except` leaves out of them. It is a warning for matrices of layers; a "
            "hint for other parameters, and where an `init` says what they are. Random "
            "layers can be meant (Rahimi and Recht, 'Random features for large-scale "
            "kernel machines', 2007): then `ignore` it.",
            trained(
                "Flatten",
                "Linear: 16",
                "ReLU",
                "Linear: 10",
                rest="  freeze: [linear_1]\n",
            ),
            trained(
                "Flatten",
                "Linear: 16",
                "ReLU",
                "Linear: 10",
                rest="  freeze: [linear_1]\n  weights: runs/digits/best.pt\n",
            ),
        ),
    ),
)
