"""Compares models with an interpreter of their spec, which has the same parameters.

The interpreter shares no code with the styles, so mistakes that all styles have in
common show up here.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from .buffers import draws, need_buffers
from .comparison import close, difference
from .errors import FailsError
from .initial_values import need_initial_values
from .interpreter.functions import Value
from .interpreter.interpreter import Interpreter
from .made_order import need_made_order
from .messages import counted
from .parameters import need_computed, need_modules, need_owned, need_ties
from .shapes_and_counts import need_outputs
from .subject import SEED, call, load
from .undrawn import Undrawn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from .subject import Subject

_FEW = 2
_LARGE = 10_000_000_000
"""Multiply-adds above which a network is compared in eval mode only."""


def as_written(subject: Subject) -> str:
    """Check the outputs in both modes, the modules, and the parameters of a model."""
    if not subject.entries:
        return "no spec"
    less = []
    interpreter, _ = subject.interpreted = need_interpreted(subject, training=False)
    if subject.claims["multiply_adds"] > _LARGE:
        less.append("train mode, of a large network")
    else:
        need_interpreted(subject, training=True)
    need_computed(interpreter)
    for style, model in subject.models.items():
        need_modules(interpreter, model, style)
        need_owned(interpreter, model, style)
        need_made_order(interpreter, model, style)
        drawn = need_buffers(interpreter, model, style)
        ties = need_ties(interpreter, model, style)
    less += need_initial_values(interpreter, next(iter(subject.models.values())))
    less += [f"the random numbers of `{each}`" for each in drawn]
    less += [f"the code of {each}" for each in interpreter.custom_classes()]
    notes = [ties] if ties else []
    notes += [f"not checked: {', '.join(less)}"] if less else []
    return "; ".join(
        [f"{counted(interpreter.count, 'layer')} of the spec give the same", *notes]
    )


def need_interpreted(
    subject: Subject, *, training: bool
) -> tuple[Interpreter, list[Value]]:
    """Compare the outputs of the first model, with the same random numbers.

    Raises:
        FailsError: With the first that differs.
    """
    style, model = next(subject.mode(training=training))
    with _same_buffers(model):
        found = call(model, subject.inputs(_FEW))
    with _same_buffers(model):
        interpreter, wanted = _evaluated(model, subject)
    asked = [interpreter.values[name] for name in subject.claims.get("captured", ())]
    for claim, left, right in zip(
        subject.claims["outputs"], found, [*wanted, *asked], strict=True
    ):
        if not close(left, right.tensor):
            said = difference(left, right.tensor)
            where = f"{style}, in train mode," if training else style
            raise FailsError(
                f"`{claim['name']}` of {where} is not what the spec says: {said}"
            )
    return interpreter, wanted


@contextmanager
def _same_buffers(model: nn.Module) -> Iterator[None]:
    """Restore the buffers of a model after it ran in train mode."""
    before = {name: each.clone() for name, each in model.named_buffers()}
    try:
        yield
    finally:
        for name, each in model.named_buffers():
            each.copy_(before[name])


def _evaluated(model: nn.Module, subject: Subject) -> tuple[Interpreter, list[Value]]:
    """Interpret the spec on the inputs of a check."""
    interpreter = Interpreter(model, subject.entries or {})
    inputs = zip(subject.claims["inputs"], subject.inputs(_FEW), strict=True)
    takes = [Value(each, None in claim["shape"]) for claim, each in inputs]
    torch.default_generator.manual_seed(SEED)
    return interpreter, interpreter.evaluate(takes)


def captured(subject: Subject) -> str:
    """Compare what a model with captured layers returns with the spec."""
    trial = subject.captured
    if not subject.entries:
        return "no spec"
    if not trial:
        return "there are no values to capture besides the outputs"
    claims = {**subject.claims, "outputs": trial["outputs"]}
    names = [each["name"] for each in trial["outputs"]]
    base = next(iter(subject.models.values())).eval()
    interpreter, outputs = subject.interpreted or _evaluated(base, subject)
    subject.interpreted = None  # values of large networks are large
    count = len(outputs)
    for style, path in trial["files"].items():
        with Undrawn():
            model: nn.Module = load(path, claims["name"])()
        _need_keys(base, model, style)
        model.load_state_dict(base.state_dict())
        _copy_initial_values(interpreter, base, model)
        found = call(model.eval(), subject.inputs(_FEW))
        need_outputs(found, trial["outputs"], _FEW, f"in {style} with captured layers")
        for name, left, right in zip(names[:count], outputs, found, strict=False):
            if not close(left.tensor, right):
                said = difference(left.tensor, right)
                raise FailsError(
                    f"`{name}` differs in {style} with captured layers: {said}"
                )
        for name, right in zip(names[count:], found[count:], strict=True):
            if not close(interpreter.values[name].tensor, right):
                said = difference(interpreter.values[name].tensor, right)
                raise FailsError(
                    f"captured `{name}` of {style} is not what the spec says: {said}"
                )
    compared = len(names) - count
    verb = "equals" if compared == 1 else "equal"
    return f"{counted(compared, 'captured value')} {verb} the spec's"


def _copy_initial_values(
    interpreter: Interpreter, base: nn.Module, model: nn.Module
) -> None:
    """Copy buffers that are drawn once; the state_dict lacks some of them."""
    drawn = {name for name, (entry, _) in interpreter.buffers.items() if draws(entry)}
    others = dict(model.named_buffers())
    for name, each in base.named_buffers():
        if name in interpreter.tensor_inits or name in drawn:
            others[name].copy_(each)


def _need_keys(base: nn.Module, model: nn.Module, style: str) -> None:
    """Check that capturing does not change the state_dict of a model."""
    wanted, found = [*base.state_dict()], [*model.state_dict()]
    if wanted != found:
        other = next(iter({*wanted} ^ {*found}), "")
        raise FailsError(f"captured layers change the keys in {style}: `{other}`")
