"""Dropout in functions and layers: without it, and at which rates it drops."""

from __future__ import annotations

from typing import Any

from torch.overrides import TorchFunctionMode

from mlpgen.importer.recorder.functions import DROPOUTS

ATTENTION = "scaled_dot_product_attention"


class WithoutDropout(TorchFunctionMode):
    """Dropout that drops nothing, as a layer or as a function."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call a function without dropout."""
        name, kwargs = getattr(func, "__name__", ""), kwargs or {}
        if name in DROPOUTS:
            return args[0] if args else kwargs["input"]
        if name == ATTENTION:
            args = (*args[:4], *(0.0 for _ in args[4:5]), *args[5:])
            kwargs = {**kwargs, "dropout_p": 0.0} if "dropout_p" in kwargs else kwargs
        return func(*args, **kwargs)


class Rates(TorchFunctionMode):
    """Collects the rates at which a pass drops."""

    def __init__(self) -> None:
        super().__init__()
        self.rates: list[float] = []

    @property
    def said(self) -> str:
        """The rates as a person says them."""
        *first, last = [f"{rate:g}" for rate in sorted(self.rates)] or ["0"]
        return f"{', '.join(first)} and {last}" if first else last

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Note the rate of a call that drops."""
        name, kwargs = getattr(func, "__name__", ""), kwargs or {}
        rate, drops = 0.0, True
        if name in DROPOUTS:
            rate = args[1] if len(args) > 1 else kwargs.get("p", 0.5)
            drops = args[2] if len(args) > 2 else kwargs.get("training", True)
        elif name == ATTENTION:
            rate = args[4] if len(args) > 4 else kwargs.get("dropout_p", 0.0)
        if rate and drops:
            self.rates.append(float(rate))
        return func(*args, **kwargs)
