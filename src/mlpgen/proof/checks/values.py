"""What models give: equal outputs and gradients in both styles, example by example."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from .common import (
    BATCH,
    FailsError,
    call,
    close,
    counted,
    difference,
    same,
)
from .predictions import need_outputs, one_example
from .states import need_equal_states
from .tracing import parting

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .common import Subject


class _Run(NamedTuple):
    outputs: list[Tensor]
    gradients: dict[str, Tensor | None]


def equal_in_evaluation(subject: Subject) -> str:
    """Outputs and gradients are equal in all styles in eval mode."""
    return _equal(subject, training=False)


def equal_in_training(subject: Subject) -> str:
    """Outputs, gradients and buffers are equal in all styles in train mode."""
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
        need_equal_states(first, second, f"{where}, after a run")
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
    """Compare what the models of two styles gave."""
    (first, a), (second, b) = one, other
    names = [each["name"] for each in subject.claims["outputs"]]
    if len(b.outputs) != len(names):
        wanted = counted(len(names), "output")
        raise FailsError(f"{wanted} predicted, {len(b.outputs)} in the second {where}")
    for name, left, right in zip(names, a.outputs, b.outputs, strict=True):
        if not same(left, right):
            inputs = subject.inputs()
            at = parting((first, inputs), (second, inputs), same)
            found = difference(left, right)
            raise FailsError(f"they part {at}: `{name}` differs, {found} {where}")
    # The gradients of the last layers come first, so that is where they part.
    for name, gradient in reversed(a.gradients.items()):
        twin = b.gradients.get(name)
        if not same(gradient, twin):
            raise FailsError(f"the gradients part at `{name}` {where}")


@torch.enable_grad()
def _run(model: nn.Module, subject: Subject) -> _Run:
    """Run forward and backward; the gradients are handed over, not kept."""
    inputs = subject.inputs()
    for each in inputs:
        each.requires_grad_(each.is_floating_point())
    found = call(model, inputs)
    # Outputs that nothing can be learned from have no gradients.
    sums = [each.square().sum() for each in found if each.requires_grad]
    if sums:
        torch.autograd.backward(sums)
    names = [each["name"] for each in subject.claims["inputs"]]
    leaves = [*zip(names, inputs, strict=True), *model.named_parameters()]
    gradients = {name: leaf.grad for name, leaf in leaves}
    model.zero_grad(set_to_none=True)
    return _Run([each.detach() for each in found], gradients)


def example_by_example(subject: Subject) -> str:
    """In eval mode, a batch gives what its examples give one by one."""
    claimed = subject.claims
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
                part = _example(whole, claim["shape"], index)
                if close(part, one):
                    continue
                at = parting((model, inputs), (model, alone), _like_row(index))
                raise FailsError(
                    f"example {index} gives something else alone than in a batch in "
                    f"{style}; they part {at}: `{claim['name']}`, "
                    f"{difference(part, one)}"
                )
    return f"a batch of {BATCH} gives what its examples give one by one"


def _example(tensor: Tensor, shape: list[int | None], index: int) -> Tensor:
    """Cut one example out of a batch, wherever the batch dimension is."""
    if None not in shape:
        return tensor
    return tensor.narrow(shape.index(None), index, 1)


class _like_row:  # noqa: N801 - called like a function
    """Compares a whole batch with one example, for layers with the batch in front."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __call__(self, whole: Tensor, one: Tensor) -> bool:
        if whole.shape == one.shape:
            return close(whole, one)
        return close(whole[self.index : self.index + 1], one)
