"""Specs of well-known networks, against published numbers of parameters."""

from __future__ import annotations

import ast
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import api, load
from mlpgen.graph.captures import free_captures
from mlpgen.proof.checks.shapes_and_counts import need_outputs
from mlpgen.proof.checks.subject import call, made_inputs
from mlpgen.proof.claims import claims

from .networks import model

if TYPE_CHECKING:
    from mlpgen.api import Network

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "specs" / "zoo").glob("*.yaml"))

PUBLISHED = {
    "alexnet": (61_100_840, 16, "23c3b8d4a3e86dc8"),
    "convnext_tiny": (28_589_128, 182, "923f285139243a72"),
    "densenet121": (7_978_856, 727, "08ed4bd108558638"),
    "gpt2": (124_439_808, 149, "28cddd96c606cdbe"),
    "mobilenet_v2": (3_504_872, 314, "a18c560d82f6d01d"),
    "regnet_y_400mf": (4_344_144, 384, "872a203a03e8d754"),
    "resnet18": (11_689_512, 122, "66b04efc1dfd4b80"),
    "resnet50": (25_557_032, 320, "614cd53ddf849669"),
    "resnext50": (25_028_904, 320, "5157aafec2a2c5e4"),
    "shufflenet_v2": (2_278_604, 338, "cb82a4e6fc1db15e"),
    "swin_t": (28_288_354, 185, "7a6ed035a2abee59"),
    "vit_b_16": (86_567_656, 152, "a83b288843a9372e"),
    "vgg16": (138_357_544, 32, "8a41c838cadbc3e0"),
}
"""Parameters, tensors and a digest of the keys and shapes of published networks.

They are torchvision's models, and those of transformers. `benchmarks/published_weights`
loads the originals' weights and names the first key that differs.
"""


@cache
def zoo(name: str) -> Network:
    return load(ROOT / "specs" / "zoo" / f"{name}.yaml")


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.thinned(3)
def test_parameters_are_those_published(name: str) -> None:
    assert zoo(name).graph.total_parameters == PUBLISHED[name][0]


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.thinned(3)
def test_keys_and_shapes_are_those_published(name: str, style: str) -> None:
    """In order, so that `load_state_dict` takes the published weights as they are."""
    _, tensors, digest = PUBLISHED[name]
    loaded = zoo(name)
    with torch.device("meta"):
        state = model(loaded, style).state_dict()
    lines = [f"{key} {[*value.shape]}" for key, value in state.items()]
    assert len(lines) == tensors
    assert sha256("\n".join(lines).encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_spec_fits_on_a_page(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.exhaustive
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_all_layers_can_be_captured(path: Path) -> None:
    """All at once, without values where that is possible; `prove` checks them."""
    loaded = zoo(path.stem)
    names = free_captures(loaded.graph)
    said: Any = claims(loaded.graph, names)
    assert len(said["outputs"]) == len(names) + len(loaded.graph.outputs)
    device = "cpu" if said["packs"] else "meta"  # torch packs by lengths on the CPU
    for style in api.STYLES:
        with torch.device(device):
            made = model(loaded, style, capture=names).eval()
            plain = model(loaded, style)
        assert [*made.state_dict()] == [*plain.state_dict()]
        given = [each.to(device) for each in made_inputs(said, 2)]
        need_outputs(call(made, given), said["outputs"], 2, f"in {style}")


@pytest.mark.parametrize("style", api.STYLES)
def test_resnet18_is_short(style: str) -> None:
    (text,) = api.render(zoo("resnet18"), style).values()
    assert code_lines(text) <= 75


def code_lines(text: str) -> int:
    """Count lines without blank ones, comments and docstrings."""
    lines = set()
    tree = ast.parse(text)
    documented = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and ast.get_docstring(node)
    ]
    inside = {
        number
        for node in documented
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#") and number not in inside:
            lines.add(number)
    return len(lines)
