"""Counts the multiply-adds of modules, as products of sizes."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from mlpgen.importer.recorder.attributes import put_back
from mlpgen.importer.recorder.inputs import arguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor, nn

Products = list[list[int]]
"""Sizes whose products are multiply-adds; the sum of these are all."""


def counted_products(
    model: nn.Module, paths: Iterable[str], inputs: Mapping[str, Tensor]
) -> dict[str, Products]:
    """Count the multiply-adds of modules by path.

    Args:
        model: The model.
        paths: The modules; none is inside of another one.
        inputs: What the model takes, one example.
    """
    mode = _Products()
    found: dict[str, Products] = {path: [] for path in paths}
    totals: Counter[str] = Counter()
    counters: list[Any] = []

    def before(*_: Any) -> None:
        mode.products = []
        counters.append(FlopCounterMode(display=False))
        counters[-1].__enter__()

    def after(path: str, *_: Any) -> None:
        counter = counters.pop()
        counter.__exit__(None, None, None)
        found[path] += mode.products
        totals[path] += counter.get_total_flops() // 2

    with ExitStack() as stack, put_back(model), torch.no_grad():
        for path in found:
            module = model.get_submodule(path)
            for hook in (
                module.register_forward_pre_hook(before),
                module.register_forward_hook(partial(after, path)),
            ):
                stack.callback(hook.remove)
        with mode:
            model(**arguments(model, inputs))
    return {
        path: products if sum(map(prod, products)) == totals[path] else [[totals[path]]]
        for path, products in found.items()
    }


class _Products(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the sizes of products.

    Attributes:
        products: Those since it was emptied.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.products: Products = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Note a product of matrices, or a convolution."""
        found = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        if name in ("mm", "bmm", "addmm", "baddbmm"):
            one, other = args[-2:]
            self._note(*one.shape, other.shape[-1])
        elif name == "convolution":
            image, weight, transposed = args[0], args[1], args[6]
            self._note(*(image if transposed else found).shape, *weight.shape[1:])
        return found

    def _note(self, *sizes: int) -> None:
        self.products.append([size for size in sizes if size != 1])
