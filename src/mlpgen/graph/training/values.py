"""Whether an output has the values that a loss takes, by what is known of them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Removed, Respelled
from mlpgen.graph.effects.effect import LOGARITHMIC, PROBABLE
from mlpgen.graph.effects.operations import SOFTMAXES
from mlpgen.training.component import Problem

if TYPE_CHECKING:
    from mlpgen.diagnostics.advice import Change
    from mlpgen.graph.effects.effect import Effect
    from mlpgen.training.losses.base import Loss

_WORDS = {
    "probabilities": "probabilities",
    "chances": "probabilities",
    "log_probabilities": "log-probabilities",
    "log_chances": "log-probabilities",
}
_NAMED = {*SOFTMAXES, "sigmoid", "hardsigmoid", "logsigmoid"}
"""Operations whose name says what they return."""


def wrong_values(loss: Loss, effect: Effect) -> Problem | None:
    """Check that an output consists of what a loss takes; what is unknown may do.

    Args:
        loss: The loss.
        effect: What is known of the output.
    """
    if effect.last is None or effect.maker is None:
        return None
    checks = {
        "logits": _no_logits,
        "log-probabilities": _no_logarithms,
        "probabilities": _no_probabilities,
        "rates": _no_rates,
    }
    return checks[loss.values](loss, effect) if loss.values in checks else None


def _no_logits(loss: Loss, effect: Effect) -> Problem | None:
    """Refuse probabilities and their logarithms, which have been squeezed already."""
    squeezed = effect.exact and effect.within(0, 1)
    if not squeezed and effect.kind not in (*PROBABLE, *LOGARITHMIC):
        return None
    if _is_mixture(effect) and loss.itself == "a softmax":
        return None
    message = f"`{_name(loss)}` expects logits and applies {loss.itself} itself, but "
    layer = _type(effect)
    text = f"remove `{layer}`, or put the layer before it first in `outputs`"
    help = _about_last(text, effect, Removed())
    return Problem("MG402", message + _said(effect), help=help)


def _no_logarithms(loss: Loss, effect: Effect) -> Problem | None:
    """Refuse all that has another meaning, or is above 0."""
    if effect.kind == "log_probabilities":
        return None
    known = effect.kind in ("logits", *PROBABLE, *LOGARITHMIC)
    if not known and not effect.leaves(-inf, 0):
        return None
    message = f"`{_name(loss)}` expects log-probabilities, but {_said(effect)}"
    help = "end with `LogSoftmax`, or use `CrossEntropyLoss`"
    if effect.kind in (*PROBABLE, *LOGARITHMIC):
        help = f"put `LogSoftmax` in the place of `{_type(effect)}`"
        if effect.kind == "probabilities" and _type(effect) == "Softmax":
            help = _about_last(help, effect, Respelled("Softmax", "LogSoftmax"))
    return Problem("MG402", message, help=help)


def _no_probabilities(loss: Loss, effect: Effect) -> Problem | None:
    """Refuse what is below 0 or above 1 for certain."""
    if not effect.leaves(0, 1) and effect.kind not in LOGARITHMIC:
        return None
    said = _said(effect, numbers=True)
    message = f"`{_name(loss)}` expects probabilities, but {said}"
    help = "end with `Sigmoid`, or use `BCEWithLogitsLoss`"
    if effect.kind in LOGARITHMIC or (effect.bounded and effect.kind != "chances"):
        help = f"put `Sigmoid` in the place of `{_type(effect)}`"
    if effect.kind in PROBABLE and effect.last is not None:
        help = _about_last(f"remove `{effect.last.node.type}`", effect, Removed())
    return Problem("MG402", message, help=help)


def _no_rates(loss: Loss, effect: Effect) -> Problem | None:
    """Refuse what is below 0 for certain: it has no logarithm."""
    if not effect.leaves(0, inf):
        return None
    message = f"`{_name(loss)}` without `log_input` takes the logarithm of the output, "
    message += f"but {_said(effect, numbers=True)}"
    help = "end with `Softplus`, or leave `log_input: false` out"
    return Problem("MG402", message, "log_input", help=help)


def _about_last(help: str, effect: Effect, change: Change) -> str:
    """Return help about the last layer, with its change if that is a layer of its own.

    What runs several times, at times or in a block also does so for others.
    """
    last = effect.last
    if last is None or last is not effect.maker or last.owner:
        return help
    node = last.node
    own = len(node.path) == 2 and node.path[0] == "layers" and not node.rounds
    certain = own and node.condition is None
    return Advice(help, change, node.path) if certain else help


def _is_mixture(effect: Effect) -> bool:
    """Tell whether they are logarithms of means of probabilities, which are scores."""
    made = effect.maker
    if made is None or made.kind != "Log" or effect.kind != "log_probabilities":
        return False
    return made.before is None or made.before.kind.lower() not in SOFTMAXES


def _said(effect: Effect, *, numbers: bool = False) -> str:
    """Say what the output is.

    Args:
        effect: What is known of it.
        numbers: Whether the interval matters, and not only what it stands for.
    """
    assert effect.last is not None
    assert effect.maker is not None
    words = _WORDS.get(effect.kind, "")
    changed = effect.last is not effect.maker and effect.kind in PROBABLE
    if effect.bounded and (not words or (numbers and changed)):
        return f"`{effect.last.node.type}` returns numbers {interval(effect)}"
    if not words or effect.maker.kind.lower() in _NAMED:
        return f"the last layer is `{_type(effect)}`"
    return f"`{_type(effect)}` returns {words}"


def interval(effect: Effect) -> str:
    """Say between which numbers values are."""
    low, high = round(effect.low, 2), round(effect.high, 2)
    if low == -inf:
        return f"of at most {high:g}"
    return f"of at least {low:g}" if high == inf else f"from {low:g} to {high:g}"


def _type(effect: Effect) -> str:
    maker = effect.maker if effect.kind in _WORDS else effect.last
    return maker.node.type if maker is not None else ""


def _name(loss: Loss) -> str:
    return type(loss).__name__
