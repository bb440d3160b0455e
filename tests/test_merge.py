"""`render --merge`: what a person edited and what is rendered now are both there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mlpgen.cli import run
from mlpgen.output import header
from mlpgen.output.reformatted import is_reformatted
from mlpgen.project.merge import texts, unedited

from .repositories import commit, git, start

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = """\
name: Net
input: [4]
parameters: {hidden: 8, more: 16}
layers:
  - Linear: "${hidden}"
  - ReLU
  - Linear: "${more}"
  - ReLU
  - Linear: 2
"""
MODEL = "generated/explicit/net.py"
EDITED = ("F.relu(self.linear_1(x))", "F.gelu(self.linear_1(x))")
WIDER = ("more: 16", "more: 32")


class Project(NamedTuple):
    """A repository with a spec and what is rendered, as the working folder."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def model(self) -> str:
        return (self.folder / MODEL).read_bytes().decode()

    def change(self, name: str, *pairs: tuple[str, str]) -> None:
        """Replace texts in a file."""
        path = self.folder / name
        text = path.read_bytes().decode()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_bytes(text.encode())

    def run(self, *args: str) -> tuple[int, str]:
        """Run a command; return its exit code, and what it says about the model."""
        self.capsys.readouterr()
        code = run([*args])
        said = self.capsys.readouterr()
        lines = [each for each in said.out.splitlines() if each.startswith(MODEL)]
        return code, "".join(lines).removeprefix(f"{MODEL}: ")

    def merge(self) -> tuple[int, str]:
        return self.run("render", "--merge")

    def check(self) -> tuple[int, str, str]:
        """Return the exit code, the status of the model, and its diff."""
        self.capsys.readouterr()
        code = run(["check", "--format", "json"])
        rows = json.loads(self.capsys.readouterr().out)
        (row,) = [each for each in rows if each["path"] == MODEL]
        return code, row["status"], row["diff"]


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    """A project that is rendered and committed."""
    folder = start(tmp_path / "project")
    monkeypatch.chdir(folder)
    files = {"specs/net.yaml": SPEC, "pyproject.toml": "[tool.mlpgen]\n"}
    commit(folder, files)
    assert run(["render"]) == 0
    commit(folder)
    return Project(folder, capsys)


def test_both_changes_are_there(project: Project) -> None:
    """Though they touch, and a comment behind the edit changes."""
    project.change(MODEL, EDITED)
    project.change("specs/net.yaml", WIDER, ("hidden: 8", "hidden: 6"))
    assert project.run("render") == (1, "kept: edited by hand")
    assert project.merge() == (0, "updated, and keeps the edits in it")
    assert "x = F.gelu(self.linear_1(x))  # (N, 6)\n" in project.model
    assert "hidden: int = 6, more: int = 32" in project.model
    code, status, diff = project.check()
    assert (code, status) == (0, "current with edits")
    changed = [each for each in diff.splitlines()[2:] if each[:1] in "-+"]
    assert changed == [
        "-        x = F.relu(self.linear_1(x))  # (N, 6)",
        "+        x = F.gelu(self.linear_1(x))  # (N, 6)",
    ]
    assert project.run("check")[1].startswith("current with edits")
    assert project.merge() == (0, "unchanged, with the edits in it")
    assert project.run("render") == (0, "unchanged, with the edits in it")


def test_an_edit_is_kept_through_many_specs(project: Project) -> None:
    """Without a commit between them, and without git at last."""
    project.change(MODEL, EDITED)
    assert project.merge()[0] == 0
    shutil.rmtree(project.folder / ".git")
    for width in (32, 64, 128):
        project.change("specs/net.yaml", (f"more: {width // 2}", f"more: {width}"))
        code, said = project.run("render")
        way = "; `mlpgen render --merge` renders it now, with the edits"
        assert (code, said) == (1, f"kept: edited by hand{way}")
        assert project.merge() == (0, "updated, and keeps the edits in it")
        assert f"more: int = {width}" in project.model
        assert EDITED[1] in project.model
        assert project.check()[:2] == (0, "current with edits")
        kept = list((project.folder / "generated/explicit/.unedited").iterdir())
        assert len(kept) == 1


