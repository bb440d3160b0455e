"""Networks as people write them, each with a construct that an import must bring."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Basic(nn.Module):
    """Two convolutions and a way around them.

    More lines, which no spec has.
    """

    def __init__(self, inplanes: int, planes: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample: nn.Module | None = None
        if stride != 1 or inplanes != planes:
            self.downsample = nn.Sequential(
                nn.Conv2d(inplanes, planes, 1, stride, bias=False),
                nn.BatchNorm2d(planes),
            )

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        identity = x if self.downsample is None else self.downsample(x)
        return F.relu(out + identity)


class Residual(nn.Module):
    """A small residual network."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.layer1 = nn.Sequential(Basic(16, 16), Basic(16, 16))
        self.layer2 = nn.Sequential(Basic(16, 32, 2), Basic(32, 32))
        self.layer3 = nn.Sequential(Basic(32, 64, 2), Basic(64, 64))
        self.fc = nn.Linear(64, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        x = torch.flatten(F.adaptive_avg_pool2d(x, 1), 1)
        return self.fc(x)


class Chain(nn.Module):
    """Layers with functions between them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 4 * 4, 120)
        self.fc2 = nn.Linear(120, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, 16 * 4 * 4)
        x = F.dropout(torch.tanh(self.fc1(x)), 0.2, self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class Loop(nn.Module):
    """A list that a loop calls."""

    def __init__(self, depth: int = 4) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(depth))
        self.norm = nn.LayerNorm(8)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Apart(nn.Module):
    """A list whose members are called apart."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3, padding=1)])

    def forward(self, x: Tensor) -> Tensor:
        left = self.convs[0](x)
        right = self.convs[1](x)
        return left.mean(dim=(2, 3)) + right.mean(dim=(2, 3))


class Shared(nn.Module):
    """One layer for two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(6, 4)
        self.head = nn.Linear(8, 2)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        both = torch.cat([self.encoder(left), self.encoder(right)], dim=1)
        return self.head(both)


class Tied(nn.Module):
    """A decoder with the weight of the embedding."""

    def __init__(self, vocabulary: int = 20) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 8)
        self.hidden = nn.Linear(8, 8)
        self.decoder = nn.Linear(8, vocabulary, bias=False)
        self.decoder.weight = self.embedding.weight

    def forward(self, tokens: Tensor) -> Tensor:
        return self.decoder(torch.relu(self.hidden(self.embedding(tokens))))


class BatchFirst(nn.Module):
    """An LSTM whose last step is classified."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(5, 7, batch_first=True)
        self.fc = nn.Linear(7, 3)

    def forward(self, x: Tensor) -> Tensor:
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


class BatchSecond(nn.Module):
    """An LSTM that wants the sequence first."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(5, 7, num_layers=2)
        self.fc = nn.Linear(7, 3)

    def forward(self, x: Tensor) -> Tensor:
        out, (hidden, _) = self.lstm(x.permute(1, 0, 2))
        return self.fc(out[-1] + hidden[-1])


class ZeroStates(nn.Module):
    """Recurrent layers whose first states are made in forward, of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(5, 7, 2, batch_first=True)
        self.cell = nn.GRUCell(7, 6)
        self.drop = nn.Dropout2d(0.5)
        self.fc = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        h0 = torch.zeros(2, x.size(0), 7).to(x.device)
        c0 = torch.zeros(2, x.size(0), 7).to(x.device)
        out, _ = self.lstm(x, (h0, c0))
        hidden = torch.zeros(x.size(0), 6)
        hidden = self.cell(out[:, -1, :], hidden)
        return self.fc(self.drop(hidden))


class CalledByName(nn.Module):
    """Layers and classes whose `forward` is called by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.block = Basic(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        return self.block.forward(F.relu(self.conv.forward(x)))


class ListsInAList(nn.Module):
    """Each member of the list is a list, whose members a loop calls."""

    def __init__(self, depth: int = 2) -> None:
        super().__init__()
        self.layers = nn.ModuleList([])
        for _ in range(depth):
            self.layers.append(nn.ModuleList([nn.LayerNorm(6), nn.Linear(6, 6)]))

    def forward(self, x: Tensor) -> Tensor:
        for norm, linear in self.layers:  # type: ignore[misc]
            x = x + norm(x)
            x = x + linear(x)
        return x


class KeptTensors(nn.Module):
    """Tensors in attributes, which are neither parameters nor buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.sqrt(torch.FloatTensor([6.0]))
        table = torch.randn(2000, 6, generator=torch.Generator().manual_seed(0))
        self.table = table
        self.register_buffer("other", table.cos(), persistent=False)
        self.other: Tensor
        self.fc = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.scale + self.table[: x.size(1)] + self.other[None, : x.size(1), :]
        x = torch.sqrt(torch.tensor(0.5)) * self.fc(x)
        return x / torch.tensor(3)


class OneActivation(nn.Module):
    """A chain with the same activation at several places."""

    def __init__(self) -> None:
        super().__init__()
        act = Swish()
        layers: list[nn.Module] = []
        for _ in range(3):
            layers += [nn.Linear(4, 4), act]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Swish(nn.Module):
    """An activation of its author."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(x) + 0.1 * x


class AttentionSecond(nn.Module):
    """Attention with the batch in the second dimension."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2)
        self.norm = nn.LayerNorm(8)

    def forward(self, x: Tensor) -> Tensor:
        sequence = x.transpose(0, 1)
        attended, _ = self.attention(sequence, sequence, sequence, need_weights=False)
        return self.norm(sequence + attended).transpose(0, 1)


class Windows(nn.Module):
    """Windows of an image become examples, and an image again."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(6, 18)
        self.proj = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        batch, height, width, channels = x.shape
        x = x.view(batch, height // 2, 2, width // 2, 2, channels)
        x = x.permute(0, 1, 3, 2, 4, 5).reshape(-1, 4, channels)
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        x = (q @ k.transpose(-2, -1)).softmax(dim=-1) @ v
        x = self.proj(x).view(batch, height // 2, width // 2, 2, 2, channels)
        return x.permute(0, 1, 3, 2, 4, 5).reshape(batch, height, width, channels)


class LinearNorm(nn.Module):
    """A normalization over all tokens of the batch."""

    def __init__(self, dim: int, out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dim, out, bias=False)
        self.norm = nn.BatchNorm1d(out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(x)
        return self.norm(x.flatten(0, 1)).reshape_as(x)


class Heads(nn.Module):
    """A convolution and a pool on each head of an attention."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = LinearNorm(8, 24)
        self.pool = nn.Conv2d(8 // heads, 8 // heads, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, dim = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        k = k.transpose(2, 3).reshape(batch * self.heads, dim // self.heads, 4, 4)
        k = F.max_pool2d(self.pool(k), 2)
        k = k.reshape(batch, self.heads, dim // self.heads, -1).transpose(2, 3)
        x = (q @ k.transpose(-2, -1)).softmax(-1) @ k + v
        return x.transpose(1, 2).reshape(batch, tokens, dim)


class Clips(nn.Module):
    """A network on each frame, and an attention over the patches of each."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.stages = nn.ModuleList([Heads(2), Heads(4)])
        self.look = nn.MultiheadAttention(8, 2, batch_first=True)
        self.reader = nn.LSTM(8, 6, batch_first=True)

    def forward(self, clip: Tensor) -> Tensor:
        batch, frames = clip.shape[:2]
        x = self.frame(clip.view(batch * frames, *clip.shape[2:]))
        x = x.flatten(2).transpose(1, 2)
        x = x + self.look(x, x, x, need_weights=False)[0]
        x = x.reshape(batch, frames, -1, 8)
        y = x.mean(1)
        for stage in self.stages:
            y = y + stage(y)
        x = x.mean(2) + y.mean(1, keepdim=True)
        return self.reader(x)[0][:, -1]


class Rows(nn.Module):
    """A matrix for each row, which all examples share; a token apart from others."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = nn.Parameter(torch.randn(4, 8, 3))

    def forward(self, x: Tensor) -> Tensor:
        first, rest = torch.tensor_split(x, (1,), dim=2)
        rows = rest.permute(1, 0, 2, 3).reshape(4, -1, 8) @ self.tables
        tokens = first[:, :, 0].transpose(0, 1) @ self.tables
        rows = rows.transpose(0, 1).reshape(len(x), -1, 4, 3)
        return torch.cat([rows, tokens.transpose(0, 1).unsqueeze(1)], dim=1)


class Tokens(nn.Module):
    """Parameters and buffers of the class itself."""

    positions: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, 8))
        self.positions_embedding = nn.Parameter(torch.randn(1, 5, 8) * 0.02)
        self.register_buffer("scale", torch.tensor([0.5]))
        self.register_buffer("ramp", torch.arange(8.0), persistent=False)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        token = self.cls_token.expand(x.shape[0], -1, -1)
        x = torch.cat([token, x], dim=1) + self.positions_embedding
        return self.head(x[:, 0] * self.scale + self.ramp)


class Several(nn.Module):
    """Inputs by name, of several dtypes."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(10, 4)
        self.image = nn.Conv2d(3, 4, 3)

    def forward(self, image: Tensor, tokens: Tensor) -> Tensor:
        seen = self.image(image).mean((-2, -1))
        return seen * self.words(tokens).sum(1)


class Dictionary(nn.Module):
    """A dict as output."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.box = nn.Linear(8, 4)
        self.label = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = self.body(x).relu()
        return OrderedDict(boxes=self.box(features), labels=self.label(features))


class Pair(nn.Module):
    """A tuple as output."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Linear(4, 2)
        self.log_variance = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.mean(x), self.log_variance(x)


@dataclass
class Output:
    """What `Dataclass` returns."""

    logits: Tensor
    hidden: Tensor


class Dataclass(nn.Module):
    """A dataclass as output."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Output:
        hidden = torch.sigmoid(self.body(x))
        return Output(self.head(hidden), hidden)


class InPlace(nn.Module):
    """A tensor that is changed through a slice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        y[:, :2] += x[:, :2]
        y[:, 2:] = torch.relu(y[:, 2:])
        return y


class StochasticDepth(nn.Module):
    """Leaves out a branch for some examples of training."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return x
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        kept = torch.empty(shape, dtype=x.dtype).bernoulli_(1 - self.p)
        return x * kept.div_(1 - self.p)


class Layer(nn.Module):
    """A residual layer that may be left out."""

    def __init__(self, width: int, drop: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc = nn.Linear(width, width)
        self.drop_path = StochasticDepth(drop)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drop_path(F.gelu(self.fc(self.norm(x))))


class Deep(nn.Module):
    """Layers of stochastic depth, whose rates rise."""

    def __init__(self, depth: int = 3, drop: float = 0.2) -> None:
        super().__init__()
        rates = [drop * index / (depth - 1) for index in range(depth)]
        self.blocks = nn.ModuleList(Layer(8, rate) for rate in rates)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class Numbered(nn.Module):
    """Children with numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3),
            nn.ReLU(inplace=True),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(64, 32), nn.ReLU(inplace=True), nn.Linear(32, 5)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.features(x), 1))


class Enlarged(nn.Sequential):
    """Children with numbers, and a function behind them."""

    def forward(self, x: Tensor) -> Tensor:
        for layer in self:
            x = layer(x)
        return F.interpolate(x, size=(6, 6))


class CalledAgain(nn.Module):
    """A layer that is called twice behind such a class."""

    def __init__(self) -> None:
        super().__init__()
        self.large = Enlarged(nn.Conv2d(4, 4, 1), nn.ReLU())
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.other = nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(self.other(self.conv(self.large(x))))


class Unused(nn.Module):
    """A branch that nothing needs."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        _debug = x.mean(dim=0) * 2
        out = self.fc(x)
        _norm = out.norm()
        return out


class Head(nn.Module):
    """A classifier of what is there half way."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 8, 1)
        self.fc = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x)).mean(dim=(2, 3))
        return self.fc(F.dropout(x, 0.5, self.training))


class Auxiliary(nn.Module):
    """A second head that training returns first, and evaluation not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3)
        self.bn = nn.BatchNorm2d(6)
        self.aux = Head(6)
        self.conv2 = nn.Conv2d(6, 12, 3)
        self.fc = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Any:
        x = F.relu(self.bn(self.conv1(x)))
        aux = self.aux(x) if self.training else None
        x = self.fc(F.relu(self.conv2(x)).mean(dim=(2, 3)))
        return (aux, x) if self.training else x


_SHARED = nn.ReLU()


class OwnNorm(nn.Module):
    """A normalization with a bias that can be left out."""

    def __init__(self, size: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.bias = nn.Parameter(torch.zeros(size)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)


class Dense(nn.Module):
    """A layer with an activation that all of its uses share."""

    def __init__(self, size: int, act: nn.Module = _SHARED) -> None:
        super().__init__()
        self.norm = OwnNorm(size, bias=False)
        self.fc = nn.Linear(size, size)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        return x + self.act(self.fc(self.norm(x)))


class Language(nn.Module):
    """Layers in a list that is in a dictionary, and the last token of a list."""

    def __init__(self, depth: int = 3) -> None:
        super().__init__()
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(11, 8),
                "h": nn.ModuleList([Dense(8) for _ in range(depth)]),
                "ln_f": OwnNorm(8, bias=True),
            }
        )
        self.lm_head = nn.Linear(8, 11, bias=False)

    def forward(self, idx: Tensor) -> Tensor:
        x = self.transformer["wte"](idx)
        for block in self.transformer["h"]:  # type: ignore[union-attr]
            x = block(x)
        x = self.transformer["ln_f"](x)
        return self.lm_head(x[:, [-1], :])


