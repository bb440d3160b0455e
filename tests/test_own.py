"""`mlpgen own`: a generated file is a person's from now on, and the settings say so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mlpgen.cli import run
from mlpgen.project.settings import settings

from .test_check import SPEC

SMALL = SPEC.partition("training:")[0]
TRAIN = "generated/explicit/train_mnist_mlp.py"
PYPROJECT = (
    '[project]\r\nname = "é"\r\n\r\n[tool.mlpgen]  # ours\r\nstyles = ["explicit"]\r\n'
)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "specs").mkdir()
    (folder / "specs/mnist.yaml").write_text(SPEC, "utf-8")
    (folder / "specs/broken.txt").write_text("name: 3\n")
    (folder / "pyproject.toml").write_bytes(PYPROJECT.encode())
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert run(["sync"]) == 0
    finally:
        os.chdir(before)
    return folder


@pytest.fixture(autouse=True)
def project(rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(rendered, folder)
    monkeypatch.chdir(folder)
    return folder


def refused(capsys: pytest.CaptureFixture[str], *files: str) -> str:
    """Return the one line that says why; nothing is changed."""
    before = Path("pyproject.toml").read_bytes()
    capsys.readouterr()
    assert run(["own", *files]) == 2
    assert Path("pyproject.toml").read_bytes() == before
    said = capsys.readouterr().err
    assert said.startswith("error[MG009]: ")
    assert said.count("error[") == len(files)
    return said.removeprefix("error[MG009]: ")


def test_a_file_is_a_persons(capsys: pytest.CaptureFixture[str]) -> None:
    """It is added to the settings, of which every other byte stays."""
    Path("pyproject.toml").chmod(0o640)
    capsys.readouterr()
    assert run(["own", TRAIN]) == 0
    assert capsys.readouterr().out == f"{TRAIN}: yours\npyproject.toml: updated\n"
    new = PYPROJECT + f'own = ["{TRAIN}"]\r\n'
    assert Path("pyproject.toml").read_bytes() == new.encode()
    assert Path("pyproject.toml").stat().st_mode & 0o777 == 0o640
    Path(TRAIN).write_text("# mine\n")
    assert run(["check"]) == run(["render"]) == run(["sync"]) == 0
    assert Path(TRAIN).read_text() == "# mine\n"


def test_twice_is_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["own", TRAIN]) == 0
    before = Path("pyproject.toml").read_bytes()
    capsys.readouterr()
    assert run(["own", TRAIN, f"./{TRAIN}"]) == 0
    assert capsys.readouterr().out == f"{TRAIN}: yours\npyproject.toml: unchanged\n"
    assert Path("pyproject.toml").read_bytes() == before


def test_several_from_a_folder_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("generated/explicit")
    assert run(["own", "train_mnist_mlp.py", "mnist_mlp.py"]) == 0
    assert settings().own == (TRAIN, "generated/explicit/mnist_mlp.py")


def test_names_are_no_patterns() -> None:
    Path("mlpgen.toml").write_text('out = "[a]*"\nstyles = ["explicit"]\n')
    Path("pyproject.toml").unlink()
    assert run(["sync"]) == 0
    assert run(["own", "[a]*/explicit/mnist_mlp.py"]) == 0
    assert settings().own == ("[[]a][*]/explicit/mnist_mlp.py",)
    Path("[a]*/explicit/mnist_mlp.py").write_text("# mine\n")
    assert run(["check"]) == 0


def test_a_file_that_is_gone() -> None:
    """It is not written again."""
    Path(TRAIN).unlink()
    assert run(["own", TRAIN]) == 0
    assert run(["sync"]) == 0
    assert not Path(TRAIN).exists()


def test_a_file_whose_header_is_gone() -> None:
    Path(TRAIN).write_text("# mine\n")
    assert run(["own", TRAIN]) == 0


def test_a_shared_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "generated/explicit/training.py") == (
        "`generated/explicit/training.py` is shared by all scripts of its folder\n"
        " = help: replace it by a template: `mlpgen templates --copy training`\n"
    )


def test_a_file_that_is_not_generated(capsys: pytest.CaptureFixture[str]) -> None:
    Path("generated/explicit/mine.py").write_text("# mine\n")
    said = refused(capsys, "generated/explicit/mine.py")
    assert "`generated/explicit/mine.py` is yours already: mlpgen did not" in said
    assert "`nowhere.py` does not exist\n" in refused(capsys, "nowhere.py")
    assert "`generated` a folder is at this path\n" in refused(capsys, "generated")


def test_a_file_of_two_specs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("specs/other.yaml").write_text(SMALL, "utf-8")
    said = refused(capsys, "generated/explicit/mnist_mlp.py")
    assert "is made by `specs/mnist.yaml` and by `specs/other.yaml`\n" in said
    assert run(["render"]) == 2
    said = capsys.readouterr().err
    assert said.count("error[") == said.count("error[MG217]") == 1


def test_several_mistakes_are_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, "nowhere.py", "generated/explicit/training.py")


def test_specs_with_mistakes_do_not_matter() -> None:
    Path("specs/broken.yaml").write_text("name: 3\n")
    assert run(["own", TRAIN]) == 0


def test_settings_that_cannot_be_added_to(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text('tool.mlpgen.styles = ["explicit"]\n')
    said = refused(capsys, TRAIN)
    assert "`own` cannot be added to `pyproject.toml` without another layout\n" in said
    assert f'help: add it yourself: own = ["{TRAIN}"]\n' in said


def test_without_settings(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").unlink()
    assert run(["own", TRAIN]) == 2
    assert "`mlpgen init project` makes some" in capsys.readouterr().err


def test_all_files_can_be_owned(capsys: pytest.CaptureFixture[str]) -> None:
    Path("specs/mnist.yaml").write_text(SMALL, "utf-8")
    assert run(["sync"]) == 0
    assert run(["own", "generated/explicit/mnist_mlp.py"]) == 0
    capsys.readouterr()
    assert run(["check"]) == run(["sync"]) == 0
