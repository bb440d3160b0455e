"""The import block of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.forward.packing import PACK, PAD

if TYPE_CHECKING:
    from collections.abc import Iterable


def import_block(names: Iterable[str]) -> tuple[str, ...]:
    """Write the import block.

    Args:
        names: The names that the code uses: `F`, `torch`, `Tensor`, `OrderedDict` …
    """
    standard = ["import math"] if "math" in names else []
    standard += [line for name, line in _STANDARD.items() if name in names]
    norms = [name for name in ("spectral_norm", "weight_norm") if name in names]
    plain = ["import torch"] if "torch" in names else []
    torch = [_torch_line("Tensor" in names)]
    torch += ["from torch.nn import functional as F"] if "F" in names else []
    if norms:
        torch.append(f"from torch.nn.utils.parametrizations import {', '.join(norms)}")
    packing = [name for name in (PACK, PAD) if name in names]
    if packing:
        torch.append(f"from torch.nn.utils.rnn import {', '.join(packing)}")
    blocks = [standard, [*plain, *torch], _custom(names)]
    return tuple(line for block in blocks if block for line in ("", *block))[1:]


def _custom(names: Iterable[str]) -> list[str]:
    """Import custom classes, with one line per module."""
    classes: dict[str, list[str]] = {}
    for each in sorted(names):
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
    "pairwise": "from itertools import pairwise",
    "Any": "from typing import Any",
}


def _torch_line(tensor: bool) -> str:
    return "from torch import Tensor, nn" if tensor else "from torch import nn"
