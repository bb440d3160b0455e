"""`mlpgen sync`: the generated files become what the specs say, and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from mlpgen.cli import run
from mlpgen.output import atomic_write
from mlpgen.project.moves import _stem

from .test_check import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = SPEC.partition("training:")[0]
EXPLICIT = Path("generated/explicit")
SPECS = {"mnist": SPEC, "small": SMALL.replace("MnistMLP", "Small")}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two specs, one of which trains, after `sync`."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "specs").mkdir()
    for name, text in SPECS.items():
        (folder / f"specs/{name}.yaml").write_text(text, "utf-8")
    (folder / "mlpgen.toml").write_text('styles = ["explicit"]\n')
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert run(["sync"]) == 0
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def project(rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, as working folder."""
    folder = tmp_path / "project"
    shutil.copytree(rendered, folder)
    monkeypatch.chdir(folder)
    return folder


class Synced:
    """What `sync` did, by path."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *args: str) -> None:
        capsys.readouterr()
        self.code = run(["sync", "--format", "json", *args])
        rows = json.loads(capsys.readouterr().out)
        self.status = {row["path"]: row["status"] for row in rows}
        self.about = {row["path"]: row["about"] for row in rows}

    def of(self, status: str) -> set[str]:
        """Return the names of the files with a status."""
        return {Path(path).name for path in self.status if self.status[path] == status}


def tree(folder: Path = Path()) -> dict[str, bytes]:
    return {
        path.as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def edit(path: Path, more: str = "# mine\n") -> None:
    path.write_text(path.read_text("utf-8") + more, "utf-8")


def rename(spec: str, name: str) -> None:
    path = Path(f"specs/{spec}.yaml")
    old = "MnistMLP" if spec == "mnist" else "Small"
    path.write_text(path.read_text("utf-8").replace(old, name), "utf-8")


def of_model(name: str) -> set[str]:
    return {
        f"{name}.py",
        *(f"{kind}_{name}.py" for kind in ("train", "predict", "spec")),
    }


def test_it_writes_everything_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = tree(EXPLICIT)
    shutil.rmtree("generated")
    said = Synced(capsys)
    assert said.code == 0
    assert tree(EXPLICIT) == wanted
    assert said.status == dict.fromkeys(wanted, "written")
    assert Synced(capsys).status == {}
    assert run(["check"]) == 0


def test_a_change_is_one_line_a_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SPEC.replace("hidden_1: 128", "hidden_1: 96")
    Path("specs/mnist.yaml").write_text(text, "utf-8")
    assert run(["sync"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = ["mnist_mlp", "spec_mnist_mlp", "train_mnist_mlp"]
    assert lines[:-1] == [f"generated/explicit/{name}.py: updated" for name in names]
    assert lines[-1].startswith("3 updated, ") and lines[-1].endswith(" current")


def test_what_nobody_makes_any_more_is_removed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shared modules included."""
    Path("specs/mnist.yaml").unlink()
    said = Synced(capsys)
    assert said.code == 0
    assert {*said.status.values()} == {"removed"}
    assert [path.name for path in EXPLICIT.glob("*.py")] == ["small.py"]
    assert run(["check"]) == 0


