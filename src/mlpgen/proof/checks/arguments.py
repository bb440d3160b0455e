"""The class with other arguments than its defaults is what the spec says for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from .common import (
    SEED,
    FailsError,
    call,
    counted,
    difference,
    first_line,
    load,
    made_inputs,
    same,
)
from .predictions import counts_all, need_outputs, plain_kernels

if TYPE_CHECKING:
    from torch import Tensor

    from .common import Subject

_SMALL = 3_000_000
"""Parameters of networks that are made and run with values, and not on `meta`."""
_QUICK = 100_000_000
"""Their multiply-adds."""


def other_arguments(subject: Subject) -> str:
    """Each variant has the keys, shapes, counts and outputs that the spec gives it."""
    trials = subject.trials
    if not trials.get("parameters"):
        return "no parameters"
    for variant in trials["variants"]:
        _need_variant(subject, variant)
    tried = [_shown(variant["arguments"]) for variant in trials["variants"]]
    without = "".join(
        f"; not with another `{name}`, see MG316" for name in trials["warned"]
    )
    return f"as the spec says with {', '.join(tried) or 'no other values'}{without}"


def _shown(arguments: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}={f'{value:.6g}' if isinstance(value, float) else value}"
        for name, value in arguments.items()
    )


class _Run(NamedTuple):
    """What a model gave in eval and in train mode, and what torch counted."""

    model: nn.Module
    outputs: list[Tensor]
    trained: list[Tensor]
    multiply_adds: float


def _need_variant(subject: Subject, variant: dict[str, Any]) -> None:
    arguments, claims = variant["arguments"], variant["claims"]
    cls = load(variant["file"], claims["name"])
    small = claims["parameters"] < _SMALL and claims["multiply_adds"] < _QUICK
    device = "cpu" if small else "meta"
    try:
        wanted = _run(cls, {}, claims, device)
    except NotImplementedError:  # not everything runs on meta
        device = "cpu"
        wanted = _run(cls, {}, claims, device)
    for style, each in subject.classes.items():
        where = f"in {style} with {_shown(arguments)}"
        try:
            found = _run(each, arguments, claims, device)
        except Exception as error:
            raise FailsError(f"{first_line(error)}, {where}") from error
        _need_state(found.model, wanted.model, where)
        _need_counts(found, claims, where)
        need_outputs(found.outputs, claims["outputs"], 1, where)
        _need_same(found, wanted, claims, where)


def _run(
    cls: type[nn.Module], arguments: dict[str, Any], claims: dict[str, Any], device: str
) -> _Run:
    """Make a model and run it; on `meta` in eval mode only."""
    torch.manual_seed(SEED)
    with torch.device(device):
        model = cls(**arguments).eval()
    one, two = ([x.to(device) for x in made_inputs(claims, n)] for n in (1, 2))
    with plain_kernels(), FlopCounterMode(display=False) as counter:
        outputs = call(model, one)
    trained = call(model.train(), two) if device == "cpu" else []
    return _Run(model, outputs, trained, counter.get_total_flops() / 2)


def _need_state(made: nn.Module, wanted: nn.Module, where: str) -> None:
    a, b = made.state_dict(), wanted.state_dict()
    for left, right in zip(a, b, strict=False):
        if left != right or a[left].shape != b[right].shape:
            one, other = (*a[left].shape,), (*b[right].shape,)
            raise FailsError(f"`{left}` {one} should be `{right}` {other} {where}")
    if len(a) != len(b):
        raise FailsError(f"{counted(len(b), 'key')} expected, {len(a)} {where}")


def _need_counts(run: _Run, claims: dict[str, Any], where: str) -> None:
    parameters = sum(each.numel() for each in run.model.parameters())
    counts = {"parameter": parameters, "multiply-add": run.multiply_adds}
    if not counts_all(run.model):
        del counts["multiply-add"]
    for thing, found in counts.items():
        wanted = claims[f"{thing.replace('-', '_')}s"]
        if found != wanted:
            raise FailsError(
                f"{counted(wanted, thing)} predicted, {found:,.0f} {where}"
            )


def _need_same(run: _Run, wanted: _Run, claims: dict[str, Any], where: str) -> None:
    """Compare with the model that was rendered for these arguments."""
    names = [each["name"] for each in claims["outputs"]]
    for mode in ("outputs", "trained"):
        pairs = zip(names, getattr(run, mode), getattr(wanted, mode), strict=False)
        for name, left, right in pairs:
            if not left.is_meta and not same(left, right):
                found = difference(left, right)
                raise FailsError(f"`{name}` differs, {found} {where}")
