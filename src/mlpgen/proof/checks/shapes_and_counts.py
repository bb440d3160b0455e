"""Shapes, dtypes and counts that mlpgen predicted without torch."""

from __future__ import annotations

import copy
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from .errors import FailsError, UnsupportedError
from .messages import counted, dtype_name, shape_shown
from .module_calls import watched
from .subject import BATCH, call, longest_inputs, sized

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from .module_calls import ModuleCall
    from .subject import Subject

_SHOWN = 2
QUICK = 100_000_000
"""Multiply-adds that take long to compute."""


def parameters(subject: Subject) -> str:
    """Check the predicted number of parameters."""
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
    """Run attention and recurrent layers as plain matrix products.

    Torch's FLOP counter does not count the fused CPU kernels.
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
    """Tell whether torch's FLOP counter counts all products of a model."""
    return not any(isinstance(each, nn.Bilinear) for each in model.modules())


def as_claimed(found: float, claims: dict[str, Any]) -> bool:
    """Tell whether there are as many multiply-adds as predicted.

    There are fewer for sequences with padding, whose lengths a network may compute.
    """
    wanted = claims["multiply_adds"]
    return bool(found == wanted or (claims["packs"] and found < wanted))


def counted_by_torch(model: nn.Module, inputs: Sequence[Tensor]) -> float:
    """Run a model and count its multiply-adds, of which each is two operations.

    Gradients are on, since torch's FLOP counter fails without them at a module that
    gets a view of a parameter.
    """
    with (
        plain_kernels(),
        torch.enable_grad(),
        FlopCounterMode(display=False) as counter,
    ):
        call(model, inputs)
    return float(counter.get_total_flops() / 2)


def is_stepwise(model: nn.Module) -> bool:
    """Tell whether torch runs step by step on meta, which is slower than on the CPU."""
    return any(isinstance(each, nn.RNNBase) for each in model.modules())


def _counted(model: nn.Module, claims: dict[str, Any]) -> float:
    """Count the multiply-adds of one example, of many on the meta device.

    That computes nothing, but lacks some operators; and the steps of recurrent layers
    and lengths of sequences, which it does not know, are counted on the CPU.
    """
    inputs = longest_inputs(claims)
    on_cpu = is_stepwise(model) or claims["packs"]
    if claims["multiply_adds"] >= QUICK and not on_cpu:
        with suppress(RuntimeError), torch.device("meta"):
            shapes = copy.deepcopy(model).to("meta")
            return counted_by_torch(shapes, [each.to("meta") for each in inputs])
    return counted_by_torch(model, inputs)


def multiply_adds(subject: Subject) -> str:
    """Check the predicted multiply-adds of one example."""
    wanted = subject.claims["multiply_adds"]
    for _, model in subject.mode(training=False):
        if not counts_all(model):
            raise UnsupportedError("its FLOP counter does not count Bilinear")
    for style, model in subject.mode(training=False):
        with one_example():
            found = _counted(model, subject.claims)
        if not as_claimed(found, subject.claims):
            raise FailsError(
                f"{counted(wanted, 'multiply-add')} predicted, {found:,.0f} in {style}"
            )
    return f"{counted(wanted, 'multiply-add')} for one example"


def layers(subject: Subject) -> str:
    """Check the predicted output shape of each module, each time it is called."""
    claimed = subject.claims["layers"]
    found: set[str] = set()
    for style, model in subject.mode(training=False):
        times: Counter[str] = Counter()

        def see(
            seen: ModuleCall, style: str = style, times: Counter[str] = times
        ) -> None:
            calls = claimed.get(seen.name)
            if calls is None:
                return
            times[seen.name] += 1
            if seen.time < len(calls) and calls[seen.time] is not None:
                found.add(seen.name)
                _need_shape(seen, calls[seen.time], style)

        with watched(model, see):
            call(model, subject.inputs())
        for name, count in times.items():
            if count != len(claimed[name]):
                raise FailsError(
                    f"`{name}` runs {counted(count, 'time')} in {style}, "
                    f"but should run {counted(len(claimed[name]), 'time')}"
                )
    return f"{counted(len(found), 'module')} with the predicted shape"


def _need_shape(seen: ModuleCall, wanted: list[int | None], style: str) -> None:
    if not seen.gives:
        return
    shape = list(seen.gives[0].shape)
    if shape != sized(wanted, BATCH):
        raise FailsError(
            f"`{seen.name}` should return {shape_shown(wanted)}, "
            f"but returns {tuple(shape)} in {style} for {BATCH} examples"
        )


def outputs(subject: Subject) -> str:
    """Check the predicted shapes and dtypes of the outputs in eval mode.

    `outputs_and_gradients.equal_in_training` checks them in train mode.
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
    """Check that a batch of one example runs in train mode, where torch allows it."""
    for style, found in _of_one_example(subject, training=True):
        where = f"in {style}, train mode, batch 1"
        need_outputs(found, subject.claims["outputs"], 1, where)
    return "a batch of one example runs in train mode"


@contextmanager
def one_example() -> Iterator[None]:
    """Run a batch of one, which torch cannot normalize if that leaves one value.

    Raises:
        UnsupportedError: Torch refuses to normalize it.
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
    """Run each style on a batch of one, which torch must refuse in all or in none."""
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
    """Compare outputs with the predicted shapes and dtypes.

    Raises:
        FailsError: With the first that differs.
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
                f"but is {actual[0]} {actual[1]} {where}"
            )
