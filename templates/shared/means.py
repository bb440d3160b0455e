"""Means of metrics over the examples of an evaluation."""

import torch
from torch import Tensor

from gathered import Gathered
from ranks import of_ranks


class Means:
    """Means over the examples of all ranks, summed on the device."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._sums = Gathered()

    def add(self, count: int | Tensor, **values: Tensor) -> None:
        """Add a batch: each value is a mean over its examples, or a number for each."""
        sums = [
            each * count if each.ndim == 0 else each.sum() for each in values.values()
        ]
        counted = torch.as_tensor(count, device=sums[0].device)
        self._names = (*values, "count")
        self._sums.add(torch.stack([each.float() for each in (*sums, counted)]))

    def result(self) -> dict[str, float]:
        """Return the means over all examples."""
        sums = self._sums.rows().sum(dim=0).tolist()
        own = dict(zip(self._names, sums, strict=True))
        found = [each for each in of_ranks(own) if each]  # some had no batch
        total = {name: sum(each[name] for each in found) for name in found[0]}
        count = total.pop("count")
        return {name: value / count for name, value in total.items()}