def test_an_edit_after_a_merge_is_new(project: Project) -> None:
    """It was not looked at, so `check` names it until it is merged, too."""
    project.change(MODEL, EDITED)
    assert project.merge()[0] == 0
    project.change(MODEL, ("F.relu(self.linear_2", "F.silu(self.linear_2"))
    assert project.check()[:2] == (1, "edited")
    assert project.merge() == (0, "updated, and keeps the edits in it")
    assert project.check()[:2] == (0, "current with edits")


def test_an_edit_that_the_spec_says_now(project: Project) -> None:
    """It is an edit no more, and what was kept for it is removed."""
    project.change(MODEL, EDITED)
    assert project.merge()[0] == 0
    project.change("specs/net.yaml", ("ReLU", "GELU"))
    assert project.merge() == (0, "updated")
    assert project.check()[:2] == (0, "current")
    assert not (project.folder / "generated/explicit/.unedited").exists()


def test_an_edit_that_is_dropped(project: Project) -> None:
    project.change(MODEL, EDITED)
    assert project.merge()[0] == 0
    assert project.run("render", "--force")[0] == 0
    assert project.check()[:2] == (0, "current")
    assert EDITED[1] in (project.folder / f"{MODEL}.orig").read_text()
    assert not (project.folder / "generated/explicit/.unedited").exists()


def test_overlapping_changes_are_a_conflict(project: Project) -> None:
    """Both sides are between git's markers; a person settles it, then it is kept."""
    project.change(MODEL, ("hidden: int = 8", "hidden: int = 10"))
    project.change("specs/net.yaml", ("hidden: 8", "hidden: 9"))
    code, said = project.merge()
    assert (code, said) == (
        1,
        "edits and rendered code overlap: see git's markers in it",
    )
    markers = re.findall(r"^[<=>]{7}.*", project.model, re.MULTILINE)
    assert markers == ["<<<<<<< edited", "=======", ">>>>>>> rendered now"]
    assert "hidden: int = 10" in project.model
    assert "hidden: int = 9" in project.model
    code, said = project.merge()
    assert code == 1
    found = r"kept: it has conflicts; settle the conflict in line \d+ first"
    assert re.fullmatch(found, said)
    assert project.check()[:2] == (1, "conflicted")
    text = re.sub(r"<{7}.*\n((?:.*\n)*?)={7}\n(?:.*\n)*?>{7}.*\n", r"\1", project.model)
    (project.folder / MODEL).write_text(text)
    assert project.merge()[0] == 0
    assert project.check()[:2] == (0, "current with edits")


def test_code_that_would_not_be_python_is_a_conflict() -> None:
    """Though no line was changed on both sides."""
    base = "x = 1\n\nz = 1\n\ny = 1\n"
    ours = base.replace("z = 1\n", "if x:\n    z = 1\n").replace("y", "    y")
    theirs = base.replace("z = 1\n", "")
    assert texts.merge_python(ours, base, base) == texts.Merged(ours)
    found = texts.merge_python(ours, base, theirs)
    assert found.conflicts
    base = base.replace("z = 1", "z = 1\n\nw = 1")
    ours = base.replace("z = 1", "if x:\n    z = 1").replace("w =", "    w =")
    theirs = base.replace("y = 1", "y = 1\n\nv = 1")
    found = texts.merge_python(ours, base, theirs)
    assert not found.conflicts


def test_an_edit_that_is_not_python_is_left_alone(project: Project) -> None:
    project.change(MODEL, ("def forward", "de forward"))
    before = project.model
    code, said = project.merge()
    assert code == 1
    assert re.fullmatch(r"kept: edited by hand; line \d+ is not Python: .*", said)
    assert project.model == before


