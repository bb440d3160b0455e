"""Compares the gradients of a generated model with those of the original."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import torch

from mlpgen.importer.recorder.own_gradients import class_to_keep, own_gradient
from mlpgen.importer.recorder.results import results_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from torch import Tensor, nn

CLOSE = 1e-4
"""How far gradients may differ, relative to the largest of them."""
CLOSE_IN_DOUBLE = 1e-8
"""The same in double precision."""


class OriginalFailsError(Exception):
    """The original cannot compute gradients."""


def gradients(
    original: nn.Module,
    model: nn.Module,
    inputs: Mapping[str, Tensor],
    order: Sequence[int],
) -> tuple[str, str]:
    """Return what differs in the gradients of both models, or how equal they are.

    Where rounding decides which of two numbers is the larger one, another order of the
    same sum has another gradient: those that differ are compared in double precision.

    Args:
        original: The model.
        model: The generated one.
        inputs: What the original takes.
        order: Which result of the original each one of the generated model is; empty
            if they are the same.

    Raises:
        OriginalFailsError: The original has no gradients.
    """
    fails, detail = _compared(original, model, inputs, order, CLOSE)
    if fails and _equal_in_double(original, model, inputs, order):
        return "", "equal in double precision; in single, rounding decides otherwise"
    return fails, detail


def _equal_in_double(
    original: nn.Module,
    model: nn.Module,
    inputs: Mapping[str, Tensor],
    order: Sequence[int],
) -> bool:
    """Compare the gradients of the first example, which takes no more memory."""
    first = {name: each[:1] for name, each in inputs.items()}
    wide = {
        name: each.double() if each.is_floating_point() else each
        for name, each in first.items()
    }
    try:
        with _in_double(original, model):
            return not _compared(original, model, wide, order, CLOSE_IN_DOUBLE)[0]
    except Exception:  # of code that asks for another dtype
        return False


@contextmanager
def _in_double(*models: nn.Module) -> Iterator[None]:
    """Give models the same values in double precision, and put them back."""
    modules = [module for each in models for module in each.modules()]
    buffers = [(module, dict(module._buffers)) for module in modules]
    parameters = [(p, p.data) for each in models for p in each.parameters()]
    try:
        for each in models:
            each.double()
        yield
    finally:
        for parameter, data in parameters:
            parameter.data = data
        for module, own in buffers:
            module._buffers.update(own)


def _compared(
    original: nn.Module,
    model: nn.Module,
    inputs: Mapping[str, Tensor],
    order: Sequence[int],
    close: float,
) -> tuple[str, str]:
    """Return what differs in the gradients of both models, or how equal they are."""
    trained = {name: p.requires_grad for name, p in original.named_parameters()}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(trained.get(name, True))
    found = []
    own = ""
    for each, named in ((original, True), (model, False)):
        each.zero_grad()
        results = results_of(each, inputs, named=named)
        if order and named:
            results = [results[at] for at in order]
        results = [each for each in results if each.requires_grad]
        if not results:
            return "", "there are none"
        own = own or own_gradient(results)
        generator = torch.Generator().manual_seed(0)
        total = torch.stack(
            [(r * torch.randn(r.shape, generator=generator)).mean() for r in results]
        ).sum()
        try:
            torch.autograd.backward(total)
        except RuntimeError as error:
            if each is original:
                raise OriginalFailsError(str(error).partition("\n")[0][:120]) from None
            raise
        found.append({name: p.grad for name, p in each.named_parameters()})
        each.zero_grad()
    one, other = found
    if own:
        kept = class_to_keep(
            original, partial(results_of, original, inputs, named=True)
        )
        own += f"; --custom {kept} keeps its class" if kept else ""
    without = [name for name in one if (one[name] is None) != (other[name] is None)]
    if without:
        return f"only one has a gradient of `{without[0]}`{own}", ""
    pairs = [(a, other[name]) for name, a in one.items() if a is not None]
    largest = max((float(a.abs().max()) for a, _ in pairs if a.numel()), default=1.0)
    gaps = [float((a - b).abs().max()) for a, b in pairs if b is not None and a.numel()]
    worst = max(gaps, default=0.0) / max(largest, 1e-12)
    if worst == 0:
        return "", "equal to the bit"
    if worst <= close:
        return "", f"equal within {worst:.0e} of the largest"
    return f"they differ by {worst:.1e} of the largest{own}", ""
