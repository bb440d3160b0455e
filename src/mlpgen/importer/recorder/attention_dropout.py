"""The dropout of attention, which an author asks for in training only.

`F.scaled_dot_product_attention(q, k, v, dropout_p=self.p if self.training else 0)` says
in evaluation that nothing is dropped; the rate is that of the same call in training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.recorder.comparison import states_kept
from mlpgen.importer.recorder.dropout import ATTENTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import nn

    from mlpgen.importer.recorder.training import Recorded
    from mlpgen.importer.recording import Pass, Step

_RATE = "dropout_p"
_AT = 4


def with_attention_dropout(
    model: nn.Module, found: Recorded, record: Callable[[], Recorded]
) -> Recorded:
    """Return the pass of evaluation with the rates that attention has in training.

    Args:
        model: The model, in evaluation mode before and after.
        found: The pass of evaluation.
        record: Records a pass in the mode that the model has.
    """
    calls = [*_calls(found[0])]
    if not calls:
        return found
    with states_kept(model):
        model.train()
        try:
            training = record()
        except Exception:  # of the author's code, or that no spec can say it
            return found
    others = [*_calls(training[0])]
    if [each.place for each in calls] != [each.place for each in others]:
        return found
    rates = iter([_rate(each) for each in others])
    return _with_rates(found[0], rates), found[1]


def _is_attention(step: Step) -> bool:
    return step.function.rpartition(".")[2] == ATTENTION


def _calls(each: Pass) -> Iterator[Step]:
    """Yield the calls of attention as a function, in order."""
    for step in each.steps:
        if step.pass_ is not None:
            yield from _calls(step.pass_)
        elif _is_attention(step):
            yield step


def _rate(step: Step) -> Any:
    given = step.args[_AT] if len(step.args) > _AT else step.kwargs.get(_RATE, 0.0)
    return given if isinstance(given, int | float) else 0.0


def _with_rates(each: Pass, rates: Iterator[Any]) -> Pass:
    """Give each call of attention the next rate."""
    steps = []
    for step in each.steps:
        if step.pass_ is not None:
            step = step._replace(pass_=_with_rates(step.pass_, rates))
        elif _is_attention(step) and (rate := next(rates)) != _rate(step):
            args = (*step.args[:_AT], *(rate for _ in step.args[_AT:][:1]))
            args += step.args[_AT + 1 :]
            kwargs = step.kwargs if len(args) > _AT else {**step.kwargs, _RATE: rate}
            step = step._replace(args=args, kwargs=kwargs)
        steps.append(step)
    return each._replace(steps=(*steps,))