def test_an_edit_that_is_not_utf_8_is_left_alone(project: Project) -> None:
    path = project.folder / MODEL
    path.write_bytes(b"# coding: latin-1\n" + path.read_bytes() + b"# \xe4\n")
    before = path.read_bytes()
    assert project.merge() == (1, "kept: edited by hand; it is not UTF-8")
    assert path.read_bytes() == before


def rename(project: Project) -> None:
    """The spec has another name, as git knows."""
    project.change(MODEL, EDITED)
    git(project.folder, "mv", "specs/net.yaml", "specs/other.yaml")


def move(project: Project) -> None:
    """The generated files are elsewhere, and nothing of it is committed."""
    project.change(MODEL, EDITED)
    project.change(
        "pyproject.toml", ("[tool.mlpgen]", '[tool.mlpgen]\nout = "made/by"')
    )
    (project.folder / "made").mkdir()
    (project.folder / "generated").rename(project.folder / "made/by")


def never_committed(project: Project) -> None:
    """The spec is committed, what it renders is not."""
    project.change(MODEL, EDITED)
    for name in (".git", "generated"):
        (project.folder / name).rename(project.folder.parent / name)
    commit(start(project.folder))
    (project.folder.parent / "generated").rename(project.folder / "generated")


def with_the_spec_of_then(project: Project) -> None:
    """Both were committed at once, and the spec has changed since."""
    project.change("specs/net.yaml", ("Linear: 2", "Linear: 3"))
    assert run(["render"]) == 0
    project.change(MODEL, EDITED)
    commit(project.folder)
    project.change("specs/net.yaml", ("Linear: 3", "Linear: 5"))
    commit(project.folder)


def another_version(project: Project) -> None:
    """It was committed as another version of mlpgen had rendered it."""
    found = header.read(project.model)
    assert found is not None
    text = header.slotted(project.model).replace("super()", "super(Net, self)")
    old = header.stamp(text, found.origin).replace("Format 2", "Format 1")
    commit(project.folder, {MODEL: old})
    project.change(MODEL, EDITED)
    commit(project.folder)


def windows(project: Project) -> None:
    """Git has converted the line ends."""
    project.change(MODEL, EDITED)
    path = project.folder / MODEL
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


BASES = [rename, move, never_committed, with_the_spec_of_then, another_version, windows]


@pytest.mark.thinned(2)
@pytest.mark.parametrize("happens", BASES)
def test_the_base_is_found(
    project: Project, happens: Callable[[Project], None]
) -> None:
    happens(project)
    (spec,) = (project.folder / "specs").iterdir()
    project.change(f"specs/{spec.name}", WIDER)
    assert run(["render", "--merge"]) == 0
    (model,) = project.folder.rglob("net.py")
    text = model.read_bytes().decode()
    assert "more: int = 32" in text
    assert EDITED[1] in text
    assert "\r" not in text
    assert "super(Net, self)" not in text
    assert run(["check"]) == 0


def test_without_a_base_nothing_is_changed(project: Project) -> None:
    project.change("specs/net.yaml", WIDER)
    assert run(["render"]) == 0
    project.change(MODEL, EDITED)
    before = project.model
    project.change("specs/net.yaml", ("more: 32", "more: 64"))
    assert project.merge() == (
        1,
        "kept: edited by hand; what was rendered before the edit is in no commit, and "
        "was not kept",
    )
    assert project.model == before