class Picked(nn.Module):
    """Features picked by the numbers of lists."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x[:, [0, 1, 4, 3, 2]]) + x[:, [1, 2]]


class WindowAttention(nn.Module):
    """Attention in windows of an image, which may be shifted."""

    def __init__(self, dim: int, window: int, shift: int, heads: int) -> None:
        super().__init__()
        self.window, self.shift, self.heads = window, shift, heads
        self.table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        grid = torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")
        places = torch.stack(grid).flatten(1)
        away = (places[:, :, None] - places[:, None, :]).permute(1, 2, 0) + window - 1
        away[:, :, 0] *= 2 * window - 1
        self.register_buffer("index", away.sum(-1))
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        b, h, w, c = x.shape
        size, shift = self.window, self.shift if h > self.window else 0
        if shift:
            x = torch.roll(x, (-shift, -shift), (1, 2))
        x = x.view(b, h // size, size, w // size, size, c).transpose(2, 3)
        count = (h // size) * (w // size)
        x = x.reshape(b * count, size * size, c)
        qkv = self.qkv(x).view(b * count, size * size, 3, self.heads, c // self.heads)
        qkv = qkv.permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        attn = q @ k.transpose(-2, -1)
        index = self.index.view(-1)  # type: ignore[operator]
        bias = self.table[index].view(size * size, size * size, -1).permute(2, 0, 1)
        attn = attn + bias.unsqueeze(0)
        if shift:
            mask = x.new_zeros((h, w))
            number = 0
            for rows in (slice(-size), slice(-size, -shift), slice(-shift, None)):
                for columns in (
                    slice(-size),
                    slice(-size, -shift),
                    slice(-shift, None),
                ):
                    mask[rows, columns] = number
                    number += 1
            mask = mask.view(h // size, size, w // size, size).transpose(1, 2)
            mask = mask.reshape(count, size * size)
            mask = mask.unsqueeze(1) - mask.unsqueeze(2)
            mask = mask.masked_fill(mask != 0, -100.0).masked_fill(mask == 0, 0.0)
            attn = attn.view(b, count, self.heads, size * size, size * size)
            attn = attn + mask.unsqueeze(1).unsqueeze(0)
            attn = attn.view(-1, self.heads, size * size, size * size)
        x = (attn.softmax(-1) @ v).transpose(1, 2).reshape(b * count, size * size, c)
        x = self.proj(x).view(b, h // size, w // size, size, size, c).transpose(2, 3)
        x = x.reshape(b, h, w, c)
        return torch.roll(x, (shift, shift), (1, 2)) if shift else x


class Merging(nn.Module):
    """Half the size: four neighbours become one pixel."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x0, x1 = x[:, 0::2, 0::2, :], x[:, 1::2, 0::2, :]
        x2, x3 = x[:, 0::2, 1::2, :], x[:, 1::2, 1::2, :]
        return self.reduction(torch.cat([x0, x1, x2, x3], -1))