def test_a_spec_that_no_longer_trains(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("specs/mnist.yaml").write_text(SMALL, "utf-8")
    assert "train_mnist_mlp.py" in Synced(capsys).of("removed")
    assert {path.name for path in EXPLICIT.glob("*.py")} == {"mnist_mlp.py", "small.py"}


def test_an_edited_orphan_stays_with_what_it_imports(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = EXPLICIT / "train_mnist_mlp.py"
    edit(train)
    before = tree(EXPLICIT)
    Path("specs/mnist.yaml").unlink()
    said = Synced(capsys)
    assert said.code == 1
    assert said.of("orphan") == {train.name}
    assert said.of("removed") == {"predict_mnist_mlp.py", "prediction.py"} | (
        said.of("removed") - {"mnist_mlp.py", "training.py"}
    )
    after = tree(EXPLICIT)
    assert after[train.as_posix()] == before[train.as_posix()]
    assert {"generated/explicit/mnist_mlp.py", "generated/explicit/training.py"} <= {
        *after
    }
    train.unlink()
    assert Synced(capsys).code == 0
    assert [*EXPLICIT.glob("*.py")] == [EXPLICIT / "small.py"]


def test_edited_files_are_named_and_stay(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest is done."""
    edit(EXPLICIT / "small.py")
    (EXPLICIT / "training.py").unlink()
    before = (EXPLICIT / "small.py").read_bytes()
    said = Synced(capsys)
    assert (said.code, said.of("edited"), said.of("written")) == (
        1,
        {"small.py"},
        {"training.py"},
    )
    assert "--merge" in said.about["generated/explicit/small.py"]
    assert (EXPLICIT / "small.py").read_bytes() == before


OPTIONS = ["--set", "hidden_1=96", "--capture", "relu_1"]


@pytest.mark.parametrize("options", [[], OPTIONS], ids=["plain", "options"])
def test_a_spec_whose_file_is_renamed(
    project: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """Its files keep their options, style and notebook."""
    for more in ([], ["--notebook"]):
        style = ["--style", "sequential", *more]
        assert run(["render", "specs/mnist.yaml", *style, *options]) == 0
    before = tree(Path("generated"))
    Path("specs/deep").mkdir()
    Path("specs/mnist.yaml").rename("specs/deep/first.yaml")
    Path("mlpgen.toml").write_text('styles = ["explicit"]\nspecs = ["specs/**/*.yaml"]')
    assert run(["check"]) == 1
    said = Synced(capsys)
    assert said.code == 0
    assert {*said.status.values()} == {"updated"}
    assert said.of("updated") == of_model("mnist_mlp") | {"mnist_mlp.ipynb"}
    assert {*said.about.values()} == {"its spec was specs/mnist.yaml"}
    old, new = b"../../specs/mnist.yaml", b"../../specs/deep/first.yaml"
    after = tree(Path("generated"))
    assert {path: text.replace(old, new) for path, text in before.items()} == after
    assert run(["check"]) == 0


@pytest.mark.parametrize("options", [[], OPTIONS], ids=["plain", "options"])
def test_a_spec_with_another_name(
    project: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """Its files are moved, with their options."""
    render = ["render", "specs/mnist.yaml", *options]
    assert run(render) == run([*render, "--notebook"]) == 0
    rename("mnist", "Renamed")
    said = Synced(capsys)
    assert said.code == 0
    moved = of_model("renamed") | {"renamed.ipynb"}
    assert said.status == {f"generated/explicit/{name}": "moved" for name in moved}
    old = "generated/explicit/train_mnist_mlp.py"
    assert said.about["generated/explicit/train_renamed.py"] == f"it was {old}"
    there = {path.name for path in EXPLICIT.iterdir()}
    assert moved <= there and not any("mnist_mlp" in name for name in there)
    text = (EXPLICIT / "renamed.py").read_text("utf-8")
    assert "class Renamed(" in text
    assert ("--set hidden_1=96" in text) == bool(options)
    assert run(["check"]) == 0


def test_an_edit_of_a_renamed_spec_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = EXPLICIT / "train_mnist_mlp.py"
    edit(train)
    before = train.read_bytes()
    rename("mnist", "Renamed")
    said = Synced(capsys)
    assert said.code == 1
    assert said.of("edited") == {train.name}
    assert said.about[train.as_posix()].startswith(
        "generated/explicit/train_renamed.py takes its place; "
    )
    assert train.read_bytes() == before
    assert (EXPLICIT / "train_renamed.py").is_file()
    assert (EXPLICIT / "mnist_mlp.py").is_file(), "the edited script imports it"


def git(*args: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *args], check=True, capture_output=True)


@pytest.mark.parametrize("first", [None, "sync", "render"])
def test_an_edit_is_merged_and_moves_along(
    project: Path, capsys: pytest.CaptureFixture[str], first: str | None
) -> None:
    """Also if the new file is there already, without the edit."""
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    edit(EXPLICIT / "train_mnist_mlp.py", "\n\n# mine\n")
    rename("mnist", "Renamed")
    if first:
        run([first])
    said = Synced(capsys, "--merge")
    moved = {"moved", "removed"} if first else {"moved"}
    assert (said.code, {*said.status.values()} - moved) == (0, set())
    assert said.status[str(EXPLICIT / "train_renamed.py")] == "moved"
    text = (EXPLICIT / "train_renamed.py").read_text("utf-8")
    assert text.endswith("# mine\n") and "from renamed import Renamed" in text
    assert not (EXPLICIT / "train_mnist_mlp.py").exists()
    assert run(["check"]) == 0
    edit(EXPLICIT / "train_renamed.py", "# more\n")
    rename("small", "Tiny")
    assert Synced(capsys, "--merge").of("merged") == {"train_renamed.py"}
    assert run(["check"]) == 0


def test_an_edit_that_has_no_new_place_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The spec has another name and another path, so that nothing connects them."""
    edit(EXPLICIT / "small.py")
    rename("small", "Tiny")
    Path("specs/small.yaml").rename("specs/tiny.yaml")
    said = Synced(capsys, "--merge")
    about = said.about[str(EXPLICIT / "small.py")]
    assert (said.code, said.of("orphan")) == (1, {"small.py"})
    assert about.endswith("; the edits in it are in no other file")


def test_a_notebook_with_outputs_is_not_removed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["render", "specs/mnist.yaml", "--notebook"]) == 0
    path = EXPLICIT / "mnist_mlp.ipynb"
    content = json.loads(path.read_text("utf-8"))
    code = next(each for each in content["cells"] if each["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hours"}]
    path.write_text(json.dumps(content), "utf-8")
    Path("specs/mnist.yaml").unlink()
    said = Synced(capsys)
    assert (said.code, said.of("orphan")) == (1, {path.name})
    assert path.is_file()


def test_files_of_a_person_are_left_alone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Own files, those without a header, and what they import."""
    Path("mlpgen.toml").write_text('styles = ["explicit"]\nown = ["**/train_mnist*"]\n')
    train = EXPLICIT / "train_mnist_mlp.py"
    train.write_text("import training\n")
    (EXPLICIT / "mine.py").write_text("import plots\n")
    Path("specs/mnist.yaml").unlink()
    assert Synced(capsys).code == 0
    assert train.read_text() == "import training\n"
    there = {path.name for path in EXPLICIT.glob("*.py")}
    assert {"mine.py", "plots.py", "training.py", "small.py"} <= there
    assert "mnist_mlp.py" not in there
    assert run(["check"]) == 0


@pytest.mark.usefixtures("project")
def test_a_link_is_not_removed(capsys: pytest.CaptureFixture[str]) -> None:
    link = EXPLICIT / "linked.py"
    link.symlink_to("small.py")
    done = Synced(capsys)
    assert (done.code, done.of("orphan")) == (1, {"linked.py"})
    assert link.is_symlink()


NOTHING = "nothing was written: 4 would be moved, 1 would be removed, "


def test_dry_run_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rename("mnist", "Renamed")
    Path("specs/small.yaml").unlink()
    before = tree()
    assert run(["sync", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "generated/explicit/renamed.py: would be moved; it was " in said
    assert "generated/explicit/small.py: would be removed\n" in said
    assert said.splitlines()[-1].startswith(NOTHING)
    assert tree() == before
    edit(EXPLICIT / "mnist_mlp.py")
    assert run(["sync", "--dry-run"]) == 1


MARKS = "<<<<<<< one\n# Change\n=======\n# Change the\n>>>>>>> two\n# Change"


@pytest.mark.parametrize("damage", ["# Damage", MARKS], ids=["text", "markers"])
def test_damaged_headers_are_named(
    project: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In files of specs, in shared modules, and in those that no spec makes."""
    shutil.copy(EXPLICIT / "small.py", EXPLICIT / "orphan.py")
    for path in EXPLICIT.glob("*.py"):
        text = path.read_text("utf-8").replace("# Change", damage, 1)
        path.write_text(text.replace("# Keep changes", damage, 1), "utf-8")
    before = tree()
    for words in (["sync"], ["sync", "--merge"], ["sync", "--dry-run"], ["check"]):
        assert run(words) == 1
        assert "orphan.py: damaged" in capsys.readouterr().out
        assert tree() == before
    assert run(["own", str(EXPLICIT / "small.py")]) == 0
    Path("mlpgen.toml").unlink()
    assert run(["init", "project"]) == 0


@pytest.mark.parametrize("format_", ["text", "json", "github"])
def test_check_is_check(
    project: Path, capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    rename("small", "Tiny")
    edit(EXPLICIT / "mnist_mlp.py")
    found = []
    for command in (["check"], ["sync", "--check"]):
        code = run([*command, "--format", format_, "--style", "explicit"])
        found.append((code, capsys.readouterr().out))
    assert found[0] == found[1]
    assert found[0][0] == 1


def test_annotations_are_alone_on_standard_output(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(EXPLICIT / "mnist_mlp.py")
    (EXPLICIT / "small.py").unlink()
    capsys.readouterr()
    assert run(["sync", "--format", "github"]) == 1
    said = capsys.readouterr()
    assert [line.partition(" ")[0] for line in said.out.splitlines()] == ["::error"]
    assert "small.py: written" in said.err


@pytest.mark.parametrize(
    ("spec", "code"),
    [("name: 3\n", "MG2"), (SPECS["small"].replace("MnistMLP", "Small"), "MG217")],
    ids=["mistakes", "two-specs"],
)
def test_nothing_is_written_with_a_mistake(
    project: Path, capsys: pytest.CaptureFixture[str], spec: str, code: str
) -> None:
    Path("specs/third.yaml").write_text(spec, "utf-8")
    Path("specs/mnist.yaml").unlink()
    before = tree()
    assert run(["sync"]) == 2
    assert f"error[{code}" in capsys.readouterr().err
    assert tree() == before


def test_without_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["sync"]) == 2
    assert "mlpgen init project" in capsys.readouterr().err
    Path("mlpgen.toml").touch()
    assert run(["sync"]) == 2
    assert "matches no file" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [tmp_path / "mlpgen.toml"]


class FailingDisk:
    """Operations on files, of which those from one number on fail."""

    def __init__(self, first: int, last: int) -> None:
        self.failing = range(first, last)
        self.count = 0

    def fake(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def faked(*args: Any, **options: Any) -> Any:
            self.count += 1
            if self.count in self.failing:
                raise OSError(errno.ENOSPC, "No space left on device")
            return call(*args, **options)

        return faked


def full(disk: FailingDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing fails for good; renaming and removing works, as on a full disk."""
    temporary = atomic_write.tempfile.mkstemp
    monkeypatch.setattr(atomic_write.tempfile, "mkstemp", disk.fake(temporary))
    opened = os.fdopen

    def fdopen(*args: Any, **options: Any) -> IO[str]:
        file = opened(*args, **options)
        monkeypatch.setattr(file, "write", disk.fake(file.write), raising=False)
        return file

    monkeypatch.setattr(Path, "hardlink_to", disk.fake(Path.hardlink_to))
    monkeypatch.setattr(shutil, "copy2", disk.fake(shutil.copy2))


def broken(disk: FailingDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One operation fails, of any kind."""
    full(disk, monkeypatch)
    monkeypatch.setattr(Path, "replace", disk.fake(Path.replace))
    monkeypatch.setattr(Path, "unlink", disk.fake(Path.unlink))


@pytest.mark.parametrize(("fault", "length"), [(full, 999), (broken, 1)])
def test_all_or_nothing_wherever_the_disk_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: Callable[[FailingDisk, pytest.MonkeyPatch], None],
    length: int,
) -> None:
    """In the middle of writing, moving and removing."""
    Path(tmp_path, "old/specs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "old")
    Path("mlpgen.toml").touch()
    for name in ("changed", "small", "gone"):
        text = SMALL.replace("MnistMLP", name.title())
        Path(f"specs/{name}.yaml").write_text(text, "utf-8")
    assert run(["sync"]) == 0
    changed = Path("specs/changed.yaml")
    changed.write_text(changed.read_text("utf-8").replace("128", "96"), "utf-8")
    rename("small", "Tiny")
    Path("specs/gone.yaml").unlink()
    before, failed, count, number = tree(), 0, 1, 0
    while count >= number:
        number += 1
        shutil.copytree(tmp_path / "old", tmp_path / str(number))
        monkeypatch.chdir(tmp_path / str(number))
        with monkeypatch.context() as patch:
            disk = FailingDisk(number, number + length)
            fault(disk, patch)
            code = run(["sync"])
        count = disk.count
        if code:
            assert code == 2
            assert "No space left on device" in capsys.readouterr().err
            assert tree() == before, number
            failed += 1
        else:
            assert run(["check"]) == 0
    assert failed >= 5


@pytest.mark.parametrize(
    ("names", "stem"),
    [
        (of_model("odd"), "odd"),
        ({"train_odd.py", "predict_odd.py"}, "odd"),
        (of_model("train_odd"), "train_odd"),
        ({"odd.py"}, "odd"),
        ({"odd.ipynb"}, "odd"),
        (set[str](), ""),
    ],
)
def test_the_stem_of_files(names: set[str], stem: str) -> None:
    assert _stem(names) == stem
