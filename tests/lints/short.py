"""Specs of layers that are written in short."""

from __future__ import annotations

import re


def rows(table: str) -> list[str]:
    """Return the rows of a table that are no comments."""
    return [row for row in table.splitlines() if row and not row.startswith("#")]


SHORT = {
    r"\bL(\d+)": r"{Linear: \1}",
    r"\bA(\d+)": r"{Linear: \1, name: a}",
    r"\bB(\d+)": r"{Linear: \1, name: b, from: input}",
    r"\bC(\d+) k(1|\[\d, \d\])": r"{Conv2d: {out_channels: \1, kernel_size: \2}}",
    r"\bC(\d+)": r"{Conv2d: {out_channels: \1, kernel_size: 3}}",
    r"\bD(\d+)": r"{Conv2d: {out_channels: \1, kernel_size: 3, groups: \1}}",
    r"\bT(\d+)": r"{ConvTranspose2d: {out_channels: \1, kernel_size: 3}}",
    r"\bK(\d+)": r"{Conv2d: {out_channels: \1, kernel_size: 10}}",
    r"\bS(\d+)": r"{Conv1d: {out_channels: \1, kernel_size: 3}}",
    r"\bV(\d+)": r"{Conv3d: {out_channels: \1, kernel_size: 3}}",
    r"\bU(\d+)": r"{ConvTranspose2d: {out_channels: \1, kernel_size: 2, stride: 2}}",
}
"""Layers in short: linear, convolutions of all kinds; `A` and `B` take the input."""


def written(layers: str, image: str, rest: str = "") -> str:
    """Return a spec of layers in short."""
    for short, long in SHORT.items():
        layers = re.sub(short, long, layers)
    return f"name: Net\ninput: {image}\nlayers: [{layers}]\n{rest}"
