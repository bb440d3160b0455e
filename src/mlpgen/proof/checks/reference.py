"""The network by its spec alone, on what the model holds: a second opinion.

The entries of the spec are walked one by one; code of the styles is not looked at. So
what all styles get wrong in the same way is seen here.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from .common import SEED, FailsError, call, close, counted, difference, load
from .functions import Held
from .interpreter import Walk
from .ownership import (
    need_computed,
    need_initial_values,
    need_modules,
    need_owned,
    need_ties,
)
from .predictions import need_outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from .common import Subject

_FEW = 2
_LARGE = 10_000_000_000
"""Multiply-adds of networks that are evaluated in eval mode only."""


def as_written(subject: Subject) -> str:
    """The model holds and gives what its spec says, layer by layer, in both modes."""
    if not subject.plan:
        return "no plan"
    less = []
    walk, _ = subject.walked = _need_outputs(subject, training=False)
    if subject.claims["multiply_adds"] > _LARGE:
        less.append("train mode, of a large network")
    else:
        _need_outputs(subject, training=True)
    need_computed(walk)
    for style, model in subject.models.items():
        need_modules(walk, model, style)
        need_owned(walk, model, style)
        ties = need_ties(walk, model, style)
    less += need_initial_values(walk, next(iter(subject.models.values())))
    less += [f"the code of {each}" for each in walk.authors()]
    notes = [ties] if ties else []
    notes += [f"not checked: {', '.join(less)}"] if less else []
    return "; ".join(
        [f"{counted(walk.count, 'layer')} by the spec give the same", *notes]
    )


def _need_outputs(subject: Subject, *, training: bool) -> tuple[Walk, list[Held]]:
    """The first model gives what the spec says; random numbers are drawn alike."""
    style, model = next(subject.mode(training=training))
    with _same_buffers(model):
        found = call(model, subject.inputs(_FEW))
    with _same_buffers(model):
        walk, wanted = _evaluated(model, subject)
    asked = [walk.values[name] for name in subject.claims.get("captured", ())]
    for claim, left, right in zip(
        subject.claims["outputs"], found, [*wanted, *asked], strict=True
    ):
        if not close(left, right.tensor):
            said = difference(left, right.tensor)
            where = f"{style}, in train mode," if training else style
            raise FailsError(
                f"`{claim['name']}` of {where} is not what the spec says: {said}"
            )
    return walk, wanted


@contextmanager
def _same_buffers(model: nn.Module) -> Iterator[None]:
    """Give a model the buffers back that it had before it ran in train mode."""
    before = {name: each.clone() for name, each in model.named_buffers()}
    try:
        yield
    finally:
        for name, each in model.named_buffers():
            each.copy_(before[name])


def _evaluated(model: nn.Module, subject: Subject) -> tuple[Walk, list[Held]]:
    """Evaluate the spec on the inputs of a check."""
    walk = Walk(model, subject.plan or {})
    inputs = zip(subject.claims["inputs"], subject.inputs(_FEW), strict=True)
    takes = [Held(each, None in claim["shape"]) for claim, each in inputs]
    torch.default_generator.manual_seed(SEED)
    return walk, walk.run(takes)


def captured(subject: Subject) -> str:
    """A model that returns what each layer gives returns what the spec says."""
    trial = subject.captured
    if not trial or not subject.plan:
        return "no others were asked for"
    claims = {**subject.claims, "outputs": trial["outputs"]}
    names = [each["name"] for each in trial["outputs"]]
    base = next(iter(subject.models.values())).eval()
    walk, outputs = subject.walked or _evaluated(base, subject)
    subject.walked = None  # what large networks give is large
    own = len(outputs)
    for style, path in trial["files"].items():
        torch.default_generator.manual_seed(SEED)
        model: nn.Module = load(path, claims["name"])()
        _need_keys(base, model, style)
        model.load_state_dict(base.state_dict())
        found = call(model.eval(), subject.inputs(_FEW))
        need_outputs(found, trial["outputs"], _FEW, f"in {style} with captured layers")
        for name, left, right in zip(names[:own], outputs, found, strict=False):
            if not close(left.tensor, right):
                said = difference(left.tensor, right)
                raise FailsError(
                    f"`{name}` differs in {style} with captured layers: {said}"
                )
        for name, right in zip(names[own:], found[own:], strict=True):
            if not close(walk.values[name].tensor, right):
                said = difference(walk.values[name].tensor, right)
                raise FailsError(
                    f"captured `{name}` of {style} is not what the spec says: {said}"
                )
    return f"{counted(len(names) - own, 'captured value')} by the spec are the same"


def _need_keys(base: nn.Module, model: nn.Module, style: str) -> None:
    """Capturing changes nothing of what a model holds."""
    wanted, found = [*base.state_dict()], [*model.state_dict()]
    if wanted != found:
        other = next(iter({*wanted} ^ {*found}), "")
        raise FailsError(f"captured layers change the keys in {style}: `{other}`")
