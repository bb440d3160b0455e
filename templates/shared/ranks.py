"""Several processes that train one model, as torchrun starts them."""

from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from data_common import RANKS

T = TypeVar("T")


def of_ranks(own: T) -> list[T]:
    """Return what each rank has."""
    if RANKS == 1:
        return [own]
    found = [own] * RANKS
    dist.all_gather_object(found, own)
    return found


class Share:
    """What this rank has of a batch, by which its gradients count."""

    def __init__(self) -> None:
        self._share: float | Tensor = 1.0  # against the mean of the ranks

    def weigh(self, part: float, count: int | Tensor = 1) -> None:
        """Note what this rank has of a batch.

        Args:
            part: Of the examples, from 0 to 1.
            count: What the loss is a mean over; where some examples have more of it
                than others, it is what weighs.
        """
        self._share = RANKS * part
        if RANKS > 1 and isinstance(count, Tensor):
            whole = count.clone()
            dist.all_reduce(whole)
            self._share = RANKS * count / whole

    def mean(self, loss: Tensor) -> float:
        """Return the mean of a loss over all ranks, which so decide alike."""
        total = loss.detach() * self._share
        if RANKS > 1:
            dist.all_reduce(total)
        return total.item() / RANKS

    def parallel(self, model: nn.Module, *, find_unused: bool) -> nn.Module:
        """Let all ranks train a model together, its gradients summed by their shares.

        Parameters without a part in the loss have to be looked for.
        """
        if RANKS == 1:
            return model
        shared = DistributedDataParallel(model, find_unused_parameters=find_unused)
        shared.register_comm_hook(None, lambda _, bucket: self._reduced(bucket))
        return shared

    def _reduced(self, bucket: Any) -> torch.futures.Future[Tensor]:
        """Sum gradients over ranks, each by its share, while others are computed.

        https://docs.pytorch.org/docs/stable/ddp_comm_hooks.html
        """
        gradients = bucket.buffer().mul_(self._share / RANKS)
        done = dist.all_reduce(gradients, async_op=True).get_future()
        summed: torch.futures.Future[Tensor] = done.then(lambda each: each.value()[0])
        return summed


def same_buffers(models: list[nn.Module]) -> None:
    """Give all ranks the buffers of the first, such as means of batch normalization."""
    for model in models if RANKS > 1 else ():
        for buffer in model.buffers():
            dist.broadcast(buffer, 0)


def same_states(model: nn.Module) -> None:
    """Give all ranks the parameters and buffers of the first."""
    for tensor in model.state_dict().values() if RANKS > 1 else ():
        dist.broadcast(tensor, 0)
