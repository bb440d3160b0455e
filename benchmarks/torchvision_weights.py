"""Load torchvision's weights into generated models and compare the outputs.

It needs torchvision but not mlpgen, so it runs in its own environment:

python3 -m venv .torchvision && .torchvision/bin/pip install torchvision
.torchvision/bin/python benchmarks/torchvision_weights.py
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torchvision
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

ROOT = Path(__file__).parent.parent
STYLES = ("explicit", "sequential")
NETWORKS = {
    "alexnet": "AlexNet",
    "vgg16": "VGG16",
    "resnet18": "ResNet18",
    "resnet50": "ResNet50",
    "densenet121": "DenseNet121",
    "mobilenet_v2": "MobileNetV2",
    "vit_b_16": "ViTB16",
    "convnext_tiny": "ConvNeXtTiny",
}
"""The function of torchvision that makes a network, and the generated class."""
FILES = {"vit_b_16": "vit_b16"}
"""The generated file, where it is not called as the function."""
PLACES = {"vit_b_16": {"positions": "encoder.pos_embedding"}}
"""Tensors of ours that torchvision keeps elsewhere; all others have the same order."""
TOLERANCE = 1e-5


def made(folder: Path, name: str) -> nn.Module:
    """Import a generated file and make its model."""
    path = folder / f"{FILES.get(name, name)}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model: nn.Module = getattr(module, NETWORKS[name])()
    return model.eval()


@torch.no_grad()
def theirs(name: str) -> nn.Module:
    """Make torchvision's model, with random numbers where it has constants.

    A head of zeros or scales of 1e-6 would hide what is behind them, and signals that
    are small all along a limit at 6. The statistics are those of random images.
    """
    torch.manual_seed(1)
    model: nn.Module = torchvision.models.get_model(name, weights=None)
    for each in model.modules():
        if isinstance(each, nn.BatchNorm2d):
            each.momentum = 1.0
            nn.init.uniform_(each.weight, 0.5, 3.0)
            nn.init.normal_(each.bias)
    for value in model.parameters():
        if value.min() == value.max():
            value.add_(torch.randn_like(value), alpha=0.1)
    if any(True for _ in model.buffers()):
        model.train()(torch.randn(4, 3, 224, 224))
    return model.eval()


def renamed(
    state: dict[str, Tensor], own: dict[str, Tensor], places: dict[str, str]
) -> dict[str, Tensor]:
    """Give torchvision's tensors our names, in their order; shapes must be equal."""
    rest = [key for key in state if key not in places.values()]
    keys = places | dict(zip((k for k in own if k not in places), rest, strict=True))
    for key, other in keys.items():
        if own[key].shape != state[other].shape:
            raise SystemExit(
                f"{key} {[*own[key].shape]} is not {other} {[*state[other].shape]}"
            )
    return {key: state[other] for key, other in keys.items()}


@torch.inference_mode()
def difference(model: nn.Module, other: nn.Module, images: Tensor) -> float:
    """Return the largest difference of two outputs, relative to their size."""
    wanted = other(images)
    if (wanted[0] - wanted[1]).abs().max() == 0:
        raise SystemExit("two images give the same: the comparison says nothing")
    scale = wanted.abs().max()
    return float((model(images) - wanted).abs().max() / scale)


def main() -> None:
    """Print a table; exit 1 if outputs differ from torchvision's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generated", type=Path, default=ROOT / "generated")
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    options = parser.parse_args()
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}\n")
    print("| network | parameters | tensors | explicit | sequential |")
    print("|---|---|---|---|---|")
    failed = False
    for name in options.networks:
        other = theirs(name)
        state = other.state_dict()
        images = torch.randn(2, 3, 224, 224)
        found = []
        for style in STYLES:
            model = made(options.generated / style, name)
            own = model.state_dict()
            state_here = renamed(state, own, PLACES.get(name, {}))
            model.load_state_dict(state_here, strict=True)
            found.append(difference(model, other, images))
        count = sum(each.numel() for each in other.parameters())
        figures = " | ".join(f"{each:.1e}" if each else "0" for each in found)
        print(f"| {name} | {count:,} | {len(state)} | {figures} |", flush=True)
        failed |= not max(found) <= TOLERANCE
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