class Shifted(nn.Module):
    """Windows of an image, which every other layer shifts."""

    def __init__(self) -> None:
        super().__init__()
        self.attn1 = WindowAttention(8, 2, 0, 2)
        self.attn2 = WindowAttention(8, 2, 1, 2)
        self.merge1 = Merging(8)
        self.attn3 = WindowAttention(16, 2, 0, 2)
        self.attn4 = WindowAttention(16, 2, 1, 2)
        self.merge2 = Merging(16)
        self.attn5 = WindowAttention(32, 2, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.merge1(self.attn2(self.attn1(x)))
        x = self.merge2(self.attn4(self.attn3(x)))
        return self.attn5(x)


@dataclass
class Setting:
    """What one inverted block is made with."""

    kernel: int
    expanded: int
    out: int
    use_se: bool
    activation: str
    stride: int


class ConvActivation(nn.Sequential):
    """A convolution, a normalization, and maybe an activation."""

    def __init__(
        self, inputs: int, out: int, kernel: int, groups: int, act: str, stride: int = 1
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, out, kernel, stride, kernel // 2, groups=groups),
            nn.BatchNorm2d(out),
        ]
        super().__init__(*layers, *([getattr(nn, act)()] if act else []))


class Gate(nn.Module):
    """Weights of channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.fc(F.adaptive_avg_pool2d(x, 1)))


class Inverted(nn.Module):
    """A block whose layers depend on settings."""

    def __init__(self, inputs: int, setting: Setting) -> None:
        super().__init__()
        wide, act = setting.expanded, setting.activation
        layers: list[nn.Module] = []
        if wide != inputs:
            layers.append(ConvActivation(inputs, wide, 1, 1, act))
        layers.append(
            ConvActivation(wide, wide, setting.kernel, wide, act, setting.stride)
        )
        if setting.use_se:
            layers.append(Gate(wide))
        layers.append(ConvActivation(wide, setting.out, 1, 1, ""))
        self.block = nn.Sequential(*layers)
        self.residual = setting.stride == 1 and inputs == setting.out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x) if self.residual else self.block(x)


class Mobile(nn.Module):
    """Inverted blocks with other kernels, gates and activations."""

    def __init__(self) -> None:
        super().__init__()
        settings = [
            Setting(3, 16, 16, True, "ReLU", 2),
            Setting(3, 24, 20, False, "ReLU", 2),
            Setting(3, 36, 20, False, "ReLU", 1),
            Setting(5, 48, 24, True, "Hardswish", 1),
            Setting(5, 60, 24, True, "Hardswish", 1),
        ]
        inputs = [16] + [each.out for each in settings]
        self.stem = ConvActivation(3, 16, 3, 1, "Hardswish")
        self.features = nn.Sequential(
            *(Inverted(n, each) for n, each in zip(inputs, settings, strict=False))
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.features(self.stem(x))


class Places(nn.Module):
    """Attention with a bias for each step on a grid, which is kept after training.

    The first place is a token of its own.
    """

    def __init__(self, side: int = 3, width: int = 8) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.kept: dict[str, Tensor] = {}
        steps = 2 * side - 1
        self.biases = nn.Parameter(torch.randn(1, steps * steps + 3))
        places = torch.arange(side * side)
        down = (places // side)[:, None] - places // side + side - 1
        right = (places % side)[:, None] - places % side + side - 1
        table = torch.full((side * side + 1,) * 2, steps * steps)
        table[1:, 0] += 1
        table[0, 0] += 2
        table[1:, 1:] = down * steps + right
        self.register_buffer("table", table, persistent=False)

    def bias(self) -> Tensor:
        if self.training:
            return self.biases[:, self.table]
        if "bias" not in self.kept:
            self.kept["bias"] = self.biases[:, self.table]
        return self.kept["bias"]

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        attended = (q @ k.transpose(-2, -1) + self.bias()).softmax(dim=-1)
        return attended @ v


class Steps(nn.Module):
    """A bias of attention, which a network makes of coordinates."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.register_buffer("steps", torch.linspace(-1, 1, length)[:, None])
        self.mlp = nn.Sequential(nn.Linear(1, width), nn.ReLU(), nn.Linear(width, 1))
        self.gain = nn.Parameter(torch.ones(1))

    def bias(self) -> Tensor:
        return (self.mlp(self.steps) * self.gain).view(-1)

    def forward(self, attn: Tensor) -> Tensor:
        return attn + self.bias()


class Methods(nn.Module):
    """Uses other modules by their methods and by their tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.places = nn.Embedding(6, 4)
        self.steps = Steps(6, 8)
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.places.weight
        attn = x @ self.fc(x).transpose(1, 2)
        return (attn + self.steps.bias()).softmax(-1) @ x


class Waves(nn.Module):
    """Positions of an image, made of its size alone."""

    def __init__(self, count: int = 4) -> None:
        super().__init__()
        self.proj = nn.Conv2d(2 * count, 6, 1)
        self.count = count

    def forward(self, shape: tuple[int, int, int]) -> Tensor:
        image = ~torch.zeros(shape).to(torch.bool)
        down = image.cumsum(1, dtype=torch.float32)
        right = image.cumsum(2, dtype=torch.float32) / shape[2]
        speed = torch.arange(self.count, dtype=torch.int64).float()
        speed = 100 ** (2 * torch.div(speed, 2, rounding_mode="floor") / self.count)
        waves = [(each[:, :, :, None] / speed).sin() for each in (down, right)]
        return self.proj(torch.cat(waves, dim=3).permute(0, 3, 1, 2))


class Waved(nn.Module):
    """An image with positions."""

    def __init__(self) -> None:
        super().__init__()
        self.waves = Waves()
        self.conv = nn.Conv2d(6, 6, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x + self.waves((x.shape[0], x.shape[2], x.shape[3])))


class Assigned(nn.Module):
    """Assigns to indices and to every other value, and to examples of windows."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        table = torch.zeros(1, 6, 4)
        table[:, :, 3] = torch.arange(6) / 6
        table[:, 1] = table[:, 5] - 1
        windows = self.fc(x + table).view(-1, 2, 4)
        example = x.mean(dim=1, keepdim=True).repeat_interleave(3, dim=0)
        windows = (windows * example).view(x.shape)
        turned = torch.zeros_like(x)
        turned[..., 0::2] = windows[..., 1::2].neg()
        turned[..., 1::2] = windows[..., 0::2]
        turned[:, 2] = windows[:, 4]
        return turned


class ScaledConv2d(nn.Conv2d):
    """A convolution whose weight has no mean."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)
        self.gain = nn.Parameter(torch.ones(outputs, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        scale = (self.gain * 0.1).view(-1)
        rows = self.weight.reshape(1, self.out_channels, -1)
        weight = F.batch_norm(rows, None, None, scale, training=True, eps=1e-4)
        return F.conv2d(x, weight.reshape_as(self.weight), self.bias, self.stride, 1)


class Norm(nn.GroupNorm):
    """One group."""

    def __init__(self, channels: int) -> None:
        super().__init__(1, channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


class Couple(nn.Module):
    """Returns a pair of which the last use needs one."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = ScaledConv2d(width, width)

    def forward(self, x: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        image, summed = x
        image = self.conv(image)
        return image.relu(), summed + image.mean(dim=(2, 3))


class Computed(nn.Module):
    """Weights that are computed from others."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(ScaledConv2d(2, 4), Norm(4), nn.ReLU())
        self.pairs = nn.Sequential(Couple(4), Couple(4))
        blur = torch.tensor([1.0, 2.0, 1.0]) / 4
        blur = (blur[:, None] * blur).expand(4, 1, 3, 3).contiguous()
        self.register_buffer("blur", blur, persistent=False)
        self.fc = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(self.stem(x), self.blur, stride=(2, 2), groups=4)  # type: ignore[arg-type]
        return self.fc(self.pairs((x, x.mean(dim=(2, 3))))[1])


class Causal(nn.Module):
    """Attention of which heads are a view of each part, and dropout of nothing."""

    def __init__(self, size: int = 8, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(size, 3 * size)
        self.c_proj = nn.Linear(size, size)
        self.drop = nn.Dropout(0.0)
        self.mlp = nn.Sequential(
            nn.Linear(size, size), nn.Dropout(0.0), nn.Linear(size, 6), nn.Dropout(0.0)
        )

    def forward(self, x: Tensor) -> Tensor:
        b, t, c = x.shape
        q, k, v = self.c_attn(x).split(c, dim=2)
        k = k.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        q = q.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        v = v.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        y = y.transpose(1, 2).contiguous().view(b, t, c)
        y = self.drop(self.c_proj(y)) + x
        first, second = self.mlp(y).chunk(2, dim=-1)
        return first * second.unflatten(-1, (3, 1)).flatten(2)


class Cosine(nn.Module):
    """A layer whose bias is changed before it is used."""

    def __init__(self, size: int = 6) -> None:
        super().__init__()
        self.qkv = nn.Linear(size, 3 * size)
        self.proj = nn.Linear(3 * size, size)

    def forward(self, x: Tensor) -> Tensor:
        bias = self.qkv.bias.clone()
        length = bias.numel() // 3
        bias[length : 2 * length].zero_()
        return self.proj(F.linear(x, self.qkv.weight, bias)) + x


class Choice(nn.Module):
    """Chooses by values, which no spec can say."""

    def __init__(self, width: int, scale: float = 1.5, mode: str = "soft") -> None:
        super().__init__()
        self.one = nn.Linear(width, width)
        self.other = nn.Linear(width, width, bias=False)
        self.scale, self.mode = scale, mode

    def forward(self, x: Tensor, by: Tensor | None = None) -> Tensor:
        found: Tensor = self.one(x) if x.sum() > 0 else self.other(x) * self.scale
        return found if by is None else found * by


class Gated(nn.Module):
    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.fc = nn.Linear(inputs, width)
        self.gate = Choice(width, mode="hard")

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc(x)
        return self.gate(x, by=x).relu()


class Placed(nn.Module):
    """The number of a place, as its author rounds it."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.table(x.argmax(1)).unsqueeze(1)
        return found if found.max() > -9 else -found


class Choosy(nn.Module):
    """Classes that stay as they are: in blocks, in rounds, with another result."""

    def __init__(self) -> None:
        super().__init__()
        self.first = Gated(8, 16)
        self.second = Gated(16, 4)
        self.rounds = nn.ModuleList(Choice(4, 2.0) for _ in range(3))
        self.places = Placed()

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.first(x))
        for each in self.rounds:
            x = each(x)
        return self.places(x)


class Branch(nn.Module):
    """Two halves, each of which may be a branch again."""

    def __init__(self, inputs: int, size: int, level: int) -> None:
        super().__init__()
        self.root = nn.Linear(2 * size, size)
        half = Branch if level > 1 else nn.Linear
        more = (level - 1,) if level > 1 else ()
        self.left: nn.Module = half(inputs, size, *more)
        self.right: nn.Module = half(size, size, *more)

    def forward(self, x: Tensor) -> Tensor:
        left = self.left(x)
        return F.relu(self.root(torch.cat([left, self.right(left)], dim=-1)))


class Recursive(nn.Module):
    """A class that contains itself."""

    def __init__(self) -> None:
        super().__init__()
        self.small = Branch(4, 6, 1)
        self.large = Branch(6, 8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.large(self.small(x))


class Around(nn.Module):
    """A normalization in front of a layer that is given, and a way around both."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor, inner: Any) -> Tensor:
        return x + self.dropout(inner(self.norm(x)))


class Dropped(nn.Module):
    """A function that is given a dropout."""

    def forward(self, x: Tensor, dropout: nn.Module) -> Tensor:
        return dropout(x.softmax(-1))


class Positions(nn.Module):
    """A table of which only the length of the input says something."""

    def __init__(self, length: int, size: int) -> None:
        super().__init__()
        self.register_buffer("table", torch.ones(1, length, size))

    def forward(self, x: Tensor) -> Tensor:
        return self.table[:, : x.size(1)]  # type: ignore[index]


class Lent(nn.Module):
    """Classes that call layers of the class around them."""

    def __init__(self, size: int = 6) -> None:
        super().__init__()
        self.positions = Positions(9, size)
        self.mixed = nn.Linear(size, size)
        self.dropped = Dropped()
        self.drop = nn.Dropout(0.2)
        self.fed = nn.Sequential(nn.Linear(size, 2 * size), nn.GELU())
        self.back = nn.Linear(2 * size, size)
        self.around = nn.ModuleList([Around(size), Around(size)])

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.positions(x)
        x = self.around[0](x, lambda y: self.dropped(self.mixed(y), self.drop))
        return self.around[1](x, lambda y: self.back(self.fed(y)))


class Keeping(nn.Module):
    """Keeps what it takes, for others."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.fc = nn.Linear(size, size)
        self.kept: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        self.kept = x * 2
        return self.fc(x)


class LeftBehind(nn.Module):
    """Tensors that are changed inside a class, or kept there."""

    def __init__(self, size: int = 5) -> None:
        super().__init__()
        self.left = nn.Sequential(
            nn.ReLU(inplace=True), nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 3)
        )
        self.right = nn.Linear(size, 3)
        self.keeping = Keeping(size)

    def forward(self, x: Tensor) -> Tensor:
        x = self.keeping(x)
        x = self.left(x) + self.right(x)  # what `left` made of it
        return x + self.keeping.kept[:, :3]  # type: ignore[index]


class SameForAll(nn.Module):
    """Numbers of numpy, and a token, that are repeated for each example."""

    def __init__(self, size: int = 6) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 1, size))
        self.mixing = nn.Parameter(torch.randn(9, 9))
        self.query = nn.Linear(size, size)
        self.scale = np.sqrt(np.float64(size))
        self.register_buffer("lower", torch.ones(1, 9, 9).tril())

    def forward(self, x: Tensor) -> Tensor:
        batch, length, size = x.shape
        mixing = self.mixing.unsqueeze(0).expand(batch, -1, -1)
        x = torch.bmm(mixing, x) / self.scale
        eye = np.eye(length, size).reshape(-1).astype(np.float32)
        x = x + torch.from_numpy(eye).view(1, -1).repeat(batch, 1).view(
            -1, length, size
        )
        even = torch.zeros(batch, length, length).masked_fill(self.lower == 0, -1e9)
        x = x + even.softmax(-1) @ x
        later = torch.from_numpy(np.triu(np.ones((batch, length, length)), k=1))
        weights = (x @ x.transpose(1, 2)).masked_fill(later == 1, -1e9).softmax(-1)
        q = self.query(self.token.repeat(batch, 1, 1))
        q = q.view(batch, 1, 2, 3).transpose(1, 2)
        k = (weights @ x).view(batch, length, 2, 3).transpose(1, 2)
        found = torch.einsum("bhid,bhjd->bhij", q, k).softmax(-1)
        found = torch.einsum("bhij,bhjd->bhid", found, k)
        return found.transpose(1, 2).reshape(batch, 1, size)[:, 0]


