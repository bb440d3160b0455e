"""What torch makes of models: meta, export, compile, script, half precision."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from .common import (
    FailsError,
    UnsupportedError,
    call,
    close,
    difference,
    first_line,
)
from .predictions import need_outputs
from .tracing import refuse_if_torch_does

if TYPE_CHECKING:
    from collections.abc import Callable

    from .common import Subject
    from .tracing import Attempt

_LARGE = 10_000_000_000
"""Multiply-adds of networks that run on one example here, where two change nothing."""
_NO_KERNEL = "not implemented for 'BFloat16'"


def _few(subject: Subject) -> int:
    """Say how many examples are enough."""
    return 1 if subject.claims["multiply_adds"] > _LARGE else 2


def meta(subject: Subject) -> str:
    """The models run on the device `meta`, which knows shapes and holds nothing."""
    for style, cls in subject.classes.items():
        inputs = subject.inputs(_few(subject))

        def run(cls: type[nn.Module] = cls, inputs: Any = inputs) -> list[Tensor]:
            with torch.device("meta"):
                model = cls().eval()
            return call(model, [each.to("meta") for each in inputs])

        found = _tried(run, subject, style, _on_meta)
        need_outputs(
            found, subject.claims["outputs"], _few(subject), f"in {style} on meta"
        )
    return "runs on the device meta, with the same shapes"


def _on_meta(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> object:
    args, kwargs = tree_map(
        lambda x: x.to("meta") if isinstance(x, Tensor) else x, (args, kwargs)
    )
    return copy.deepcopy(module).to("meta")(*args, **kwargs)


def exported(subject: Subject) -> str:
    """`torch.export.export` takes the models, and what it makes gives the same."""
    _as_eager(subject, _export)
    return "torch.export gives the same"


def _export(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    return torch.export.export(module, args, kwargs).module()(*args, **kwargs)


def compiled(subject: Subject) -> str:
    """`torch.compile` takes the models as one graph, and that gives the same."""
    _refuse_hooks(subject)
    _as_eager(subject, _compile)
    return "torch.compile takes it as one graph and gives the same"


def _compile(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> object:
    torch.compiler.reset()
    try:
        made = torch.compile(module, backend="eager", fullgraph=True)
        return made(*args, **kwargs)
    finally:
        torch.compiler.reset()


def _refuse_hooks(subject: Subject) -> None:
    """Models that record values inside of layers use what torch cannot take."""
    if subject.claims.get("records"):
        raise UnsupportedError("the forward hooks that record values inside of layers")


def scripted(subject: Subject) -> str:
    """`torch.jit.script` takes the models, and what it makes gives the same."""
    _refuse_hooks(subject)
    _as_eager(subject, _script)
    return "torch.jit.script gives the same"


def _script(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    return torch.jit.script(module)(*args, **kwargs)


def _as_eager(subject: Subject, attempt: Attempt) -> None:
    """Make something else of each model, and compare what it gives."""
    inputs = subject.inputs(_few(subject))
    for style, model in subject.mode(training=False):
        wanted = call(model, inputs)

        def run(model: nn.Module = model) -> list[Tensor]:
            return call(lambda *args: attempt(model, args, {}), inputs)

        found = _tried(run, subject, style, attempt)
        for left, right in zip(wanted, found, strict=True):
            if not close(left, right):
                raise FailsError(f"it differs in {style}: {difference(left, right)}")


def _tried(
    run: Callable[[], list[Tensor]],
    subject: Subject,
    style: str,
    attempt: Attempt,
) -> list[Tensor]:
    """Run; on failure look for the reason in torch's own layers, of all styles.

    A function of the explicit style is a layer of the sequential one.
    """
    try:
        return run()
    except Exception as error:
        for _, model in subject.mode(training=False):
            refuse_if_torch_does(model, subject.inputs(_few(subject)), attempt)
        raise FailsError(f"{first_line(error)}, in {style}") from error


def bfloat16(subject: Subject) -> str:
    """In half precision the models run, and give finite numbers of that kind."""
    inputs = subject.inputs(_few(subject))
    for style, model in subject.mode(training=False):
        wanted = call(model, inputs)
        half = copy.deepcopy(model).bfloat16()

        def run(half: nn.Module = half) -> list[Tensor]:
            return call(half, [_halved(each) for each in inputs])

        try:
            found = _tried(run, subject, style, _in_half)
        except FailsError as error:
            if subject.claims.get("casts"):
                message = "`float` makes float32, which its layers do not take"
                raise UnsupportedError(message) from None
            if _NO_KERNEL not in str(error):
                raise
            raise UnsupportedError(str(error)) from None
        _need_half(found, wanted, subject, style)
    return "runs in bfloat16 and stays finite"


def _need_half(
    found: list[Tensor], wanted: list[Tensor], subject: Subject, style: str
) -> None:
    claimed = [
        {**each, "dtype": each["dtype"].replace("float32", "bfloat16")}
        for each in subject.claims["outputs"]
    ]
    if subject.claims.get("casts"):  # behind `float` it stays float32
        for each, half in zip(claimed, found, strict=False):
            if half.dtype == torch.float32:
                each["dtype"] = "float32"
    need_outputs(found, claimed, _few(subject), f"in {style}")
    for claim, half, full in zip(claimed, found, wanted, strict=True):
        if bool((full.isfinite() & ~half.isfinite()).any()):
            raise FailsError(f"`{claim['name']}` is not finite in {style}")


def _halved(value: Any) -> Any:
    if isinstance(value, Tensor) and value.is_floating_point():
        return value.bfloat16()
    return value


def _in_half(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> object:
    args, kwargs = tree_map(_halved, (args, kwargs))
    return copy.deepcopy(module).bfloat16()(*args, **kwargs)
