"""Models made with other constructor arguments, compared with the spec for those."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from .comparison import difference, same
from .errors import FailsError
from .messages import counted, first_line
from .shapes_and_counts import (
    QUICK,
    as_claimed,
    counted_by_torch,
    counts_all,
    is_stepwise,
    need_outputs,
    one_example,
)
from .subject import SEED, call, load, longest_inputs, made_inputs
from .undrawn import Undrawn

if TYPE_CHECKING:
    from torch import Tensor

    from .subject import Subject

_SMALL = 3_000_000
"""Parameters above which a network is only made and run on the meta device."""


def other_arguments(subject: Subject) -> str:
    """Check the keys, shapes, counts and outputs of each variant."""
    given = subject.arguments
    if not given.get("parameters"):
        return "no parameters"
    variants = given["variants"]
    less = {_need_variant(subject, variant) for variant in variants}
    tried = [_shown(variant["arguments"]) for variant in variants]
    names = {*given["warned"]}.union(*(each["arguments"] for each in variants))
    notes = [
        *(f"not with another `{name}`, see MG316" for name in given["warned"]),
        *(f"no other `{n}` was tried" for n in given["parameters"] if n not in names),
        *sorted(less - {""}),
    ]
    found = f"as the spec says with {', '.join(tried) or 'no other values'}"
    return "; ".join([found, *notes])


def _shown(arguments: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}={f'{value:.6g}' if isinstance(value, float) else value}"
        for name, value in arguments.items()
    )


class _Run(NamedTuple):
    """A model with its outputs in eval and in train mode."""

    model: nn.Module
    outputs: list[Tensor]
    trained: list[Tensor]


def _need_variant(subject: Subject, variant: dict[str, Any]) -> str:
    """Check one variant; return what was left out because it is large."""
    arguments, claims = variant["arguments"], variant["claims"]
    cls = load(variant["file"], claims["name"])
    stepwise = any(map(is_stepwise, subject.models.values()))
    device = "meta" if _large(claims) and not stepwise else "cpu"
    try:
        wanted = _run(cls, {}, claims, device)
    except NotImplementedError:  # some operators do not support meta
        device = "cpu"
        wanted = _run(cls, {}, claims, device)
    for style, each in subject.classes.items():
        where = f"in {style} with {_shown(arguments)}"
        try:
            found = _run(each, arguments, claims, device)
        except Exception as error:
            raise FailsError(f"{first_line(error)}, {where}") from error
        _need_state(found.model, wanted.model, where)
        _need_parameters(found.model, claims, where)
        need_outputs(found.outputs, claims["outputs"], 1, where)
        _need_same(found, wanted, claims, where)
    # Counting is slow, and both styles have the same count.
    _need_multiply_adds(found.model, claims, device, where)
    if device == "meta":
        return "of large networks the shapes only"
    return "large networks in eval mode only" if _large(claims) else ""


def _large(claims: dict[str, Any]) -> bool:
    return bool(claims["parameters"] >= _SMALL or claims["multiply_adds"] >= QUICK)


def _run(
    cls: type[nn.Module], arguments: dict[str, Any], claims: dict[str, Any], device: str
) -> _Run:
    """Make a model and run it in eval mode, and in train mode unless it is large."""
    torch.default_generator.manual_seed(SEED)
    drawn = Undrawn() if device == "meta" else nullcontext()
    with torch.device(device), drawn:  # on meta there are no values to draw
        model = cls(**_values(arguments)).eval()
    with one_example():
        outputs = call(model, _inputs(claims, 1, device))
    if _large(claims):
        return _Run(model, outputs, [])
    return _Run(model, outputs, call(model.train(), _inputs(claims, 2, device)))


def _values(arguments: dict[str, Any]) -> dict[str, Any]:
    """Replace the names of layers by their classes in torch.nn."""
    return {
        name: getattr(nn, value) if isinstance(value, str) else value
        for name, value in arguments.items()
    }


def _inputs(claims: dict[str, Any], batch: int, device: str) -> list[Tensor]:
    return [each.to(device) for each in made_inputs(claims, batch)]


def _need_state(made: nn.Module, wanted: nn.Module, where: str) -> None:
    a, b = made.state_dict(), wanted.state_dict()
    for left, right in zip(a, b, strict=False):
        if left != right or a[left].shape != b[right].shape:
            one, other = (*a[left].shape,), (*b[right].shape,)
            raise FailsError(f"`{left}` {one} should be `{right}` {other} {where}")
    if len(a) != len(b):
        raise FailsError(f"{counted(len(b), 'key')} expected, {len(a)} {where}")


def _need_parameters(model: nn.Module, claims: dict[str, Any], where: str) -> None:
    found = sum(each.numel() for each in model.parameters())
    if found != claims["parameters"]:
        wanted = counted(claims["parameters"], "parameter")
        raise FailsError(f"{wanted} predicted, {found:,} {where}")


def _need_multiply_adds(
    model: nn.Module, claims: dict[str, Any], device: str, where: str
) -> None:
    if not counts_all(model):
        return
    inputs = [each.to(device) for each in longest_inputs(claims)]
    found = counted_by_torch(model.eval(), inputs)
    if not as_claimed(found, claims):
        wanted = counted(claims["multiply_adds"], "multiply-add")
        raise FailsError(f"{wanted} predicted, {found:,.0f} {where}")


def _need_same(run: _Run, wanted: _Run, claims: dict[str, Any], where: str) -> None:
    """Compare outputs with those of the model rendered for these arguments."""
    names = [each["name"] for each in claims["outputs"]]
    for mode in ("outputs", "trained"):
        pairs = zip(names, getattr(run, mode), getattr(wanted, mode), strict=False)
        for name, left, right in pairs:
            if not left.is_meta and not same(left, right):
                found = difference(left, right)
                raise FailsError(f"`{name}` differs, {found} {where}")
