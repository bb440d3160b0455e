"""Settings of a project: where they stand, what is wrong with them, their schema."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from mlpgen.cli import run
from mlpgen.project.owned_files import OwnedFiles
from mlpgen.project.settings import Lint, settings
from mlpgen.project.settings_keys import KEYS
from mlpgen.schema.settings import schema, text

from .test_check import ROOT, SPEC, WRONG

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
WHOLE = """\
specs = ["nets/**/*.yaml"]
out = "pkg/made"
styles = ["sequential"]
package = "pkg.made"
templates = "mine"
own = ["pkg/made/**/train_odd.py", "../elsewhere"]

[lint]
ignore = ["MG501"]
strict = true
hints = true
"""
BEYOND = {'[tool.mlpgen]\nspecs = ["' + "**/a/" * 5 + '"]\n'}
"""How many folders a pattern may go through, which no schema counts."""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Run a command that fails with mistakes, and return what it says."""
    assert run(args) == 2
    return capsys.readouterr().err


def test_a_file_of_their_own_has_them_at_the_top() -> None:
    Path("mlpgen.toml").write_text(WHOLE)
    found = settings()
    assert found.styles == ("sequential",)
    assert found.own == ("pkg/made/**/train_odd.py", "../elsewhere")
    assert found.lint == Lint(("MG501",), strict=True, hints=True)
    assert found.file == "mlpgen.toml"


