"""A draft of a spec for images learns what is anywhere in a few small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import yaml
from torch.nn import functional

from mlpgen.drafts import images

from .networks import model, network
from .shared_modules import load

Image = pytest.importorskip("PIL.Image")

if TYPE_CHECKING:
    from pathlib import Path

SIGNS = {
    "cross": lambda x, y: (x == 3) | (y == 3),
    "diagonals": lambda x, y: (x == y) | (x + y == 6),
}
"""What is drawn, 7 pixels wide and high."""


def signs(folder: Path, count: int, draw: np.random.Generator) -> None:
    """Write pictures of 48 × 48 pixels with a sign anywhere, on noise."""
    y, x = np.mgrid[:7, :7]
    for name, sign in SIGNS.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            values = draw.normal(60, 20, (48, 48))
            down, right = draw.integers(0, 42, 2)
            values[down : down + 7, right : right + 7] += 120 * sign(x, y)
            picture = Image.fromarray(values.clip(0, 255).astype("uint8"))
            picture.save(folder / name / f"{number}.png")


@pytest.mark.exhaustive
def test_things_anywhere_are_learned(tmp_path: Path) -> None:
    """With a layer for each place, as few examples are learned by heart."""
    draw = np.random.default_rng(0)
    signs(tmp_path / "signs" / "train", 14, draw)
    signs(tmp_path / "signs" / "test", 40, draw)
    spec = yaml.safe_load(images.draft(str(tmp_path / "signs")))
    data = load(spec, tmp_path)
    net = model(network(spec), "explicit")
    (features, targets), (others, wanted) = (data.train.some(28), data.test.some(80))
    rate = spec["training"]["optimizer"]["AdamW"]
    optimizer = torch.optim.AdamW(net.parameters(), **rate)
    torch.manual_seed(0)
    for step in range(40):
        if step == 30:
            for group in optimizer.param_groups:
                group["lr"] /= 10
        optimizer.zero_grad()
        loss_of(net(features), targets).backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        right = (net(others).flatten() > 0) == (wanted.flatten() > 0)
    assert right.float().mean() > 0.9


def loss_of(outputs: Any, targets: Any) -> Any:
    """Return the loss that the draft names for two classes."""
    return functional.binary_cross_entropy_with_logits(
        outputs.flatten(), targets.flatten().float()
    )


@pytest.mark.parametrize("side", [2, 5, 8, 28, 32, 50, 64, 200, 400])
def test_stages_see_most_of_a_picture(side: int, tmp_path: Path) -> None:
    """What is pooled at the end are few places, each of which has seen a thing."""
    for name in "ab":
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.new("L", (side, side), 9).save(tmp_path / name / f"{number}.png")
    spec = yaml.safe_load(images.draft(str(tmp_path)))
    stages = sum("Stage" in each for each in spec["layers"])
    assert 1 <= spec["input"][1] // 2**stages <= 4
    assert network(spec).warnings == ()
    assert {"AdaptiveMaxPool2d": 1} in spec["layers"]
