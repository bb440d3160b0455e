"""Records how parameters get their initial values while a model is made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from mlpgen.importer.recorder.histories import Histories

if TYPE_CHECKING:
    from types import FrameType

FILLS = {"normal_", "uniform_", "erfinv_", "fill_", "zero_", "copy_", "trunc_normal_"}
FILLS |= {"constant_", "zeros_", "ones_", "eye_", "dirac_", "sparse_"}
"""Methods and functions that give a tensor new values."""

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "uniform_": ("a", "b"),
    "normal_": ("mean", "std"),
    "trunc_normal_": ("mean", "std", "a", "b"),
    "xavier_uniform_": ("gain",),
    "xavier_normal_": ("gain",),
    "kaiming_uniform_": ("a", "mode", "nonlinearity"),
    "kaiming_normal_": ("a", "mode", "nonlinearity"),
    "orthogonal_": ("gain",),
}
"""Functions of `torch.nn.init`, and the arguments that a spec may give them."""

DEFAULTS: dict[str, Any] = {
    "a": 0,
    "b": 1.0,
    "mean": 0.0,
    "std": 1.0,
    "gain": 1.0,
    "mode": "fan_in",
    "nonlinearity": "leaky_relu",
}


class Filled(NamedTuple):
    """How a tensor got its values.

    Attributes:
        shape: Its shape.
        init: As a spec says it; None if none can.
        own: Whether it is torch's own way.
    """

    shape: tuple[int, ...]
    init: Any
    own: bool


class InitialValues(TorchFunctionMode):
    """Records it for all tensors.

    Attributes:
        filled: By the place in memory, which `.data` shares with its tensor.
        histories: What made those that no constructor draws.
    """

    def __init__(self) -> None:
        super().__init__()
        self.filled: dict[int, Filled] = {}
        self.histories = Histories()

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Remember a call that fills a tensor."""
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        # Some functions of `torch.nn.init` come here themselves, and hide their call.
        tensor = args[0] if args else kwargs.get("tensor")
        if (name in FILLS or name in FUNCTIONS) and isinstance(tensor, Tensor):
            filled = _filled(tuple(tensor.shape), name, args[1:], kwargs)
            self.filled[tensor.data_ptr()] = filled
        found = func(*args, **kwargs)
        self.histories.note(func, args, kwargs, found)
        return found

    def of(self, tensor: Tensor) -> Filled | None:
        """Return how a tensor got its values; None if nothing is known."""
        found = self.filled.get(tensor.data_ptr())
        if found is None or found.shape != tuple(tensor.shape):
            return None
        return found if _plausible(tensor, found.init) else found._replace(init=None)


def _filled(
    shape: tuple[int, ...], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Filled:
    """Return what a spec says of a call, by the function that made it."""
    frame: FrameType | None = sys._getframe(2)
    outer: Any = None
    for _ in range(12):
        if frame is None:
            break
        code = frame.f_code
        if code.co_name in ("reset_parameters", "_reset_parameters") and (
            "torch/nn/modules" in code.co_filename
        ):
            return Filled(shape, None, own=True)
        if outer is None and code.co_name in FUNCTIONS and "tensor" in frame.f_locals:
            outer = _call(code.co_name, frame.f_locals)
        frame = frame.f_back
    if outer is not None or name not in FUNCTIONS:
        return Filled(shape, outer, own=False)
    names = FUNCTIONS[name]
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    if name == "uniform_":
        given = {
            "a": given.get("from", given.get("a", 0)),
            "b": given.get("to", given.get("b", 1.0)),
        }
    return Filled(shape, _call(name, given), own=False)


def _call(name: str, given: dict[str, Any]) -> Any:
    defaults = dict(DEFAULTS)
    if name == "trunc_normal_":
        defaults |= {"a": -2.0, "b": 2.0}
    arguments = {
        key: given[key]
        for key in FUNCTIONS[name]
        if isinstance(given.get(key), int | float | str) and given[key] != defaults[key]
    }
    return {name: arguments} if arguments else name


def _plausible(tensor: Tensor, init: Any) -> bool:
    """Return whether a tensor may have these initial values."""
    if not isinstance(init, dict) or tensor.numel() < 64:
        return True
    ((name, arguments),) = init.items()
    if name not in ("normal_", "trunc_normal_") or "std" not in arguments:
        return True
    spread = float(tensor.detach().float().std())
    return 0.5 * float(arguments["std"]) < spread < 1.5 * float(arguments["std"])


def usual(module: nn.Module, name: str, init: Any) -> bool:
    """Return whether a layer of torch begins with these values by itself."""
    if init is None:
        return True
    norms = (
        "BatchNorm",
        "LayerNorm",
        "GroupNorm",
        "InstanceNorm",
        "RMSNorm",
        "SyncBatch",
    )
    if any(word in type(module).__name__ for word in norms):
        return bool(init == {"weight": "ones_", "bias": "zeros_"}.get(name))
    return isinstance(module, nn.Embedding) and init == "normal_"
