"""Outputs and gradients, equal in all styles; outputs, equal in and out of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from .comparison import close, difference, same
from .errors import FailsError, UnknownError
from .messages import counted
from .module_calls import where_they_differ
from .shapes_and_counts import need_outputs, one_example
from .state_dicts import need_equal_states
from .subject import BATCH, call

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .subject import Subject


class _Run(NamedTuple):
    outputs: list[Tensor]
    gradients: dict[str, Tensor | None]


def equal_in_evaluation(subject: Subject) -> str:
    """Check that outputs and gradients are equal in eval mode."""
    return _equal(subject, training=False)


def equal_in_training(subject: Subject) -> str:
    """Check that outputs, gradients and buffers are equal in train mode."""
    return _equal(subject, training=True)


def _equal(subject: Subject, *, training: bool) -> str:
    (one, first), *others = subject.mode(training=training)
    a = _run(first, subject)
    names = [each["name"] for each in subject.claims["outputs"]]
    if len(a.outputs) != len(names):
        wanted = counted(len(names), "output")
        raise FailsError(f"{wanted} predicted, {len(a.outputs)} in {one}")
    if training:
        claimed = subject.claims["outputs"]
        need_outputs(a.outputs, claimed, BATCH, f"in {one}, train mode, batch {BATCH}")
    for other, second in others:
        where = f"in {one} and in {other}"
        _need_equal(subject, (first, a), (second, _run(second, subject)), where)
        need_equal_states(first, second, f"{where}, after a forward pass")
    gradients = sum(each is not None for each in a.gradients.values())
    styles = "both styles" if len(others) == 1 else f"all {len(others) + 1} styles"
    return (
        f"{counted(len(names), 'output')} and {counted(gradients, 'gradient')} "
        f"equal in {styles}"
    )


def _need_equal(
    subject: Subject,
    one: tuple[nn.Module, _Run],
    other: tuple[nn.Module, _Run],
    where: str,
) -> None:
    """Compare the outputs and gradients of two styles."""
    (first, a), (second, b) = one, other
    names = [each["name"] for each in subject.claims["outputs"]]
    if len(b.outputs) != len(names):
        wanted = counted(len(names), "output")
        raise FailsError(f"{wanted} predicted, {len(b.outputs)} in the second {where}")
    for name, left, right in zip(names, a.outputs, b.outputs, strict=True):
        if not same(left, right):
            inputs = subject.inputs()
            at = where_they_differ((first, inputs), (second, inputs), same)
            found = difference(left, right)
            raise FailsError(
                f"they first differ {at}: `{name}` differs, {found} {where}"
            )
    # Gradients of the last layers are computed first, so they are compared first.
    for name, gradient in reversed(a.gradients.items()):
        twin = b.gradients.get(name)
        if not same(gradient, twin):
            raise FailsError(f"the gradients first differ at `{name}` {where}")


@torch.enable_grad()
def _run(model: nn.Module, subject: Subject) -> _Run:
    """Run forward and backward, and take the gradients out of the model."""
    inputs = subject.inputs()
    for each in inputs:
        each.requires_grad_(each.is_floating_point())
    found = call(model, inputs)
    # Integers, for example, have no gradients.
    sums = [each.square().sum() for each in found if each.requires_grad]
    if sums:
        torch.autograd.backward(sums)
    names = [each["name"] for each in subject.claims["inputs"]]
    leaves = [*zip(names, inputs, strict=True), *model.named_parameters()]
    gradients = {name: leaf.grad for name, leaf in leaves}
    model.zero_grad(set_to_none=True)
    return _Run([each.detach() for each in found], gradients)


def example_by_example(subject: Subject) -> str:
    """Check in eval mode that a batch gives what its examples give one by one."""
    claimed = subject.claims
    if drawing := claimed.get("draws"):
        raise UnknownError(f"`{drawing[0]}` draws other numbers for one example")
    for style, model in subject.mode(training=False):
        inputs = subject.inputs()
        batch = call(model, inputs)
        for index in range(BATCH):
            alone = [
                _example(each, claim["shape"], index)
                for each, claim in zip(inputs, claimed["inputs"], strict=True)
            ]
            with one_example():
                found = call(model, alone)
            for claim, whole, one in zip(claimed["outputs"], batch, found, strict=True):
                example = _example(whole, claim["shape"], index)
                if close(example, one):
                    continue
                at = where_they_differ(
                    (model, inputs), (model, alone), _like_row(index)
                )
                raise FailsError(
                    f"example {index} gives something else alone than in a batch in "
                    f"{style}; they first differ {at}: `{claim['name']}`, "
                    f"{difference(example, one)}"
                )
    return f"a batch of {BATCH} gives what its examples give one by one"


def _example(tensor: Tensor, shape: list[int | None], index: int) -> Tensor:
    """Cut one example out of a batch, wherever the batch dimension is."""
    for at, size in enumerate(shape):
        count = 1 if size is None else -size
        if count > 0:
            return tensor.narrow(at, index * count, count)
    return tensor


class _like_row:  # noqa: N801 - called like a function
    """Compares one row of a batch with one example, for layers with the batch first."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __call__(self, whole: Tensor, one: Tensor) -> bool:
        if whole.shape == one.shape:
            return close(whole, one)
        count = len(one)
        return close(whole.narrow(0, self.index * count, count), one)
