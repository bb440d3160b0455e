"""Networks in which the batch is with something else, or missing."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Heads(nn.Module):
    """Heads one after the other, each of which adds what the one before found."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.qkvs = nn.ModuleList(nn.Conv2d(channels // 2, channels, 1) for _ in "12")
        self.dws = nn.ModuleList(nn.Conv2d(2, 2, 3, padding=1, groups=2) for _ in "12")

    def forward(self, x: Tensor) -> Tensor:
        b, _, h, w = x.shape
        parts = x.chunk(2, dim=1)
        feat, found = parts[0], []
        for index, (qkv, conv) in enumerate(zip(self.qkvs, self.dws, strict=True)):
            if index > 0:
                feat = feat + parts[index]
            feat = qkv(feat)
            q, k, v = feat.view(b, -1, h, w).split([2, 2, feat.shape[1] - 4], dim=1)
            q, k, v = conv(q).flatten(2), k.flatten(2), v.flatten(2)
            weights = (q.transpose(-2, -1) @ k).softmax(dim=-1)
            feat = (v @ weights.transpose(-2, -1)).view(b, -1, h, w)
            found.append(feat)
        return torch.cat(found, 1)


class Windows(nn.Module):
    """Heads on windows of an image, or on all of it where it is one window."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attn = Heads(channels)

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        if h <= 3 and w <= 3:
            return x + self.attn(x)
        y = x.permute(0, 2, 3, 1).view(b, h // 3, 3, w // 3, 3, c).transpose(2, 3)
        y = y.reshape(b * (h // 3) * (w // 3), 3, 3, c).permute(0, 3, 1, 2)
        y = self.attn(y).permute(0, 2, 3, 1).view(b, h // 3, w // 3, 3, 3, c)
        y = y.transpose(2, 3).reshape(b, h, w, c)
        return x + y.permute(0, 3, 1, 2)


class Stages(nn.Module):
    """The same on an image with windows, and on one that is a window."""

    def __init__(self) -> None:
        super().__init__()
        self.first = Windows(8)
        self.pool = nn.MaxPool2d(2)
        self.second = Windows(8)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.pool(self.first(x)))


class Sequencer(nn.Module):
    """Recurrent layers over the rows and over the columns of an image."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.LSTM(5, 3, batch_first=True, bidirectional=True)
        self.columns = nn.GRU(5, 3, batch_first=True)
        self.fc = nn.Linear(9, 5)

    def forward(self, x: Tensor) -> Tensor:
        b, h, w, c = x.shape
        columns, _ = self.columns(x.permute(0, 2, 1, 3).reshape(-1, h, c))
        columns = columns.view(b, w, h, -1).permute(0, 2, 1, 3)
        rows, _ = self.rows(x.reshape(-1, w, c))
        return self.fc(torch.cat([columns, rows.view(b, h, w, -1)], dim=-1))


class Positions(nn.Module):
    """Positions that are made for the size of the image."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 4, 2, 2)
        self.pos_embed = nn.Parameter(torch.zeros(1, 4, 3, 3))
        self.pos_embed_window = nn.Parameter(torch.zeros(1, 4, 2, 2))
        self.fourier = nn.Conv2d(2, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x)
        window = self.pos_embed_window.tile((2, 2))
        pos = F.interpolate(self.pos_embed, size=window.shape[-2:], mode="bicubic")
        line = torch.arange(1, 5, device=x.device).float()
        grid = torch.stack(torch.meshgrid(line.sin(), line.cos(), indexing="ij"))
        waves = self.fourier(grid[None]).repeat(x.shape[0], 1, 1, 1)
        tokens = (x + waves).flatten(2).transpose(1, 2)
        return tokens + (pos + window).flatten(2).transpose(1, 2)


class Blurred(nn.Module):
    """A filter that is the same for each of many channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        line = torch.tensor([1.0, 2.0, 1.0]) / 4
        filt = (line[:, None] * line)[None, None].repeat(channels, 1, 1, 1)
        self.register_buffer("filt", filt, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(x, self.filt, stride=2, groups=x.shape[1])


class Blur(nn.Module):
    """Filters instead of strides, one of which would be too long for a spec."""

    def __init__(self) -> None:
        super().__init__()
        self.few = Blurred(3)
        self.conv = nn.Conv2d(3, 512, 1)
        self.many = Blurred(512)

    def forward(self, x: Tensor) -> Tensor:
        return self.many(self.conv(self.few(x)))


class Asks(nn.Module):
    """A class token that asks all tokens."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(size)
        self.attn = nn.Linear(size, size)

    def forward(self, x: Tensor, x_cls: Tensor) -> Tensor:
        u = self.norm1(torch.cat((x_cls, x), dim=1))
        return x_cls + self.attn(u).mean(dim=1, keepdim=True)


class Asking(nn.Module):
    """A token that is the same for all examples at first."""

    def __init__(self) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, 6))
        self.blocks = nn.ModuleList(Asks(6) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        token = self.cls_token.expand(x.shape[0], -1, -1)
        for block in self.blocks:
            token = block(x, token)
        return torch.cat((token, x), dim=1)


class Turned(nn.Module):
    """Attention whose places are turned, with a bias for queries and values alone."""

    def __init__(self, size: int = 8) -> None:
        super().__init__()
        self.qkv = nn.Linear(size, 3 * size, bias=False)
        self.q_bias = nn.Parameter(torch.zeros(size))
        self.v_bias = nn.Parameter(torch.zeros(size))
        self.register_buffer("k_bias", torch.zeros(size), persistent=False)
        self.register_buffer("most", torch.full((1,), 0.9))
        self.prefix = 0

    def forward(self, x: Tensor, sin: Tensor, cos: Tensor) -> Tensor:
        bias = torch.cat((self.q_bias, self.k_bias, self.v_bias))
        q, k, v = F.linear(x, self.qkv.weight, bias=bias).chunk(3, dim=-1)
        first, q = q.clamp_min(-1).split([self.prefix, q.shape[1] - self.prefix], 1)
        half = q.shape[-1] // 2
        q = q * cos + torch.cat((-q[..., half:], q[..., :half]), dim=-1) * sin
        q = torch.cat((first, q), dim=1)
        k = k * cos + torch.cat((-k[..., half:], k[..., :half]), dim=-1) * sin
        k = torch.cat((k[:, : self.prefix], k[:, self.prefix :]), dim=1)
        found = F.scaled_dot_product_attention(q, k, v)
        return x + torch.clamp(found, max=self.most)


class Rotary(nn.Module):
    """A table of sines that was made for more places than there are."""

    def __init__(self, size: int = 8) -> None:
        super().__init__()
        places = torch.arange(0.5, 600, device="cpu").float() / 600
        bands = 100 ** -(torch.arange(0, size, 2).float() / size)
        angles = (places[:, None] * bands).repeat(1, 2)
        self.register_buffer("table", torch.empty(2, 600, size), persistent=False)
        self.table.copy_(torch.stack((angles.sin(), angles.cos())))
        self.blocks = nn.ModuleList(Turned(size) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        sin, cos = self.table[:, : x.shape[1]].unbind(0)
        for block in self.blocks:
            x = block(x, sin, cos)
        return x


BATCHES: dict[str, tuple[type[nn.Module], tuple[int, ...]]] = {
    "stages": (Stages, (8, 6, 6)),
    "sequencer": (Sequencer, (4, 3, 5)),
    "positions": (Positions, (3, 8, 8)),
    "blur": (Blur, (3, 8, 8)),
    "asking": (Asking, (4, 6)),
    "rotary": (Rotary, (5, 8)),
}
"""Their classes, and the shape of one example of their input."""
