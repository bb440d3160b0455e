"""Load the weights of torchvision's and transformers' models into generated ones.

Keys, shapes and their order must be the same, so that `load_state_dict` takes what was
published as it is; then outputs are compared. It needs these packages but not mlpgen,
so it runs in its own environment:

python3 -m venv .published && .published/bin/pip install torchvision transformers
.published/bin/python benchmarks/published_weights.py
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
import torchvision
import transformers
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

ROOT = Path(__file__).parent.parent
STYLES = ("explicit", "sequential")
TOLERANCE = 1e-5


class Network(NamedTuple):
    """A published network and the generated one.

    Attributes:
        name: The class in the generated file.
        make: Makes the original.
        example: Makes the input of two examples.
    """

    name: str
    make: Callable[[], nn.Module]
    example: Callable[[], Tensor]


def images() -> Tensor:
    """Return two random images."""
    return torch.randn(2, 3, 224, 224)


def torchvision_model(function: str) -> Callable[[], nn.Module]:
    """Return what makes a model of torchvision without its weights."""
    return lambda: torchvision.models.get_model(function, weights=None)


def gpt2() -> nn.Module:
    """Make GPT-2 as transformers has it."""
    config = transformers.GPT2Config(attn_implementation="sdpa")
    return transformers.GPT2LMHeadModel(config)


def llama() -> nn.Module:
    """Make the model of transformers as small as ours."""
    config = transformers.LlamaConfig(
        vocab_size=32000,
        hidden_size=512,
        intermediate_size=1376,
        num_hidden_layers=8,
        num_attention_heads=8,
        num_key_value_heads=4,
        attn_implementation="sdpa",
    )
    return transformers.LlamaForCausalLM(config)


def texts(vocabulary: int, length: int) -> Callable[[], Tensor]:
    """Return what makes two random texts."""
    return lambda: torch.randint(vocabulary, (2, length))


NETWORKS = {
    "alexnet": Network("AlexNet", torchvision_model("alexnet"), images),
    "vgg16": Network("VGG16", torchvision_model("vgg16"), images),
    "resnet18": Network("ResNet18", torchvision_model("resnet18"), images),
    "resnet50": Network("ResNet50", torchvision_model("resnet50"), images),
    "resnext50": Network("ResNeXt50", torchvision_model("resnext50_32x4d"), images),
    "densenet121": Network("DenseNet121", torchvision_model("densenet121"), images),
    "mobilenet_v2": Network("MobileNetV2", torchvision_model("mobilenet_v2"), images),
    "shufflenet_v2": Network(
        "ShuffleNetV2", torchvision_model("shufflenet_v2_x1_0"), images
    ),
    "vit_b16": Network("ViTB16", torchvision_model("vit_b_16"), images),
    "convnext_tiny": Network(
        "ConvNeXtTiny", torchvision_model("convnext_tiny"), images
    ),
    "regnet_y_400mf": Network(
        "RegNetY400MF", torchvision_model("regnet_y_400mf"), images
    ),
    "swin_t": Network("SwinT", torchvision_model("swin_t"), images),
    "gpt2": Network("GPT2", gpt2, texts(50257, 1024)),
    "llama": Network("Llama", llama, texts(32000, 300)),
}
"""The published networks, by the generated file."""


def made(folder: Path, file: str) -> nn.Module:
    """Import a generated file and make its model."""
    path = folder / f"{file}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model: nn.Module = getattr(module, NETWORKS[file].name)()
    return model.eval()


@torch.no_grad()
def original(file: str) -> nn.Module:
    """Make a published model, with random numbers where it has constants.

    A head of zeros or scales of 1e-6 would hide what is behind them, and signals that
    are small all along a limit at 6. The statistics are those of random images.
    """
    torch.manual_seed(1)
    network = NETWORKS[file]
    model = network.make()
    for each in model.modules():
        if isinstance(each, nn.BatchNorm2d):
            each.momentum = 1.0
            nn.init.uniform_(each.weight, 0.5, 3.0)
            nn.init.normal_(each.bias)
    for value in model.parameters():
        if value.min() == value.max():
            value.add_(torch.randn_like(value), alpha=0.1)
    if any(isinstance(each, nn.BatchNorm2d) for each in model.modules()):
        model.train()(torch.randn(4, 3, 224, 224))
    return model.eval()


def difference_of_keys(own: dict[str, Tensor], other: dict[str, Tensor]) -> str:
    """Return the first key, shape or type that differs; empty if all are the same."""
    mine, theirs = (
        [(key, [*value.shape], value.dtype) for key, value in state.items()]
        for state in (own, other)
    )
    pairs = zip(mine, theirs, strict=False)
    first = next((f"{a} is not {b}" for a, b in pairs if a != b), "")
    if not first and len(mine) != len(theirs):
        return f"{len(mine)} tensors are not {len(theirs)}"
    return first


@torch.inference_mode()
def difference(model: nn.Module, other: nn.Module, given: Tensor) -> float:
    """Return the largest difference of two outputs, relative to their size."""
    found: Any = other(given)
    wanted = found if isinstance(found, torch.Tensor) else found.logits
    if (wanted[0] - wanted[1]).abs().max() == 0:
        raise SystemExit("two examples give the same: the comparison says nothing")
    scale = wanted.abs().max()
    return float((model(given) - wanted).abs().max() / scale)


def main() -> None:
    """Print a table; exit 1 if keys or outputs differ from the published ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generated", type=Path, default=ROOT / "generated")
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    options = parser.parse_args()
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, ", end="")
    print(f"transformers {transformers.__version__}\n")
    print("| network | parameters | keys | explicit | sequential |")
    print("|---|---|---|---|---|")
    failed = False
    for file in options.networks:
        other = original(file)
        state = other.state_dict()
        given = NETWORKS[file].example()
        found: list[str] = []
        for style in STYLES:
            model = made(options.generated / style, file)
            differs = difference_of_keys(model.state_dict(), state)
            if differs:
                print(f"{file}, {style}: {differs}", file=sys.stderr)
                found.append("not loaded")
                failed = True
                continue
            model.load_state_dict(state, strict=True)
            largest = difference(model, other, given)
            failed |= not largest <= TOLERANCE
            found.append(f"{largest:.1e}" if largest else "0")
        count = sum(each.numel() for each in other.parameters())
        keys = "differ" if "not loaded" in found else f"{len(state)} equal, in order"
        print(f"| {file} | {count:,} | {keys} | {' | '.join(found)} |", flush=True)
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
