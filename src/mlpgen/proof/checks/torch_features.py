"""Models on the meta device, exported, compiled, scripted, and in half precision."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.jit.frontend import NotSupportedError
from torch.utils._pytree import tree_map

from .comparison import close, difference
from .errors import FailsError, UnsupportedError
from .messages import first_line
from .module_calls import refuse_if_torch_does
from .shapes_and_counts import need_outputs
from .subject import call

if TYPE_CHECKING:
    from collections.abc import Callable

    from .module_calls import Attempt
    from .subject import Subject

_LARGE = 500_000_000
"""Multiply-adds above which one example is enough."""
_NO_KERNEL = "not implemented for 'BFloat16'"


def _few(subject: Subject) -> int:
    """Return how many examples are enough."""
    return 1 if subject.claims["multiply_adds"] > _LARGE else 2


def meta(subject: Subject) -> str:
    """Check that the models run on the meta device, which has shapes but no data."""
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
    return "runs on the meta device with the same shapes"


def _on_meta(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> object:
    args, kwargs = tree_map(
        lambda x: x.to("meta") if isinstance(x, Tensor) else x, (args, kwargs)
    )
    return copy.deepcopy(module).to("meta")(*args, **kwargs)


def exported(subject: Subject) -> str:
    """Check that `torch.export.export` keeps the outputs of the models."""
    _as_eager(subject, _export)
    return "torch.export gives the same"


def _export(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    return torch.export.export(module, args, kwargs).module()(*args, **kwargs)


def compiled(subject: Subject) -> str:
    """Check that `torch.compile` makes one graph and keeps the outputs."""
    _refuse_hooks(subject)
    _as_eager(subject, _compile)
    return "torch.compile makes one graph and gives the same"


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
    """Refuse models that capture values inside layers: torch cannot convert hooks."""
    if subject.claims.get("records"):
        raise UnsupportedError("forward hooks that capture values inside layers")


def scripted(subject: Subject) -> str:
    """Check that `torch.jit.script` keeps the outputs of the models."""
    _refuse_hooks(subject)
    _as_eager(subject, _script)
    return "torch.jit.script gives the same"


def _script(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    try:
        made = torch.jit.script(module)
    except NotSupportedError as error:
        if "variable number of arguments" not in str(error):
            raise
        message = "a block that takes any number of tensors"
        raise UnsupportedError(message) from None
    except RuntimeError as error:
        attends = any(isinstance(x, nn.MultiheadAttention) for x in module.modules())
        if attends and "Optional[Tensor]" in str(error):
            message = "the weights of attention, which may be None to it"
            raise UnsupportedError(message) from None
        if "Unknown type name 'Module'" in str(error):
            message = "layers of a list that another list holds"
            raise UnsupportedError(message) from None
        raise
    return made(*args, **kwargs)


def _as_eager(subject: Subject, attempt: Attempt) -> None:
    """Convert each model, and compare its outputs with the model's."""
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
    """Run; on failure, look for the cause in torch's own layers in all styles.

    A function call of the explicit style is a layer in the sequential one.
    """
    try:
        return run()
    except UnsupportedError:
        raise
    except Exception as error:
        for _, model in subject.mode(training=False):
            refuse_if_torch_does(model, subject.inputs(_few(subject)), attempt)
        raise FailsError(f"{first_line(error)}, in {style}") from error


def bfloat16(subject: Subject) -> str:
    """Check that the models run in bfloat16 and return finite numbers of that dtype."""
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
                message = "a function makes float32, which bfloat16 layers do not take"
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
    if subject.claims.get("casts"):  # after `float` it stays float32
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