class Passing(nn.Module):
    """An input that nothing uses, and one that is returned."""

    def __init__(self, size: int = 4) -> None:
        super().__init__()
        self.fc = nn.Linear(size, size)

    def forward(self, x: Tensor, lengths: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        return self.fc(x) + y, x


class OneGroup(nn.Module):
    """One window of an image, which is with the batch until the end."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3)

    def forward(self, x: Tensor) -> Tensor:
        for count in (2, 1):
            b, c, h, w = x.shape
            x = x.view(b, c, count, h // count, w).transpose(1, 2)
            x = self.conv(x.reshape(b * count, c, h // count, w))
            if count > 1:
                x = x.view(b, count, *x.shape[1:]).transpose(1, 2).flatten(2, 3)[:, :2]
        return x.mean(dim=(2, 3))


class Tower(nn.Module):
    """Its last layer begins smaller, as in a GPT."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.wide = nn.Linear(width, 2 * width)
        self.back = nn.Linear(2 * width, width)
        nn.init.normal_(self.back.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.back(F.gelu(self.wide(x)))


class Begun(nn.Module):
    """Initial values: of a type by the sizes of its layers, of single layers."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv1d(3, 6, 3)
        self.two = nn.Conv1d(6, 8, 3)
        self.towers = nn.ModuleList(Tower(8) for _ in range(2))
        self.again = Tower(8)
        self.rnn = nn.GRU(8, 5, batch_first=True)
        self.head = nn.Linear(5, 2)
        for conv in (self.one, self.two):
            fan = conv.kernel_size[0] * conv.out_channels
            conv.weight.data.normal_(0, math.sqrt(2 / fan))
            nn.init.constant_(conv.bias, 0.25)
        nn.init.orthogonal_(self.rnn.weight_hh_l0)
        nn.init.uniform_(self.head.weight, -1 / math.sqrt(5), 1 / math.sqrt(5))
        nn.init.constant_(self.head.bias, -2.0)

    def forward(self, x: Tensor) -> Tensor:
        x = self.two(self.one(x).relu()).transpose(1, 2)
        for tower in self.towers:
            x = tower(x)
        x, _ = self.rnn(self.again(x))
        return self.head(x[:, -1])


class Drawn(nn.Module):
    """One function for all matrices, as transformers have it."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(8, 3)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(x))


class Optional(nn.Module):
    """A sum that only a step of one has, around which a projection may be."""

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.conv = nn.Conv2d(inputs, planes, 3, stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride == 1 and inputs != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes)
            )

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn(self.conv(x))
        return out + self.shortcut(x) if self.stride == 1 else out


class PaddedConv2d(nn.Conv2d):
    """A convolution with a layer that pads."""

    def __init__(self, inputs: int, planes: int) -> None:
        super().__init__(inputs, planes, 2)
        self.pad = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(self.pad(x), self.weight, self.bias)


class Temperature(nn.Module):
    """Sums that some blocks lack, one number that is learned, one that is returned."""

    def __init__(self) -> None:
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(0.5))
        self.register_buffer("offset", torch.tensor(2.0))
        sizes = [(3, 4, 1), (4, 4, 1), (4, 6, 2), (6, 6, 1), (6, 8, 2)]
        self.stages = nn.Sequential(*(Optional(*each) for each in sizes))
        self.padded = PaddedConv2d(8, 4)
        self.last = nn.Conv2d(4, 1, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.last(self.padded(self.stages(x)))
        return (x * self.temperature.exp() + self.offset).view(-1)


class Network(NamedTuple):
    """A network of the table.

    Attributes:
        cls: Its class.
        inputs: For each input: name (may be empty), shape of one example, dtype.
        arguments: What the class is given.
        golden: Whether its spec is in `specs/`.
        custom: The classes that stay as they are.
    """

    cls: type[nn.Module]
    inputs: tuple[tuple[str, tuple[int, ...], str], ...]
    arguments: dict[str, Any] = {}  # noqa: RUF012 - never changed
    golden: bool = False
    custom: tuple[str, ...] = ()


def _one(*shape: int, dtype: str = "float32") -> Any:
    return (("", shape, dtype),)


NETWORKS = {
    "residual": Network(Residual, _one(3, 16, 16), golden=True),
    "chain": Network(Chain, _one(1, 28, 28), golden=True),
    "loop": Network(Loop, _one(8), {"depth": 5}, golden=True),
    "apart": Network(Apart, _one(3, 8, 8)),
    "shared": Network(Shared, (*_one(6), *_one(6))),
    "tied": Network(Tied, _one(5, dtype="int64"), golden=True),
    "batch_first": Network(BatchFirst, _one(6, 5)),
    "batch_second": Network(BatchSecond, _one(6, 5)),
    "zero_states": Network(ZeroStates, _one(4, 5)),
    "called_by_name": Network(CalledByName, _one(3, 8, 8)),
    "lists_in_a_list": Network(ListsInAList, _one(6)),
    "kept_tensors": Network(KeptTensors, _one(4, 6)),
    "one_activation": Network(OneActivation, _one(4)),
    "attention_second": Network(AttentionSecond, _one(6, 8), golden=True),
    "windows": Network(Windows, _one(4, 4, 6)),
    "clips": Network(Clips, _one(3, 3, 6, 6), golden=True),
    "rows": Network(Rows, _one(4, 6, 8)),
    "tokens": Network(Tokens, _one(4, 8), golden=True),
    "several": Network(
        Several, (("tokens", (7,), "int64"), ("image", (3, 8, 8), "float32"))
    ),
    "dictionary": Network(Dictionary, _one(4), golden=True),
    "pair": Network(Pair, _one(4)),
    "dataclass": Network(Dataclass, _one(4)),
    "in_place": Network(InPlace, _one(4, 9)),
    "deep": Network(Deep, _one(6, 8), golden=True),
    "numbered": Network(Numbered, _one(3, 10, 10)),
    "called_again": Network(CalledAgain, _one(4, 8, 8)),
    "unused": Network(Unused, _one(4)),
    "mobile": Network(Mobile, _one(3, 16, 16), golden=True),
    "cosine": Network(Cosine, _one(6)),
    "causal": Network(Causal, _one(5, 8), golden=True),
    "shifted": Network(Shifted, _one(8, 8, 8), golden=True),
    "auxiliary": Network(Auxiliary, _one(3, 9, 9), golden=True),
    "language": Network(Language, _one(6, dtype="int64")),
    "picked": Network(Picked, _one(5)),
    "places": Network(Places, _one(10, 8)),
    "methods": Network(Methods, _one(6, 4)),
    "waved": Network(Waved, _one(6, 5, 4)),
    "assigned": Network(Assigned, _one(6, 4)),
    "computed": Network(Computed, _one(2, 6, 6)),
    "begun": Network(Begun, _one(3, 12), golden=True),
    "drawn": Network(Drawn, _one(5, 8)),
    "choosy": Network(Choosy, _one(8), golden=True, custom=("Choice", "Placed")),
    "recursive": Network(Recursive, _one(4)),
    "lent": Network(Lent, _one(7, 6), golden=True),
    "left_behind": Network(LeftBehind, _one(5)),
    "same_for_all": Network(SameForAll, _one(9, 6)),
    "passing": Network(
        Passing,
        (("x", (4,), "float32"), ("lengths", (2,), "int64"), ("y", (4,), "float32")),
    ),
    "one_group": Network(OneGroup, _one(2, 16, 16)),
    "temperature": Network(Temperature, _one(3, 16, 16), golden=True),
}
