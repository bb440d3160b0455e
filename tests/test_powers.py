"""Powers of parameters: `2 ** index` in rounds of any number, and in `forward`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
import yaml
from torch import nn

from mlpgen import api
from mlpgen.proof.checks.subject import load
from mlpgen.symbols.evaluation import evaluate
from mlpgen.symbols.expressions import NotComputedError
from mlpgen.symbols.sizes import Size
from mlpgen.symbols.substitution import substituted
from tests.networks import check_proved, module, network

if TYPE_CHECKING:
    from pathlib import Path

TCN = """
name: TCN
input: [4, 60]
parameters: {channels: 4, levels: 3, power: 2}
blocks:
  TemporalBlock:
    parameters: {channels: 4, dilation: 1}
    layers:
      - ConstantPad1d: {padding: ["${dilation}", 0], value: 0.0}
      - Conv1d: {out_channels: "${channels}", kernel_size: 2, dilation: "${dilation}"}
      - ReLU
layers:
  - TemporalBlock: {channels: "${channels * 2 ** index}", dilation: "${2 ** index}"}
    repeat: "${levels}"
    name: body
  - slice: {dim: 2, end: "${levels ** power + 1}"}
  - mean: 2
  - Linear: "${2 ** power}"
"""


def test_dilations_double_in_each_round() -> None:
    loaded = network(yaml.safe_load(TCN))
    check_proved(loaded)
    for style in api.STYLES:
        made = module(api.render(loaded, style)["tcn.py"]).TCN(levels=4)
        convolutions = [m for m in made.modules() if isinstance(m, nn.Conv1d)]
        assert [each.dilation for each in convolutions] == [(1,), (2,), (4,), (8,)]
        assert made(torch.zeros(1, 4, 60)).shape == (1, 4)


def test_an_exponent_of_other_values_is_checked_again() -> None:
    size = evaluate("${2 ** (a - 2)}", {"a": 4}).value
    assert isinstance(size, Size)
    assert substituted(size, {"a": 5}) == 8
    with pytest.raises(NotComputedError, match="exponent"):
        substituted(size, {"a": 1})


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
@pytest.mark.parametrize("style", api.STYLES)
def test_torchscript_takes_a_power_for_a_fraction(style: str, tmp_path: Path) -> None:
    text = api.render(network(yaml.safe_load(TCN)), style)["tcn.py"]
    assert ": int(self.levels**self.power) + 1]" in text
    path = tmp_path / "tcn.py"  # where torch.jit.script reads it
    path.write_text(text, encoding="utf-8")
    made = load(str(path), "TCN")().eval()
    x = torch.randn(2, 4, 60)
    torch.testing.assert_close(torch.jit.script(made)(x), made(x))
