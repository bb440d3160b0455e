"""What mlpgen predicted without torch: shapes, kinds of numbers and counts."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from .common import (
    BATCH,
    FailsError,
    UnsupportedError,
    call,
    counted,
    dtype_name,
    shape_shown,
    sized,
)
from .tracing import visits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from .common import Subject
    from .tracing import Visit

_SHOWN = 2


def parameters(subject: Subject) -> str:
    """The models learn as many values as predicted."""
    wanted = subject.claims["parameters"]
    for style, model in subject.models.items():
        found = sum(each.numel() for each in model.parameters())
        if found != wanted:
            raise FailsError(
                f"{counted(wanted, 'parameter')} predicted, {found:,} in {style}"
            )
    return counted(wanted, "parameter")


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Let attention and recurrent layers run as the matrix products they are.

    Torch's counter does not know the fused kernels of a CPU.
    """
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with (
            sdpa_kernel(SDPBackend.MATH),
            torch.backends.mkldnn.flags(enabled=False),
        ):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def counts_all(model: nn.Module) -> bool:
    """Tell whether torch's counter sees all products of a model."""
    return not any(isinstance(each, nn.Bilinear) for each in model.modules())


def multiply_adds(subject: Subject) -> str:
    """One example takes as many multiply-adds as predicted; torch counts each twice."""
    wanted = subject.claims["multiply_adds"]
    for _, model in subject.mode(training=False):
        if not counts_all(model):
            raise UnsupportedError("its counter does not see the products of Bilinear")
    for style, model in subject.mode(training=False):
        with (
            one_example(),
            plain_kernels(),
            FlopCounterMode(display=False) as counter,
        ):
            call(model, subject.inputs(1))
        found = counter.get_total_flops() / 2
        if found != wanted:
            raise FailsError(
                f"{counted(wanted, 'multiply-add')} predicted, {found:,.0f} in {style}"
            )
    return f"{counted(wanted, 'multiply-add')} for one example"


def layers(subject: Subject) -> str:
    """Each layer that is a module gives the predicted shape, each time it is called."""
    claimed = subject.claims["layers"]
    found: set[str] = set()
    for style, model in subject.mode(training=False):
        times: Counter[str] = Counter()

        def see(visit: Visit, style: str = style, times: Counter[str] = times) -> None:
            calls = claimed.get(visit.name)
            if calls is None:
                return
            times[visit.name] += 1
            if visit.time < len(calls) and calls[visit.time] is not None:
                found.add(visit.name)
                _need_shape(visit, calls[visit.time], style)

        with visits(model, see):
            call(model, subject.inputs())
        for name, count in times.items():
            if count != len(claimed[name]):
                raise FailsError(
                    f"`{name}` runs {counted(count, 'time')} in {style}, "
                    f"and should run {counted(len(claimed[name]), 'time')}"
                )
    return f"{counted(len(found), 'module')} with the predicted shape"


def _need_shape(visit: Visit, wanted: list[int | None], style: str) -> None:
    if not visit.gives:
        return
    shape = list(visit.gives[0].shape)
    if shape != sized(wanted, BATCH):
        raise FailsError(
            f"`{visit.name}` should give {shape_shown(wanted)}, "
            f"and gives {tuple(shape)} in {style} for {BATCH} examples"
        )


def outputs(subject: Subject) -> str:
    """The outputs have the predicted shapes and kinds; train mode is looked at later.

    See `values.equal_in_training`, which runs the models in train mode.
    """
    claimed = subject.claims["outputs"]
    for style, model in subject.mode(training=False):
        where = f"in {style}, eval mode, batch {BATCH}"
        need_outputs(call(model, subject.inputs()), claimed, BATCH, where)
    for style, found in _of_one_example(subject, training=False):
        need_outputs(found, claimed, 1, f"in {style}, eval mode, batch 1")
    if len(claimed) > _SHOWN:
        return f"{len(claimed)} outputs as predicted, batch 1 and {BATCH}"
    shown = (f"{x['name']} {x['dtype']} {shape_shown(x['shape'])}" for x in claimed)
    return f"{', '.join(shown)} for N of 1 and {BATCH}"


def one_in_training(subject: Subject) -> str:
    """A batch of one example runs in train mode, where torch allows it."""
    for style, found in _of_one_example(subject, training=True):
        where = f"in {style}, train mode, batch 1"
        need_outputs(found, subject.claims["outputs"], 1, where)
    return "a batch of one example runs in train mode"


@contextmanager
def one_example() -> Iterator[None]:
    """Run a batch of one, which torch refuses to normalize where one value is left.

    Raises:
        UnsupportedError: It does.
    """
    try:
        yield
    except ValueError as error:
        if not str(error).startswith("Expected more than 1 "):
            raise
        raise UnsupportedError(str(error)) from None


def _of_one_example(
    subject: Subject, *, training: bool
) -> list[tuple[str, list[Tensor]]]:
    """Run each style on a batch of one; torch takes it in all of them, or in none."""
    found, refused = [], {}
    for style, model in subject.mode(training=training):
        try:
            with one_example():
                found.append((style, call(model, subject.inputs(1))))
        except UnsupportedError as error:
            refused[style] = str(error)
    for style, message in refused.items():
        if not found:
            raise UnsupportedError(message)
        raise FailsError(f"{message}, only in {style}")
    return found


def need_outputs(
    found: Sequence[Tensor], claimed: Sequence[dict[str, Any]], batch: int, where: str
) -> None:
    """Hold outputs against what was predicted.

    Raises:
        FailsError: With the first that is not as predicted.
    """
    if len(found) != len(claimed):
        raise FailsError(
            f"{counted(len(claimed), 'output')} predicted, {len(found)} {where}"
        )
    for tensor, claim in zip(found, claimed, strict=True):
        wanted = claim["dtype"], tuple(sized(claim["shape"], batch))
        actual = dtype_name(tensor), tuple(tensor.shape)
        if actual != wanted:
            raise FailsError(
                f"`{claim['name']}` should be {wanted[0]} {wanted[1]}, "
                f"and is {actual[0]} {actual[1]} {where}"
            )
