"""Teams: the commands of `docs/teams.md`, the hooks for pre-commit, the action."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlpgen.cli import run
from mlpgen.cli.commands import COMMANDS

from .test_check import SPEC

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "teams.md").read_text("utf-8")
SCRIPTS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
)
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
SCRIPTS_FOLDER = str(Path(sys.executable).parent)
NEEDS_SH = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
NEEDS_PRE_COMMIT = pytest.mark.skipif(
    shutil.which("pre-commit", path=SCRIPTS_FOLDER) is None, reason="needs pre-commit"
)


def environment(folder: Path) -> dict[str, str]:
    """Return an environment with mlpgen, whose git knows an author."""
    author = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "a"), ("EMAIL", "a@b"))
    }
    path = f"{SCRIPTS_FOLDER}{os.pathsep}{os.environ['PATH']}"
    home = str(folder.parent / "home")
    return os.environ | author | {"PATH": path, "HOME": home}


def shell(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment(folder) | more,
        capture_output=True,
        text=True,
    )


@NEEDS_SH
def test_the_commands_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them, one after the other, in a folder where nothing is."""
    monkeypatch.chdir(tmp_path)
    said = ""
    for line in "".join(SCRIPTS).splitlines():
        command, _, file = line.partition(" > ")
        if command.startswith("mlpgen "):
            words = command.removesuffix(" || true")
            assert run(shlex.split(words)[1:]) == int(words != command), line
        else:
            done = shell(line, tmp_path)
            assert done.returncode == 0, line + done.stderr
        out = capsys.readouterr().out
        said += out
        if file:
            Path(file).write_text(out, "utf-8")
    made = "generated/explicit"
    assert f"{made}/digits.py: moved; it was {made}/my_mlp.py" in said
    assert f"{made}/my_mlp.py: updated; its spec was specs/my_mlp.yaml" in said
    assert f"{made}/predict_digits.py: yours" in said
    assert "hidden: 128 → 256" in said and "1 of code, 3 of weights" in said
    assert json.loads(Path("mlpgen.sarif").read_text("utf-8"))["version"] == "2.1.0"
    Path("mlpgen.sarif").unlink()
    assert shell("git status --porcelain", tmp_path).stdout == ""


