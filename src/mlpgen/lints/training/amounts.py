"""Amounts of data that cannot be, and goals that cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Removed, Replaced
from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.length import known_examples, length_of
from mlpgen.lints.training.places import TRAINING
from mlpgen.training.data.named_datasets import NamedDataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject

_HALF = 0.5
_FEW = 10
"""So few steps are not enough for any network."""
_SHARES = ("accuracy", "top5", "f1", "auc", "r2")
"""Metrics that are at most 1."""


def _too_many(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    settings, origin = recipe.settings, recipe.dataset.origin
    there = origin.examples if isinstance(origin, NamedDataset) else 0
    if there and settings.subset is not None and settings.subset > there:
        yield Finding(
            f"`subset` is {settings.subset:,}, but {recipe.dataset.title} has "
            f"{there:,} examples to train on",
            (*TRAINING, "subset"),
            help=Advice("leave it out", Removed()),
        )
    labels = recipe.main.classes if recipe.target == "label" else 0
    if settings.subset is not None and settings.subset < labels:
        yield Finding(
            f"{settings.subset:,} examples cannot show {labels} classes",
            (*TRAINING, "subset"),
            help=f"write at least {10 * labels}",
        )
    examples, batches = known_examples(recipe), settings.accumulate
    batch = settings.batch_size * batches
    if not examples or batch <= examples:
        return
    if settings.batch_size > examples:
        key, most = "batch_size", examples // batches
    else:
        key, most = "accumulate", examples // settings.batch_size
    parts = f" {batches} times" if batches > 1 else ""
    yield Finding(
        f"a step needs{parts} {settings.batch_size:,} examples, but there are "
        f"{examples:,} to train on",
        (*TRAINING, key),
        help=f"write at most {most:,}",
    )


def _few_steps(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or recipe.settings.subset is not None or recipe.optimizer.closure:
        return
    total = length_of(recipe).total
    batch = recipe.settings.batch_size * recipe.settings.accumulate
    if 0 < total <= _FEW and batch <= known_examples(recipe):
        yield Finding(
            f"the training has {total} step{'' if total == 1 else 's'} in all, each of "
            f"{batch:,} examples",
            (*TRAINING, "batch_size"),
            help="write a smaller `batch_size`, or more `epochs`",
        )


def _parts(subject: Subject) -> Iterator[Finding]:
    """Find `LBFGS` on small parts of the data."""
    recipe = subject.model.recipe
    if recipe is None or type(recipe.optimizer).__name__ != "LBFGS":
        return
    examples, batch = known_examples(recipe), recipe.settings.batch_size
    if batch * 10 < examples:
        yield Finding(
            "`LBFGS` measures the curvature between steps, but each step is on other "
            f"{batch:,} of {examples:,} examples",
            (*TRAINING, "optimizer"),
            help="take all examples in one batch, or another optimizer",
        )


def _few(subject: Subject) -> Iterator[Finding]:
    yield from _few_steps(subject)
    yield from _parts(subject)


def _held_out(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    for share, path in (
        (recipe.settings.validation or 0.0, (*TRAINING, "validation")),
        (recipe.dataset.origin.share, (*TRAINING, "data", "test")),
    ):
        if share > _HALF:
            yield Finding(
                f"{share:.0%} of the examples are held out: more than are trained on",
                path,
                help=f"write {1 - share:.2g} if that much is to be held out",
            )


def _never(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or recipe.settings.target is None or recipe.best.own:
        return
    target, metric = recipe.settings.target, recipe.best.metric
    above = metric in _SHARES and target > 1
    below = metric == "perplexity" and target < 1
    if above or below:
        bound = "at most" if above else "at least"
        percent = above and target <= 100
        yield Finding(
            f"a `target` of {target:g} is never reached: `{metric}` is {bound} 1",
            (*TRAINING, "target"),
            help=_of_percent(target) if percent else "",
        )


def _of_percent(target: float) -> Advice:
    return Advice(f"write `target: {target / 100:g}`", Replaced(target / 100))


RULES = (
    Rule(
        "MG561",
        "warning",
        _too_many,
        Explanation(
            "More examples than there are",
            "A step cannot have more examples than there are to train on, and the "
            "script refuses it; a `subset` of more is all of them. It is certain where "
            "the size of the data is known: of data sets with a name, and with "
            "`subset`. Source: the number of images of each data set.",
            trained(*MLP, rest="  batch_size: 100000\n"),
            trained(*MLP, rest="  batch_size: 100\n"),
        ),
    ),
    Rule(
        "MG562",
        "warning",
        _held_out,
        Explanation(
            "More examples held out than trained on",
            "`validation`, and `test` of your own data, are the shares that are held "
            "out, not those that are trained on; usual are 0.1 to 0.3 (Hastie et al., "
            "The Elements of Statistical Learning, 7.2, take a quarter for each). It "
            "is certain that less than half is learned from; to see how little data "
            "is enough, use `subset`.",
            trained(*MLP, rest="  validation: 0.9\n"),
            trained(*MLP, rest="  validation: 0.1\n"),
        ),
    ),
    Rule(
        "MG563",
        "warning",
        _never,
        Explanation(
            "A target that no network reaches",
            "Accuracy and other shares are at most 1, so that 98 % are 0.98; a "
            "perplexity is at least 1. The training then never stops at its `target`. "
            "Source: the definitions of the metrics. It is certain.",
            trained(*MLP, rest="  target: 98\n"),
            trained(*MLP, rest="  target: 0.98\n"),
        ),
    ),
    Rule(
        "MG566",
        "warning",
        _few,
        Explanation(
            "A training of a few steps",
            "A network learns by steps, not by epochs: with batches as large as the "
            "data an epoch is one step. Ten steps in all leave any network near its "
            "initial values; large batches also generalize worse (Keskar et al., "
            "arXiv:1609.04836). It is certain where the size of the data is known; a "
            "`subset` is taken to be meant, and so is `LBFGS`, which takes many steps "
            "in one; but it measures the curvature between steps, which small batches "
            "make random (Bollapragada et al., arXiv:1802.05374).",
            trained(*MLP, rest="  batch_size: 60000\n  epochs: 5\n"),
            trained(*MLP, rest="  batch_size: 64\n  epochs: 5\n"),
        ),
    ),
)