def test_they_are_found_upwards(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mlpgen.toml").write_text(WHOLE)
    Path("nets/deep").mkdir(parents=True)
    Path("nets/pyproject.toml").write_text("[tool.other]\n")
    monkeypatch.chdir("nets/deep")
    found = settings()
    assert (found.root, found.file) == ("../..", "../../mlpgen.toml")
    assert found.folder == Path("../../pkg/made")


@pytest.mark.parametrize("command", [["check"], ["render"], ["validate", "x.yaml"]])
def test_two_files_with_settings(
    capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    Path("mlpgen.toml").write_text('out = "here"\n')
    Path("pyproject.toml").write_text('[tool.mlpgen]\nout = "there"\n')
    assert said(capsys, *command).startswith(
        "error[MG006]: `pyproject.toml` and `mlpgen.toml` both have settings of mlpgen"
    )


@pytest.mark.parametrize("empty", ["mlpgen.toml", "pyproject.toml"])
def test_a_file_without_settings_is_none_of_two(empty: str) -> None:
    Path("mlpgen.toml").write_text('out = "here"\n')
    Path("pyproject.toml").write_text('[tool.mlpgen]\nout = "here"\n')
    rest = {"mlpgen.toml": "# none\n", "pyproject.toml": "[tool.mlpgen]\n"}
    Path(empty).write_text(rest[empty])
    assert settings().out == "here"
    assert settings().file != empty


WRONG_PLAIN = {
    'spec = ["a"]\n': "1:1: error[MG201]: the settings have no key `spec`\n",
    "# a\nout = 3\n": "2:7: error[MG203]: `out` must be the path of a folder, not `3`",
    'out = "a"\n[lint]\nstrickt = true\n': "3:1: error[MG201]: the table `lint` has no",
    "[tool.mlpgen]\nout = 3\n": "1:1: error[MG201]: the settings have no key `tool`\n",
    "strict = true\n": "1:1: error[MG201]: the settings have no key `strict`\n",
    "lint = 3\n": "1:8: error[MG203]: `lint` must be a table, not `3`\n",
    "out =\n": "1:6: error[MG006]: this is not TOML: Invalid value",
    'own = "a.py"\n': "1:7: error[MG203]: `own` must be a list of patterns",
    "own = []\n": "1:7: error[MG204]: `own` must be a list of patterns",
    'own = ["/a.py"]\n': "1:7: error[MG203]: `own` must be a list of patterns",
    'own = ["a\\\\b.py"]\n': "1:7: error[MG203]: `own` must be a list of patterns",
    'own = ["a/../b.py"]\n': "1:7: error[MG203]: `own` must be a list of patterns",
    'own = ["made/training.py"]\n': "1:7: error[MG204]: `own` must be a list of "
    "patterns of paths, such as `generated/explicit/train_odd.py`, but it contains the "
    "string `made/training.py`: all scripts share it; `mlpgen templates --copy "
    "training` is your own one\n",
}


@pytest.mark.parametrize("wrong", WRONG_PLAIN)
def test_mistakes_have_their_place(
    capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    Path("mlpgen.toml").write_text(wrong)
    found = said(capsys, "check")
    assert found.startswith(f"mlpgen.toml:{WRONG_PLAIN[wrong]}")
    assert found.count("error[") == 1


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("made/explicit/train_odd.py", {"made/explicit/train_odd.py"}),
        ("made/*/odd.py", {"made/explicit/odd.py", "made/sequential/odd.py"}),
        ("made/**/train_*", {"made/explicit/train_odd.py"}),
        ("**/odd.*", {"made/explicit/odd.py", "made/sequential/odd.py"}),
        ("made/sequential", {"made/sequential/odd.py"}),
        ("made/*.py", {"made/[odd].py"}),
        ("odd.py", set[str]()),
        ("made/expl", set[str]()),
        ("../gen", {"../gen/explicit/odd.py"}),
        ("*/[[]odd[]].py", {"made/[odd].py"}),
    ],
)
def test_patterns_of_own_files(pattern: str, files: set[str]) -> None:
    """A folder stands for all in it; shared modules are never a person's."""
    every = [
        *(
            "made/explicit/odd.py",
            "made/explicit/train_odd.py",
            "made/sequential/odd.py",
        ),
        *("made/sequential/training.py", "../gen/explicit/odd.py", "made/[odd].py"),
    ]
    own = OwnedFiles(((".", pattern),))
    assert {each for each in every if own.has(Path(each))} == files
    below = OwnedFiles((("..", f"here/{pattern}"),))
    assert not below.has(Path("made/explicit/odd.py"))


class Project:
    """A project with one spec that trains, whose script is a person's."""

    def __init__(self) -> None:
        Path("specs").mkdir()
        Path("specs/odd.yaml").write_text(SPEC.replace("MnistMLP", "Odd"), "utf-8")
        Path("mlpgen.toml").write_text('styles = ["explicit"]\n')
        assert run(["render"]) == 0
        self.train = Path("generated/explicit/train_odd.py")
        self.train.write_text("from training import x\n# mine\n", "utf-8")

    def own(self) -> None:
        with Path("mlpgen.toml").open("a") as file:
            file.write(f'own = ["{self.train.as_posix()}"]\n')


@pytest.mark.parametrize("by", ["setting", "option"])
def test_own_files_are_neither_written_nor_checked(
    capsys: pytest.CaptureFixture[str], by: str
) -> None:
    project = Project()
    option = ["--own", project.train.as_posix()] if by == "option" else []
    assert run(["check"]) == run(["render"]) == 1
    if by == "setting":
        project.own()
    before = project.train.read_bytes()
    for command in ("check", "render"):
        capsys.readouterr()
        assert run([command, *option]) == 0
        assert "train_odd" not in capsys.readouterr().out
    assert run(["render", "--force", *option]) == 0
    assert project.train.read_bytes() == before
    project.train.unlink()
    assert run(["check", *option]) == run(["render", *option]) == 0
    assert not project.train.exists()


def test_own_files_keep_the_modules_that_they_import(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Although no spec trains any more."""
    project = Project()
    project.own()
    Path("specs/odd.yaml").write_text(
        SPEC.replace("MnistMLP", "Odd").partition("training:")[0], "utf-8"
    )
    capsys.readouterr()
    assert run(["render"]) == 0
    rm = capsys.readouterr().out.partition("rm ")[2].split()
    assert "generated/explicit/predict_odd.py" in rm
    assert "generated/explicit/training.py" not in rm
    assert project.train.as_posix() not in rm


def test_an_own_file_of_a_spec_that_is_gone_is_no_orphan() -> None:
    project = Project()
    project.own()
    assert run(["render", "--force", "--own", "nothing"]) == 0
    Path("specs/odd.yaml").unlink()
    assert run(["check"]) == 1
    for path in Path("generated/explicit").iterdir():
        if path != project.train:
            path.unlink()
    project.train.write_text("# mine\n")
    Path("specs/other.yaml").write_text(SPEC, "utf-8")
    assert run(["render"]) == run(["check"]) == 0


def test_the_schema_is_one() -> None:
    meta.validate(SCHEMA)
    path = ROOT / "schemas" / "settings.schema.json"
    assert path.read_text(encoding="utf-8") == text()


def test_the_schema_has_every_key() -> None:
    VALIDATOR.validate(tomllib.loads(WHOLE))
    assert {*tomllib.loads(WHOLE)} == {*KEYS[""], "lint"}
    committed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    VALIDATOR.validate(committed["tool"]["mlpgen"])


@pytest.mark.parametrize(
    "wrong", [each for each in WRONG | WRONG_PLAIN if len(each) < 9999]
)
def test_wrong_settings_are_wrong_for_the_schema(wrong: str) -> None:
    """But for names that only mlpgen knows: of its modules, warnings and mistakes."""
    try:
        table: Any = tomllib.loads(wrong)
    except tomllib.TOMLDecodeError:
        return
    if wrong in WRONG:
        table = table["tool"]["mlpgen"]
    data = json.loads(json.dumps(table, default=str))
    names = any(each in wrong for each in ("training.py", "MG313", "2023", "\udcff"))
    assert VALIDATOR.is_valid(data) == (wrong in BEYOND or names)
