"""The import block of a generated file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def import_block(uses: Iterable[str]) -> tuple[str, ...]:
    """Write the import block.

    Args:
        uses: Names that the code uses: `F`, `torch`, `Tensor`, `OrderedDict` …
    """
    standard = [line for name, line in _STANDARD.items() if name in uses]
    norms = [name for name in ("spectral_norm", "weight_norm") if name in uses]
    plain = ["import torch"] if "torch" in uses else []
    torch = [_torch_line("Tensor" in uses)]
    torch += ["from torch.nn import functional as F"] if "F" in uses else []
    if norms:
        torch.append(f"from torch.nn.utils.parametrizations import {', '.join(norms)}")
    blocks = [standard, [*plain, *torch], _own(uses)]
    return tuple(line for block in blocks if block for line in ("", *block))[1:]


def _own(uses: Iterable[str]) -> list[str]:
    """Import modules that the author wrote, each file once."""
    classes: dict[str, list[str]] = {}
    for each in sorted(uses):
        module, colon, name = each.partition(":")
        if colon:
            classes.setdefault(module, []).append(name)
    return [
        f"from {module} import {', '.join(names)}" for module, names in classes.items()
    ]


_STANDARD = {
    "OrderedDict": "from collections import OrderedDict",
    "Iterator": "from collections.abc import Callable, Iterator",
    "contextmanager": "from contextlib import contextmanager",
    "Any": "from typing import Any",
}


def _torch_line(tensor: bool) -> str:
    return "from torch import Tensor, nn" if tensor else "from torch import nn"
