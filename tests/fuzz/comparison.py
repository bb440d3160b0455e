"""Tensors of two models, compared by name and bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.proof.checks.comparison import difference, same

from .findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn


def equal_tensors(
    one: dict[str, Tensor | None], other: dict[str, Tensor | None], kind: str
) -> Iterator[Finding]:
    """Find the first tensor that differs."""
    if [*one] != [*other]:
        yield Finding(kind, f"{[*one]} and {[*other]}"[:300], f"{kind} names")
        return
    for name, left in one.items():
        right = other[name]
        if not same(left, right):
            found = "one is None"
            if left is not None and right is not None:
                found = difference(left, right)
            yield Finding(kind, f"{name}: {found}", f"{kind} {name.split()[0]}")
            return


def equal_states(one: nn.Module, other: nn.Module, kind: str) -> Iterator[Finding]:
    """Find the first parameter or buffer that differs."""
    yield from equal_tensors({**one.state_dict()}, {**other.state_dict()}, kind)
