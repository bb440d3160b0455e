"""A name that is misspelled where it is defined is mended there, not at each use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlpgen import api
from mlpgen.project.fixed_files import fixed
from mlpgen.spec.wording import guess
from tests.test_fix_mutations import diagnosed

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
name: Net
description: The window, the width and the encoded image.
parameters: {width: 16, dropout: 0.1}
values: {doubled: "${2 * width}"}
input: {picture: [3, 32, 32], weights: [8]}
blocks:
  Residual:
    parameters: {window: 3}
    values: {border: "${window // 2}"}
    layers:
      - Conv2d: {out_channels: 16, kernel_size: "${window}", padding: "${border}"}
        name: convolved
      - ReLU:
        from: convolved
      - Dropout: "${border / 10}"
      - add:
        from: [dropout_1, convolved, input]
layers:
  - Conv2d: {out_channels: "${width}", kernel_size: 1}
    from: picture
  - Residual: {window: 5}
  - Dropout: "${dropout}"
  - Conv2d: {out_channels: "${doubled}", kernel_size: 1}
  - Conv2d: {out_channels: 16, kernel_size: 1}
  - Residual
  - Dropout: "${dropout * doubled / 100}"
  - AdaptiveAvgPool2d: 1
  - Flatten
  - Linear: "${width}"
    name: encoded
  - ReLU
  - cat:
    from: [relu_1, encoded, encoded, weights, weights]
"""
SLIPS = {
    "a parameter of the model": ("{width: 16", "{wdith: 16"),
    "a value of the model": ("{doubled:", "{doubeld:"),
    "an input": ("weights: [8]", "weigths: [8]"),
    "a parameter of a block": ("{window: 3", "{widnow: 3"),
    "a value of a block": ("{border:", "{bordre:"),
    "a block": ("  Residual:\n", "  Resiudal:\n"),
    "a layer of a block": ("name: convolved", "name: convovled"),
    "a layer": ("name: encoded", "name: encodde"),
}


@pytest.mark.parametrize("kind", SLIPS)
def test_the_definition_is_mended(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    right, slip = SLIPS[kind]
    assert SPEC.count(right) == 1
    path.write_text(SPEC.replace(right, slip), encoding="utf-8")
    result = fixed(lambda: diagnosed(path), [str(path)])
    result.write()
    assert path.read_text("utf-8") == SPEC
    assert len(result.done) == 1


def test_the_spec_is_right(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    assert api.load(path)


def test_a_use_is_mended_where_the_definition_is_used(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC.replace('"${dropout}"', '"${dropuot}"'), encoding="utf-8")
    assert [each.help for each in diagnosed(path)] == ["did you mean `dropout`?"]


def test_a_slip_in_one_use_may_be_on_either_side(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    once = SPEC.replace("encoded, encoded", "encoded")
    path.write_text(once.replace("name: encoded", "name: encodde"), encoding="utf-8")
    assert [each.help for each in diagnosed(path)] == ["did you mean `encodde`?"]
    path.write_text(SPEC.replace("name: encoded", "name: encodde"), encoding="utf-8")
    said = {each.help for each in diagnosed(path)}
    assert said == {"nothing uses `encodde`: did you mean `encoded` there?"}


@pytest.mark.parametrize(
    ("word", "options", "meant", "certain"),
    [
        ("Lienar", ["Linear", "Bilinear"], ["Linear"], True),  # two letters swapped
        ("Liear", ["Linear", "Bilinear"], ["Linear"], True),
        ("Linnear", ["Linear", "Bilinear"], ["Linear"], True),
        ("eRLU", ["ReLU", "ELU", "SELU"], ["ReLU", "ELU"], False),
        ("hiden", ["hidden", "hide"], ["hidden", "hide"], False),
        ("conv11", ["conv1", "conv2"], ["conv1"], False),  # a wrong number is no slip
    ],
)
def test_one_slip_is_certain_if_no_other_word_is_as_near(
    word: str, options: list[str], meant: list[str], certain: bool
) -> None:
    assert guess(word, options) == (meant, certain)
