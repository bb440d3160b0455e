"""Networks as teaching repositories have them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Attended(nn.Module):
    """Attention whose author asks for dropout in training only."""

    def __init__(self, size: int, p: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(size, 3 * size)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        p = self.p if self.training else 0.0
        return F.scaled_dot_product_attention(q, k, v, dropout_p=p)


class Transformer(nn.Module):
    """Two rates, a third one by position, and a layer that has its own."""

    def __init__(self) -> None:
        super().__init__()
        self.first = Attended(8, 0.2)
        self.second = Attended(8, 0.1)
        self.layer = nn.MultiheadAttention(8, 2, dropout=0.3, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.first(x))
        x, _ = self.layer(x, x, x, need_weights=False)
        return F.scaled_dot_product_attention(x, x, x, None, 0.4 * self.training)


class ActorCritic(nn.Module):
    """A mean, a deviation that is the same for all states, and a value."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(6, 8)
        self.mean = nn.Linear(8, 3)
        self.log_std = nn.Parameter(torch.zeros(1, 3))
        self.value = nn.Linear(8, 1)

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = torch.tanh(self.body(state))
        mean = self.mean(x)
        std = self.log_std.clamp(-20, 2).exp().expand_as(mean)
        return mean, std, self.value(x).squeeze(-1)


class Siamese(nn.Module):
    """How far apart two halves are, and what the statistics of them are."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 5)
        self.distance = nn.PairwiseDistance(p=1)

    def forward(self, x: Tensor) -> Tensor:
        one, other = self.fc(x[:, :4]), self.fc(x[:, 4:])
        var, mean = torch.var_mean(one, dim=1, keepdim=True)
        std, _ = torch.std_mean(other, 1, unbiased=False)
        far = F.pairwise_distance(one, other, keepdim=True)
        near = self.distance(one, other).unsqueeze(1)
        mixed = torch.add(one, other, alpha=2)
        return torch.cat([var, mean, std.unsqueeze(1), far, near, mixed], 1)


LESSONS: dict[str, tuple[type[nn.Module], tuple[int, ...]]] = {
    "transformer": (Transformer, (5, 8)),
    "actor_critic": (ActorCritic, (6,)),
    "siamese": (Siamese, (8,)),
}
"""Their classes, and the shape of one example of their input."""