def test_without_git(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs no merge works; for one, git is asked for in one line."""
    project.change(MODEL, EDITED)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", "")
    assert project.merge()[0] == 0
    project.change("specs/net.yaml", WIDER)
    before = project.model
    project.capsys.readouterr()
    assert run(["render", "--merge"]) == 2
    said = project.capsys.readouterr().err
    assert said.startswith("error[MG008]: git is not installed, or not in PATH")
    assert project.model == before
    monkeypatch.setenv("PATH", path)
    assert project.merge()[0] == 0


def test_a_file_of_another_spec_is_not_merged(project: Project) -> None:
    project.change(MODEL, EDITED)
    (project.folder / "specs/other.yaml").write_text(SPEC)
    assert project.run("render", "specs/other.yaml", "--merge") == (
        1,
        "kept: edited by hand; it is of the spec `specs/net.yaml`",
    )


def test_what_is_kept_must_fit(project: Project) -> None:
    """A kept text that someone changed is not taken for what was rendered."""
    project.change(MODEL, EDITED)
    assert project.merge()[0] == 0
    (kept,) = (project.folder / "generated/explicit/.unedited").iterdir()
    kept.write_text(kept.read_text().replace("ReLU", "GELU") + "\n")
    found = header.read(project.model)
    assert found is not None
    assert unedited.kept(project.folder / MODEL, found.code_hash) is None
    project.change("specs/net.yaml", WIDER)
    assert project.merge() == (0, "updated, and keeps the edits in it")
    assert "more: int = 32" in project.model


def test_a_dry_run_writes_nothing(project: Project) -> None:
    project.change(MODEL, EDITED)
    project.change("specs/net.yaml", WIDER)
    before = project.model
    said = "would be updated, and keeps the edits in it"
    assert project.run("render", "--merge", "--dry-run") == (0, said)
    assert project.model == before
    assert not (project.folder / "generated/explicit/.unedited").exists()


def test_force_and_merge(project: Project) -> None:
    assert project.run("render", "--merge", "--force")[0] == 2


LONG = SPEC.replace(
    "  - Linear: 2\n",
    """\
  - Conv1d: {out_channels: 16, kernel_size: 3, padding: 1, padding_mode: circular}
    name: a_long_name_that_fills_the_line
  - Softmax: {dim: 1}
""",
).replace("[4]", "[2, 4]")


@pytest.mark.parametrize("with_spec", [False, True])
def test_a_formatter_is_no_person(project: Project, with_spec: bool) -> None:
    """Ruff at another line length: `check` says what to exclude; nothing is kept."""
    (project.folder / "specs/net.yaml").write_text(LONG)
    assert run(["render"]) == 0
    commit(project.folder)
    before = project.model
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "-q"]
    subprocess.run([*ruff, "--line-length=120", MODEL], check=True)
    assert project.model != before
    code, said = project.run("check")
    assert (code, said) == (1, "reformatted")
    assert project.run("render") == (1, "kept: a formatter has changed its layout")
    if with_spec:
        project.change("specs/net.yaml", WIDER)
        assert project.check()[1] == "edited"
    assert project.merge() == (0, "updated")
    assert project.check()[:2] == (0, "current")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("x = (\n    1\n)\n", "x = 1\n", True),
        ("x = 'a'  # one\n", 'x = "a"  # one\n', True),
        ('"""A.\n\n  B."""\n', '"""A.\n\n    B.\n"""\n', True),
        ("x = 1  # one\n", "x = 1\n", False),
        ("x = 1  # one\n", "x = 1  # two\n", False),
        ("x = '  a'\n", "x = 'a'\n", False),
        ("if x:\n    y()\nz()\n", "if x:\n    y()\n    z()\n", False),
        ("x = (\n", "x = (\n", False),
    ],
)
def test_what_a_formatter_may_change(old: str, new: str, same: bool) -> None:
    assert is_reformatted(old, new) == same


def test_the_commands_of_the_page(project: Project) -> None:
    """Each does what `docs/merge.md` says, one after the other."""
    page = Path(__file__).parent.parent / "docs" / "merge.md"
    project.change(MODEL, EDITED)
    project.change("specs/net.yaml", WIDER)
    blocks = re.findall(r"```bash\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    commands = [line for each in blocks for line in each.splitlines()]
    assert len(commands) == 4
    for each in commands:
        assert run(shlex.split(each)[1:]) == 0
    assert project.check()[:2] == (0, "current with edits")
