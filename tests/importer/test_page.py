"""`docs/import.md`: its commands run, and say what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from mlpgen.cli import run
from mlpgen.importer import session

from .forked import Forked, start_server

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


COMMANDS = [
    line.removeprefix("$ ")
    for each in blocks("console")
    for line in each.splitlines()
    if "# needs" not in line
]


def test_the_commands_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start_server()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(session.subprocess, "Popen", Forked)
    (code,) = blocks("python")
    Path("net.py").write_text(code, "utf-8")
    first, *others = COMMANDS
    assert run(shlex.split(first)[1:]) == 0
    (spec,) = blocks("yaml")
    assert Path("net.yaml").read_text("utf-8") == spec
    assert capsys.readouterr().err == blocks("text")[0]
    for command in others:
        name, *args = shlex.split(command)
        if name == "python":
            exec(args[1])
        else:
            assert run(args) == 0, command
    assert Path("net.safetensors").exists()
    assert len(others) >= 4
