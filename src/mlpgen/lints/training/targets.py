"""Outputs that cannot be the numbers that they are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation
from mlpgen.graph.training.values import interval
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.effects.effect import Effect
    from mlpgen.graph.training.recipe import LossTerm, Recipe
    from mlpgen.lints.rule import Subject

_LARGE_WORDS = """
age amount area cost count counts days demand distance duration earnings fare
horsepower hours income kilometers mileage minutes mpg months population power
pressure price prices rent revenue rings salary sales seconds size speed steps
temperature time value visits wage weight years yield yards humidity cnt medv
charges expenses tip calories consumption production wait traffic
"""
_LARGE = frozenset(_LARGE_WORDS.split())
"""Words in names of columns whose numbers are mostly above 1."""
_SIGNED_WORDS = (
    "change delta diff difference gain growth profit return returns residual"
)
_SIGNED = frozenset(_SIGNED_WORDS.split())
"""Words in names of columns whose numbers may be below 0."""
_NUMBERS = ("numbers", "rates")


def _unreached(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    for term in recipe.terms if recipe else ():
        effect = subject.effects.of_output(term.output)
        if recipe is None or term.loss.custom or effect.last is None:
            continue
        said, help = _fault(term, effect, recipe)
        if said:
            yield Finding(
                f"`{effect.last.name}` returns {said}",
                effect.last.node.path,
                effect.last.owner,
                help=help,
            )


def _fault(term: LossTerm, effect: Effect, recipe: Recipe) -> tuple[str, str]:
    """Say what an output is, and what it is compared with; nothing if it fits."""
    if term.target == "image":
        return _of_images(term, effect, recipe)
    columns = _columns(recipe)
    if term.loss.takes not in _NUMBERS or term.target != "number":
        return "", ""
    state = _of_state(term, effect)
    if any(state) or not columns:
        return state
    named = next((each for each in columns if _words(each) & _LARGE), "")
    if effect.kind == "probabilities" and len(columns) > 1:
        shown = " and ".join(f"`{each}`" for each in columns[:2])
        return f"numbers that add up to 1, which {shown} do not", "leave it out"
    if effect.bounded and effect.low >= -1 and effect.high <= 1 and named:
        return f"numbers {interval(effect)}, which `{named}` is not", "leave it out"
    signed = next((each for each in columns if _words(each) & _SIGNED), "")
    if effect.bounded and effect.low >= 0 and signed:
        return f"nothing below 0, as `{signed}` may be", "leave it out"
    return "", ""


def _of_state(term: LossTerm, effect: Effect) -> tuple[str, str]:
    """Say that a recurrent layer gives its bounded state as the number to learn."""
    last = kinds.origin(effect.last)
    if last is None or last.kind not in kinds.RECURRENT or effect.high > 1:
        return "", ""
    return (
        f"its state as the prediction, of numbers {interval(effect)}",
        "put a `Linear` behind it, and write a larger `hidden_size`",
    )


def _of_images(term: LossTerm, effect: Effect, recipe: Recipe) -> tuple[str, str]:
    """Say what is restored of pictures that are numbers from 0 to 1."""
    restores = recipe.dataset.pictures and term.shape == recipe.dataset.shape
    if not restores or getattr(recipe.dataset.origin, "masks", None):
        return "", ""
    taken = term.loss.takes in (*_NUMBERS, "probabilities")
    if effect.softmax is not None and effect.within(0, 1) and taken:
        return "numbers that add up to 1, as pixels do not", "write `Sigmoid`"
    plain = recipe.settings.normalize is None and term.loss.takes in _NUMBERS
    if plain and effect.bounded and effect.low <= -_HALF and effect.high <= 1:
        return (
            f"numbers {interval(effect)}, but pictures are numbers from 0 to 1",
            "write `Sigmoid`, or `normalize: [0.5, 0.5]`",
        )
    return "", ""


_HALF = 0.5


def _columns(recipe: Recipe) -> list[str]:
    """Return the names of the numbers to learn, if the data is a table."""
    target = getattr(recipe.dataset.origin, "target", None)
    if not getattr(recipe.dataset.origin, "csv", None) or target is None:
        return []
    return [target] if isinstance(target, str) else list(target)


def _words(column: str) -> set[str]:
    spread = "".join(each if each.isalnum() else " " for each in column)
    return {*spread.lower().split()}


_TABLE = """\
name: Net
input: [8]
layers: [{{Linear: 32}}, ReLU, {{Linear: 1}}{last}]
training:
  data: {{csv: cars.csv, target: price}}
  loss: MSELoss
  optimizer: {{Adam: {{lr: 0.001}}}}
"""

RULES = (
    Rule(
        "MG571",
        "warning",
        _unreached,
        Explanation(
            "An output that cannot be what it is compared with",
            "A `Sigmoid` or a `Tanh` at the end bounds the output, and what is "
            "compared with it has to fit: a price never does, and of pictures from 0 "
            "to 1 a `Tanh` wastes its lower half and saturates at white. Values of a "
            "softmax add up to 1, which several numbers, or the pixels of a picture, "
            "do not. Nor is the state of a recurrent layer, from -1 to 1, a prediction "
            "of numbers: a `Linear` reads them from it. Columns are known by their "
            "names: price, age, weight and the like. Behind a bounded output the "
            "training scripts leave the numbers of a table as they are. Source: Wardat "
            "et al., DeepLocalize, 2021; Goodfellow et al., Deep Learning, 2016, 6.2.2 "
            "(a linear unit for a number). How sure: very, if the column is what its "
            "name says; ignore it for one that was scaled to 0 to 1.",
            _TABLE.format(last=", Sigmoid"),
            _TABLE.format(last=""),
        ),
    ),
)
