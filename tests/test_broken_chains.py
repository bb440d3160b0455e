"""Classes that need a `forward` even in sequential style, and the warning about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mlpgen.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

CHAIN = """\
name: LowerCase
input: [8]
layers:
  - Linear: 16
  - relu
  - Linear: 4
  - log_softmax: {dim: 1}
"""
SEVERAL = """\
name: Net
input: [8]
blocks:
  Two:
    layers:
      - Linear: 4
      - relu
      - Linear: 4
    outputs: [linear_1, linear_2]
layers:
  - Two
"""
SAID = (
    "`LowerCase` is not an `nn.Sequential` in sequential style, because `relu_1` is a"
)


def said(text: str, folder: Path, *options: str) -> str:
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    args = ["render", str(folder / "spec.yaml"), "--out", str(folder), *options]
    result = CliRunner().invoke(cli, args, standalone_mode=False)
    assert result.exit_code == 0
    return result.stderr


def test_the_line_is_named(tmp_path: Path) -> None:
    found = said(CHAIN, tmp_path, "--style", "sequential")
    assert f"spec.yaml:5:5: warning[MG318]: {SAID} function" in found
    assert "help: write `ReLU` and `LogSoftmax`" in found
    assert SAID in said(CHAIN + "style: sequential\n", tmp_path)
    both = said(CHAIN, tmp_path, "--style", "explicit", "--style", "sequential")
    assert both.count("MG318") == 1


@pytest.mark.parametrize(
    "text",
    [
        CHAIN.replace("relu", "ReLU").replace("log_softmax", "LogSoftmax"),
        CHAIN.replace("log_softmax: {dim: 1}", "abs"),  # no module does that
        CHAIN + "  - add:\n    from: [linear_1, linear_1]\n",
        SEVERAL,
    ],
)
def test_no_warning_for_chains_and_branches(text: str, tmp_path: Path) -> None:
    assert "MG318" not in said(text, tmp_path, "--style", "sequential")


def test_no_warning_in_other_styles(tmp_path: Path) -> None:
    assert "MG318" not in said(CHAIN, tmp_path, "--style", "explicit")
