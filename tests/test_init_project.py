"""`mlpgen init project`: settings are added, and every byte that is there stays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlpgen.cli import run
from mlpgen.project.settings import settings

TABLE = """\
[tool.mlpgen]
specs = ["specs/**/*.yaml"]
out = "generated"
styles = ["explicit"]
"""
ATTRIBUTES = "generated/** linguist-generated=true text=auto eol=lf\n"
RUFF = 'extend-exclude = ["generated"]\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def git(*args: str) -> str:
    done = subprocess.run(["git", *args], check=True, capture_output=True, text=True)
    return done.stdout


def made(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Run it twice, and return what the first run says."""
    capsys.readouterr()
    assert run(["init", "project"]) == 0
    said = capsys.readouterr().out.splitlines()
    before = {path: path.read_bytes() for path in Path().glob("*.*") if path.is_file()}
    assert run(["init", "project"]) == 0
    again = capsys.readouterr().out.splitlines()
    assert [each.partition(";")[0].endswith(": unchanged") for each in again] == [
        True
    ] * len(said)
    assert {path: path.read_bytes() for path in before} == before
    return said


def test_a_folder_without_anything(capsys: pytest.CaptureFixture[str]) -> None:
    assert made(capsys) == ["mlpgen.toml: written"]
    assert Path("mlpgen.toml").read_text() == TABLE.partition("\n")[2]
    assert settings().styles == ("explicit",)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "a"',
        "#  odd   layout\n\n[project]\nname='a' # b\n\n\n",
        "[tool.other]\nx = [\n1,\n  2,]\n",
        "\n",
    ],
)
def test_a_pyproject_keeps_every_byte(
    capsys: pytest.CaptureFixture[str], text: str, ending: str
) -> None:
    old = text.replace("\n", ending).encode()
    Path("pyproject.toml").write_bytes(old)
    Path("pyproject.toml").chmod(0o640)
    assert made(capsys) == ["pyproject.toml: updated"]
    new = Path("pyproject.toml").read_bytes()
    assert new.startswith(old)
    assert new.endswith(TABLE.replace("\n", ending).encode())
    assert Path("pyproject.toml").stat().st_mode & 0o777 == 0o640
    assert settings().file == "pyproject.toml"


def test_git_and_ruff_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    git("init", "-q")
    old = '[tool.ruff]\nline-length = 100  # ours\n\n[tool.ruff.lint]\nselect = ["E"]\n'
    Path("pyproject.toml").write_text(old)
    Path(".gitattributes").write_text("*.png binary")
    assert made(capsys) == [
        "pyproject.toml: updated",
        ".gitattributes: updated",
        "pyproject.toml: updated",
    ]
    wanted = old.replace("# ours\n", f"# ours\n{RUFF}") + f"\n{TABLE}"
    assert Path("pyproject.toml").read_text() == wanted
    assert Path(".gitattributes").read_text() == f"*.png binary\n{ATTRIBUTES}"
    path = "generated/explicit/a.py"
    asked = git("check-attr", "linguist-generated", "eol", "--", path).splitlines()
    assert asked == [f"{path}: linguist-generated: true", f"{path}: eol: lf"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '[tool.ruff]\nextend-exclude = ["a"]\n',
            'extend-exclude = ["a", "generated"]',
        ),
        ('[tool.ruff.lint]\nselect = ["E"]\n', f"\n[tool.ruff]\n{RUFF}"),
    ],
)
def test_ruff_in_other_forms(
    capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    Path("pyproject.toml").write_text(old)
    made(capsys)
    assert new in Path("pyproject.toml").read_text()


def test_ruff_in_a_file_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ruff.toml").write_text("line-length = 100\n\n[lint]\nselect = ['E']\n")
    assert made(capsys) == ["mlpgen.toml: written", "ruff.toml: updated"]
    wanted = f"line-length = 100\n{RUFF}\n[lint]\nselect = ['E']\n"
    assert Path("ruff.toml").read_text() == wanted


@pytest.mark.parametrize(
    "ruff", ["extend-exclude = []\n", "exclude = ['a']\nextend-exclude = 'a'\n"]
)
def test_what_cannot_be_inserted_is_said(
    capsys: pytest.CaptureFixture[str], ruff: str
) -> None:
    Path("ruff.toml").write_text(ruff)
    assert run(["init", "project"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1] == f"ruff.toml: unchanged; add to the top: {RUFF.strip()}"
    assert Path("ruff.toml").read_text() == ruff


@pytest.mark.parametrize("text", ["tool = {a = 1}\n", '[tool]\na = 1\nother = "\n'])
def test_settings_that_cannot_be_appended_are_said(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    Path("pyproject.toml").write_text(text)
    assert run(["init", "project"]) == 1
    said = capsys.readouterr().out
    assert said.startswith(
        "pyproject.toml: unchanged; add a table [tool.mlpgen]: specs"
    )
    assert Path("pyproject.toml").read_text() == text


def test_settings_that_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Their `out` is what git and ruff are told."""
    git("init", "-q")
    Path("pyproject.toml").write_text("[project]\n")
    Path("mlpgen.toml").write_text('out = "made here"\n')
    assert made(capsys) == ["mlpgen.toml: unchanged", ".gitattributes: written"]
    assert Path(".gitattributes").read_text().startswith('"made here/**" linguist-')
    asked = git("check-attr", "linguist-generated", "made here/a.py")
    assert asked == "made here/a.py: linguist-generated: true\n"


def test_a_folder_of_a_project(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mlpgen.toml").touch()
    Path("inner").mkdir()
    monkeypatch.chdir("inner")
    assert run(["init", "project"]) == 0
    said = capsys.readouterr()
    assert said.out == "mlpgen.toml: written\n"
    assert "../mlpgen.toml" in said.err


@pytest.mark.parametrize("more", [["data.csv"], ["--target", "a"], ["--out", "b"]])
def test_it_takes_nothing_else(
    capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    assert run(["init", "project", *more]) == 2
    assert [*Path().iterdir()] == []


def test_a_new_project_is_in_sync(capsys: pytest.CaptureFixture[str]) -> None:
    git("init", "-q")
    assert run(["init", "project"]) == 0
    assert run(["init", "mlp", "--out", "specs/my_mlp.yaml"]) == 0
    assert run(["sync"]) == run(["check"]) == 0
    assert Path("generated/explicit/my_mlp.py").is_file()


@pytest.mark.parametrize(
    "odd", ["3", "[]", "'x'", "{extend-exclude = 3}", "{extend-exclude = {}}"]
)
def test_odd_types_are_no_crash(capsys: pytest.CaptureFixture[str], odd: str) -> None:
    Path("pyproject.toml").write_text(f"[tool]\nruff = {odd}\n")
    assert run(["init", "project"]) == 0
    assert f"ruff = {odd}\n" in Path("pyproject.toml").read_text()
    Path("ruff.toml").write_text("extend-exclude = 3\n")
    assert run(["init", "project"]) == 0
    assert f"ruff.toml: unchanged; add to the top: {RUFF.strip()}" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("text", ["tool = 3\n", "tool = []\n"])
def test_a_tool_that_is_no_table(capsys: pytest.CaptureFixture[str], text: str) -> None:
    Path("pyproject.toml").write_text(text)
    assert run(["init", "project"]) == 1
    assert Path("pyproject.toml").read_text() == text


def test_a_byte_order_mark_hides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_bytes(b"\xef\xbb\xbf[tool.ruff]\nline-length = 99\n")
    assert run(["init", "project"]) == 0
    assert "extend-exclude" in capsys.readouterr().out + Path(
        "pyproject.toml"
    ).read_text("utf-8")