@NEEDS_SH
@pytest.mark.exhaustive
def test_the_page_as_a_script(tmp_path: Path) -> None:
    done = shell("".join(SCRIPTS), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_has_commands_that_exist() -> None:
    named = {*re.findall(r"^mlpgen (\S+)", "".join(SCRIPTS), re.MULTILINE)}
    assert {"init", "sync", "check", "own", "validate"} <= named <= {*COMMANDS}
    hooks = {*re.findall(r"- id: (\S+)", PAGE)}
    assert hooks and hooks <= {each["id"] for each in HOOKS}
    inputs = re.findall(r"with: \{(.*?)\}", PAGE)[0]
    assert {*re.findall(r"(\w+):", inputs)} <= {*ACTION["inputs"]}


def test_the_hooks_are_commands() -> None:
    for hook in HOOKS:
        name, command = hook["entry"].split()
        assert (name, hook["id"]) == ("mlpgen", f"mlpgen-{command}")
        assert command in COMMANDS and hook["language"] == "python"


def repository(folder: Path, language: str) -> Path:
    """Make a repository with the hooks, and a project that uses all of them.

    Args:
        folder: Where both are made.
        language: That of the hooks; with `system`, pre-commit installs nothing.
    """
    source, project = folder / "hooks", folder / "project"
    if language == "python":
        command = ["git", "clone", "--quiet", str(ROOT), str(source)]
        subprocess.run(command, check=True, capture_output=True)
    else:
        source.mkdir()
        assert shell("git init --quiet", source).returncode == 0
    hooks = [{**each, "language": language} for each in HOOKS]
    text = yaml.safe_dump(hooks)
    (source / ".pre-commit-hooks.yaml").write_text(text, "utf-8")
    add = "git add --all && git commit --quiet --no-verify --allow-empty -m hooks"
    assert shell(f"{add} && git tag v1", source).returncode == 0
    used = [{"id": each["id"]} for each in HOOKS]
    config = {"repos": [{"repo": str(source), "rev": "v1", "hooks": used}]}
    project.mkdir()
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    done = shell(f"git init --quiet; pre-commit install\n{SCRIPTS[0]}", project)
    assert "A first network" in shell("git log", project).stdout, (
        done.stdout + done.stderr
    )
    return project


def check_hooks(project: Path) -> None:
    """A commit that forgets a generated file fails, and passes when it is there."""
    spec = project / "specs" / "my_mlp.yaml"
    spec.write_text(
        spec.read_text("utf-8").replace("hidden: 128", "hidden: 96"), "utf-8"
    )
    commit = "git commit --quiet --all --message 96"
    done = shell(commit, project)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert re.search(r"mlpgen validate\.+Passed", said), said
    assert re.search(r"mlpgen sync\.+Failed\n.*\n.*files were modified", said), said
    assert shell(commit, project).returncode == 0
    assert shell("git status --porcelain", project).stdout == ""
    spec.write_text("name: 3\n")
    done = shell(commit, project)
    assert done.returncode == 1 and "error[MG" in done.stdout + done.stderr


@NEEDS_SH
@NEEDS_PRE_COMMIT
@pytest.mark.exhaustive
def test_the_hooks_in_a_repository(tmp_path: Path) -> None:
    check_hooks(repository(tmp_path, "system"))


@NEEDS_SH
@NEEDS_PRE_COMMIT
@pytest.mark.exhaustive
def test_the_hooks_install_mlpgen(tmp_path: Path) -> None:
    """From the package index, into an environment of their own."""
    check_hooks(repository(tmp_path, "python"))


STEPS = [each for each in ACTION["runs"]["steps"] if "mlpgen " in each.get("run", "")]


@NEEDS_SH
def test_the_steps_of_the_action(tmp_path: Path) -> None:
    """They run in a subfolder, and annotate the lines of specs from the root."""
    folder = tmp_path / "models"
    (folder / "specs").mkdir(parents=True)
    spec = folder / "specs" / "mnist.yaml"
    spec.write_text(f"# first\n{SPEC}", "utf-8")
    assert (
        shell(
            "git init --quiet; cd models; mlpgen init project; mlpgen sync", tmp_path
        ).returncode
        == 0
    )
    runs = [each["run"] for each in STEPS if each["name"] != "Install mlpgen"]
    assert len(runs) == 3
    more = {"STRICT": "true", "SARIF": "out.sarif", "GITHUB_WORKSPACE": str(tmp_path)}
    for script in runs:
        done = shell(script, folder, **more)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    spec.write_text(
        spec.read_text("utf-8").replace("hidden_1: 128", "hidden_1: 96"), "utf-8"
    )
    done = shell(runs[-1], folder, **more)
    line = 1 + spec.read_text("utf-8").splitlines().index("name: MnistMLP")
    at = f"file=models/specs/mnist.yaml,line={line}"
    start = f"::error {at},title=stale generated files::"
    assert done.returncode == 1
    assert done.stdout.startswith(f"{start}generated/explicit/mnist_mlp.py, ")
    assert done.stdout.count("::error ") == 1
    spec.write_text(
        spec.read_text("utf-8").replace("- Flatten\n", "- Flaten\n"), "utf-8"
    )
    for script in runs:
        done = shell(script, folder, **more)
    found = shell(runs[1], folder, **more)
    assert found.returncode == 2
    assert found.stdout.startswith("::error file=models/specs/mnist.yaml,line=")
    log = json.loads((tmp_path / "out.sarif").read_text("utf-8"))
    (result,) = log["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "models/specs/mnist.yaml"


def test_the_action_takes_no_text_as_code() -> None:
    """Inputs reach scripts as variables of the environment only."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("command", ["validate", "render", "check", "sync"])
def test_commands_without_arguments_mean_the_project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    """Also in its subfolders; without settings they say what to do."""
    (tmp_path / "nets" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    if command != "check":
        assert run([command]) == 2
        assert "`mlpgen init project`" in capsys.readouterr().err
    Path("mlpgen.toml").write_text('specs = ["nets/*.yaml"]\nstyles = ["explicit"]\n')
    Path("nets/one.yaml").write_text(SPEC, "utf-8")
    assert run(["sync"]) == 0
    monkeypatch.chdir("nets/deep")
    assert run([command]) == 0
    Path("../../nets/one.yaml").write_text("name: 3\n")
    assert run([command]) == 2
    assert "one.yaml:1:7: error[" in capsys.readouterr().err


def test_prove_without_arguments_means_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["prove"]) == 2
    Path("mlpgen.toml").touch()
    Path("specs").mkdir()
    Path("specs/one.yaml").write_text("name: 3\n")
    assert run(["prove"]) == 2
    assert "specs/one.yaml:1:7: error[" in capsys.readouterr().err
