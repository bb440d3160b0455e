"""Attention as people write it equals modules that are written by hand."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .handwritten import assert_as_written

GROUPED = """
name: Grouped
parameters: {rate: 0.3}
input: {q: [4, 6, 8], k: [2, 5, 8], v: [2, 5, 3], mask: {shape: [6, 5], dtype: bool}}
layers:
  - unsqueeze: 1
    from: mask
    name: for_all
  - scaled_dot_product_attention: {dropout_p: "${rate}", scale: 0.5, enable_gqa: true}
    from: [q, k, v, for_all]
"""


class Grouped(nn.Module):
    """Four heads of queries on two of keys; a mask of each example."""

    def __init__(self, rate: float = 0.3) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        k, v = (each.repeat_interleave(2, dim=1) for each in (k, v))
        products = (q @ k.transpose(2, 3) * 0.5).masked_fill(~mask[:, None], -torch.inf)
        weights = F.dropout(products.softmax(3), self.rate, self.training)
        return weights @ v


def test_scaled_dot_product_attention() -> None:
    mask = torch.arange(3 * 30).reshape(3, 6, 5) % 4 > 0
    sizes = [(3, 4, 6, 8), (3, 2, 5, 8), (3, 2, 5, 3)]
    inputs = [*map(torch.randn, sizes), mask]
    assert_as_written(GROUPED, Grouped, inputs)
    assert_as_written(GROUPED, Grouped, inputs, rate=0.0)
