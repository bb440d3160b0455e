"""A spec holds for other parameters too, or there is a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlpgen import api

from .networks import model

if TYPE_CHECKING:
    from pathlib import Path


def warnings(folder: Path, text: str) -> list[str]:
    """Return the codes of the warnings."""
    path = folder / "net.yaml"
    path.write_text(f"name: Net\n{text}", encoding="utf-8")
    return [each.code for each in api.load(path).warnings]


BY_CHANCE = {
    "two parameters": """
parameters: {a: 8, b: 8}
input: [8]
layers:
  - Linear: "${a}"
    name: one
  - Linear: "${b}"
    name: two
    from: input
  - add:
    from: [one, two]
""",
    "a size that was said": """
parameters: {a: 8}
input: [4]
layers:
  - Linear: "${a}"
  - Linear: {in_features: 8, out_features: 2}
""",
    "a size of 1 that is spread": """
parameters: {channels: 1}
input: [3, 8, 8]
layers:
  - Conv2d: {out_channels: "${channels}", kernel_size: 1}
    name: mask
  - Conv2d: {out_channels: 5, kernel_size: 1}
    from: input
    name: image
  - mul:
    from: [image, mask]
""",
    "a name for each part": """
parameters: {n: 2}
input: [8]
layers:
  - Linear: "${4 * n}"
  - Unflatten: {dim: 1, unflattened_size: ["${n}", 4]}
  - unbind: {dim: 1, names: [a, b]}
    name: parts
  - add:
    from: [parts.a, parts.b]
""",
    "a layer that other values add": """
parameters: {hidden: 1, r: 0}
input: [2, 6, 6]
layers:
  - Conv2d: {out_channels: "${hidden}", kernel_size: 1}
  - Conv2d: {out_channels: 2, kernel_size: 1}
    when: "${r > 0 and 16 // r > 1}"
    name: more
  - matmul:
    from: [conv2d_1, more]
  - Conv2d: {out_channels: 2, kernel_size: 1}
""",
    "a layer that two flags add": """
parameters: {hidden: 8, wide: false, deep: false}
input: [8]
layers:
  - Linear: "${hidden}"
    name: first
  - Linear: 9
    when: "${wide and deep}"
  - add:
    from: [first, linear_1]
""",
    "heads and their width": """
parameters: {heads: 2, width: 4}
input: [6, 8]
layers:
  - reshape: [6, "${heads}", "${width}"]
""",
}

BY_RULE = {
    "halves and doubles": """
parameters: {size: 8}
input: [4]
layers:
  - Linear: "${size * 2}"
    name: skip
  - Unflatten: {dim: 1, unflattened_size: [1, "${size * 2}"]}
  - MaxPool1d: 2
  - Upsample: {scale_factor: 2}
  - Flatten
  - add:
    from: [skip, flatten_1]
""",
    "the same parameter by other ways": """
parameters: {width: 8, heads: 2}
input: [6, 8]
layers:
  - Linear: "${width}"
    name: whole
  - reshape: [6, "${heads}", "${width // heads}"]
  - reshape: [6, "${width}"]
  - add:
    from: [whole, reshape_2]
""",
    "sizes that never differ, however long their code": """
blocks:
  Down:
    layers:
      - MaxPool2d: 2
      - MaxPool2d: {kernel_size: 3, stride: 2, padding: 1}
      - MaxPool2d: {kernel_size: 3, stride: 2, padding: 1}
      - Flatten
      - Linear: 10
input: [2, 32, 32]
layers:
  - Down
""",
    "a block whose uses all fit": """
parameters: {width: 8}
blocks:
  Res:
    parameters: {width: 8}
    layers:
      - Linear: "${width}"
        name: inner
      - add:
        from: [inner, input]
input: [4]
layers:
  - Linear: "${width}"
  - Res: {width: "${width}"}
""",
}


@pytest.mark.parametrize("name", BY_CHANCE)
def test_equal_by_chance(name: str, tmp_path: Path) -> None:
    assert warnings(tmp_path, BY_CHANCE[name]) == ["MG316"]


@pytest.mark.parametrize("name", BY_RULE)
def test_equal_by_rule(name: str, tmp_path: Path) -> None:
    assert warnings(tmp_path, BY_RULE[name]) == []


PARTS = """
parameters: {w: 4, k: 2}
input: [8]
layers:
  - Linear: "${w}"
  - chunk: {chunks: 2, dim: 1, names: [a, b]}
    name: parts
  - Linear: 3
    from: parts.a
  - Unflatten: {dim: 1, unflattened_size: [1, 3]}
  - pad: {pad: ["${(k - 1) * 2}", 0]}
"""


@pytest.mark.parametrize("style", api.STYLES)
def test_parts_and_padding_hold_for_other_parameters(
    style: str, tmp_path: Path
) -> None:
    import torch

    path = tmp_path / "net.yaml"
    path.write_text(f"name: Net{PARTS}", encoding="utf-8")
    net = api.load(path)
    assert net.warnings == ()
    made = type(model(net, style))(w=5, k=3)
    assert made(torch.zeros(2, 8)).shape == (2, 1, 7)
