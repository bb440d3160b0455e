"""What README and docs show is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlpgen import api, source
from mlpgen.cli import COMMANDS

from .networks import network

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_spec_is_the_one_in_the_folder() -> None:
    shown = source.parse(blocks("yaml")[0].encode(), "README.md").data
    whole = source.read(str(ROOT / "specs" / "mnist_mlp.yaml")).data
    assert shown == {key: whole[key] for key in whole if key != "training"}


@pytest.mark.parametrize(("index", "style"), [(0, "explicit"), (1, "sequential")])
def test_the_classes_are_those_rendered(index: int, style: str) -> None:
    text = (ROOT / "generated" / style / "mnist_mlp.py").read_text(encoding="utf-8")
    cls = text[text.index("class ") :]
    without = re.sub(r'    """.*?"""\n\n', "", cls, count=1, flags=re.DOTALL)
    assert blocks("python")[index] == without


def test_the_block_is_the_one_rendered() -> None:
    spec = source.parse(blocks("yaml")[1].encode(), "README.md").data
    text = api.render(network(spec))["tiny_res_net.py"]
    cls = text[text.index("class Residual") : text.index("\n\n\nclass Tiny")]
    without = re.sub(r'    """.*?"""\n\n', "", cls, count=1, flags=re.DOTALL)
    assert blocks("python")[3] == without + "\n"


@pytest.mark.parametrize("path", [ROOT / "docs" / "language.md"], ids=["language"])
def test_yaml_of_the_docs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        begin = "layers:\n" if each.startswith("- ") else ""
        assert source.parse((begin + each).encode(), path.name).data


def test_every_command_is_explained() -> None:
    for command in COMMANDS:
        assert f"`mlpgen {command}" in README


def test_commands_of_one_line() -> None:
    main, tests = blocks("sh")
    assert main.count("\n") == tests.count("\n") == 1
