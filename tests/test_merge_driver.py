"""Git merges generated files of two branches into what the merged spec renders."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from mlpgen.cli import run
from mlpgen.cli.merge_driver import DRIVER
from mlpgen.project.merge import texts

from .repositories import commit, git, start
from .test_merge_property import EVERY, ROOT, SPEC_EDITS, rendered

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = """\
name: Net
input: [4]
parameters:
  hidden: 8

include: [blocks/part.yaml]

layers:
  - Linear: "${hidden}"
  - Part

  - ReLU
  - Linear: 2
"""
PART = "blocks:\n  Part:\n    layers:\n      - Linear: 6\n\n\n      - Tanh\n"
PROJECT = '[tool.mlpgen]\nout = "made"\n\nspecs = ["specs/*.yaml"]\n'
MODEL = "made/explicit/net.py"
WIDER, LAST = ("hidden: 8", "hidden: 9"), ("Linear: 2", "Linear: 3")
EDIT, OTHER_EDIT = ("torch.tanh(", "torch.sin("), ("x = F.relu", "x = 2 * F.relu")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a rendered spec, which has set up the driver."""
    folder = start(tmp_path_factory.mktemp("driver") / "project")
    before = Path.cwd()
    os.chdir(folder)
    files = {"specs/net.yaml": SPEC, "specs/blocks/part.yaml": PART}
    attributes = "made/** merge=mlpgen\n"
    commit(folder, {**files, "pyproject.toml": PROJECT, ".gitattributes": attributes})
    program = f"'{sys.executable}' -m mlpgen merge-driver -- %O %A %B %P"
    git(folder, "config", "merge.mlpgen.driver", program)
    for key in ("user.name", "user.email"):
        git(folder, "config", key, "ada@example.org")
    assert run(["render"]) == 0
    commit(folder)
    os.chdir(before)
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the working folder."""
    folder = tmp_path / "project"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    return folder


def change(name: str, *pairs: tuple[str, str]) -> None:
    """Replace texts in a file."""
    path = Path(name)
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text, text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")


Step = dict[str, tuple[tuple[str, str], ...]]
"""What a branch changes: pairs of texts in files."""


def branch(name: str, start: str, step: Step) -> None:
    """Change files on a new branch, render with the edits, and commit."""
    git(Path(), "checkout", "-q", "-b", name, start)
    for file, pairs in step.items():
        if not file.startswith("made"):
            change(file, *pairs)
    assert run(["render"]) == 0
    for file, pairs in step.items():
        if file.startswith("made"):
            change(file, *pairs)
    assert run(["render", "--merge"]) == 0
    commit(Path())


def as_rendered() -> str:
    """Return the model, which must be what the merged spec renders."""
    before = Path(MODEL).read_text("utf-8")
    assert run(["check"]) == 0
    assert run(["render", "--merge"]) == 0
    assert Path(MODEL).read_text("utf-8") == before
    return before


PAIRS: dict[str, tuple[Step, Step]] = {
    "lines of a spec": (
        {"specs/net.yaml": (WIDER,)},
        {"specs/net.yaml": (LAST, ("name: Net", "name: Net\ndescription: A net."))},
    ),
    "a spec and a file that it includes": (
        {"specs/net.yaml": (WIDER,)},
        {"specs/blocks/part.yaml": (("Linear: 6", "Linear: 5"),)},
    ),
    "lines of an included file": (
        {"specs/blocks/part.yaml": (("Linear: 6", "Linear: 5"),)},
        {"specs/blocks/part.yaml": (("Tanh", "Sigmoid"),)},
    ),
    "a spec and the settings": (
        {"specs/net.yaml": (WIDER,)},
        {
            "pyproject.toml": (("\n\n", '\npackage = "made"\n'),),
            "specs/net.yaml": (LAST,),
        },
    ),
    "edits of both": ({MODEL: (EDIT,)}, {MODEL: (OTHER_EDIT,)}),
    "an edit and a spec": ({MODEL: (EDIT,)}, {"specs/net.yaml": (WIDER, LAST)}),
    "edits and specs of both": (
        {MODEL: (EDIT,), "specs/net.yaml": (WIDER,)},
        {MODEL: (OTHER_EDIT,), "specs/net.yaml": (LAST,)},
    ),
}


def merge() -> None:
    git(Path(), "merge", "-q", "--no-edit", "two")


def rebase() -> None:
    git(Path(), "rebase", "-q", "two")


def pick() -> None:
    git(Path(), "cherry-pick", "two")


def unstash() -> None:
    """What is not committed yet meets what is."""
    git(Path(), "reset", "-q", "--soft", "HEAD~1")
    git(Path(), "stash")
    git(Path(), "merge", "-q", "--ff-only", "two")
    git(Path(), "stash", "pop", "-q")


@pytest.mark.thinned(3)
@pytest.mark.parametrize("pair", [*PAIRS][::-1])
def test_both_changes_are_merged(project: Path, pair: str) -> None:
    one, two = PAIRS[pair]
    branch("two", "main", two)
    branch("one", "main", one)
    merge()
    text = as_rendered()
    for step in PAIRS[pair]:
        for old, new in step.get(MODEL, ()):
            assert new in text
            assert text.replace(new, "").count(old) == 0


@pytest.mark.thinned(2)
@pytest.mark.parametrize("way", [rebase, merge, pick, unstash])
def test_however_git_merges(project: Path, way: Callable[[], None]) -> None:
    branch("two", "main", {"specs/net.yaml": (LAST,), MODEL: (OTHER_EDIT,)})
    branch("one", "main", {"specs/net.yaml": (WIDER,), MODEL: (EDIT,)})
    way()
    text = as_rendered()
    assert all(new in text for new in ("hidden: int = 9", EDIT[1], OTHER_EDIT[1]))


def test_a_worktree_in_a_folder_of_a_larger_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings are those of the project, not of the top folder."""
    outer = start(tmp_path / "outer")
    shutil.move(project / ".git/config", outer / ".git/config")
    shutil.rmtree(project / ".git")
    shutil.move(project, outer / "inner")
    commit(outer, {"inner/pyproject.toml": PROJECT + 'package = "inner.made"\n'})
    git(outer, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    monkeypatch.chdir(tmp_path / "side/inner")
    branch("two", "main", {"specs/net.yaml": (LAST,)})
    branch("one", "main", {"specs/net.yaml": (WIDER,)})
    merge()
    as_rendered()


def test_a_conflict_in_the_spec_is_one_in_its_files(project: Path) -> None:
    """It is settled in the spec, and rendered again."""
    branch("two", "main", {"specs/net.yaml": (("hidden: 8", "hidden: 7"),)})
    branch("one", "main", {"specs/net.yaml": (WIDER,)})
    said = git(project, "merge", "two", fails=True)
    assert re.findall(r"Merge conflict in (\S+)", said) == [MODEL, "specs/net.yaml"]
    assert ">>>>>>> theirs" in Path(MODEL).read_text("utf-8")


def test_a_spec_that_git_merges_and_that_is_wrong(project: Path) -> None:
    """It names what the other branch has removed."""
    two = (("Linear: 2", 'Linear: 2\n    from: "part_1"'),)
    branch("two", "main", {"specs/net.yaml": two})
    branch("one", "main", {"specs/net.yaml": (("  - Part\n", "\n"), WIDER)})
    said = git(project, "merge", "two", fails=True)
    assert re.findall(r"Merge conflict in (\S+)", said) == [MODEL]


def test_edits_that_overlap(project: Path) -> None:
    branch("two", "main", {MODEL: (("torch.tanh(", "torch.cos("),)})
    branch("one", "main", {MODEL: (EDIT,)})
    said = git(project, "merge", "two", fails=True)
    assert f"Merge conflict in {MODEL}" in said
    text = Path(MODEL).read_text("utf-8")
    ours, theirs = (
        re.findall(r"^<<<<<<< (.*)\n((?:.*\n)*?)=======\n", text, re.M)[0],
        (re.findall(r"^=======\n((?:.*\n)*?)>>>>>>> (.*)$", text, re.M)[0]),
    )
    assert (ours[0], theirs[1]) == ("edited in one", "edited in two")
    assert "torch.sin(" in ours[1]
    assert "torch.cos(" in theirs[0]


def test_both_edits_of_a_conflict_have_the_shapes_of_now(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And an edit elsewhere is not lost. Settled, the file is one with edits."""
    wider: Step = {"specs/blocks/part.yaml": (("Linear: 6", "Linear: 5"),)}
    other = ("torch.tanh(", "torch.cos(")
    branch("two", "main", {**wider, MODEL: (other, OTHER_EDIT)})
    branch("one", "main", {"specs/net.yaml": (WIDER,), MODEL: (EDIT,)})
    git(project, "merge", "two", fails=True)
    text = Path(MODEL).read_text("utf-8")
    assert OTHER_EDIT[1] in text
    assert "(N, 6)" not in text
    capsys.readouterr()
    assert run(["check"]) == 1
    assert "settle the conflict in line" in capsys.readouterr().out
    settled = re.sub(
        r"<<<<<<< .*\n((?:.*\n)*?)=======\n(?:.*\n)*?>>>>>>> .*\n", r"\1", text
    )
    Path(MODEL).write_text(settled, "utf-8")
    assert run(["render", "--merge"]) == 0
    assert EDIT[1] in as_rendered()


def test_a_spec_that_one_branch_renames(project: Path) -> None:
    """And its class, so that its files have other names, too."""
    git(project, "checkout", "-q", "-b", "two", "main")
    git(project, "mv", "specs/net.yaml", "specs/other.yaml")
    change("specs/other.yaml", ("name: Net", "name: Other"))
    git(project, "mv", MODEL, "made/explicit/other.py")
    assert run(["render", "--force"]) == 0
    for each in Path("made").rglob("*.orig*"):
        each.unlink()
    commit(project)
    branch("one", "main", {"specs/net.yaml": (WIDER,)})
    merge()
    assert "hidden: int = 9" in Path("made/explicit/other.py").read_text("utf-8")
    assert run(["check"]) == 0


def without_driver(one: Step, two: Step) -> str:
    """Merge as a web page does; return the file with its conflicts."""
    git(Path(), "config", "--unset", "merge.mlpgen.driver")
    branch("two", "main", two)
    branch("one", "main", one)
    said = git(Path(), "merge", "two", fails=True)
    assert re.findall(r"Merge conflict in (\S+)", said) == [MODEL]
    return Path(MODEL).read_text("utf-8")


def leave(project: Path) -> None:
    """The merge is under way."""


def add(project: Path) -> None:
    """Someone called it settled, and committed the markers."""
    commit(project)


def styled(project: Path) -> None:
    """The markers show the base, too."""
    git(project, "checkout", "--conflict=diff3", "--", MODEL)
    assert "|||||||" in Path(MODEL).read_text("utf-8")


@pytest.mark.parametrize("options", [[], ["--merge"]])
def test_sync_settles_them_too(
    project: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """Though git's markers are in the header, which cannot be read so."""
    before = without_driver({"specs/net.yaml": (WIDER,)}, {"specs/net.yaml": (LAST,)})
    assert run(["sync", "--dry-run", *options]) == 0
    assert Path(MODEL).read_text("utf-8") == before
    assert run(["sync", *options]) == 0
    assert f"{MODEL}: settled" in capsys.readouterr().out
    assert "hidden: int = 9" in as_rendered()


@pytest.mark.thinned(2)
@pytest.mark.parametrize("happens", [leave, add, styled])
def test_conflicts_of_what_was_rendered_are_settled(
    project: Path, happens: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """By rendering once; nobody wrote any of it, so no `.orig` is kept."""
    without_driver({"specs/net.yaml": (WIDER,)}, {"specs/net.yaml": (LAST,)})
    happens(project)
    assert run(["check"]) == 1
    said = capsys.readouterr().out
    assert f"{MODEL}: conflicted\n  git has left conflicts in it: mlpgen render" in said
    assert run(["render"]) == 0
    settled = "updated: the conflicts that git had left are settled\n"
    assert settled in capsys.readouterr().out
    assert not [*Path("made").rglob("*.orig")]
    assert "hidden: int = 9" in as_rendered()


def test_what_a_person_changed_beside_markers_is_kept(project: Path) -> None:
    text = without_driver({"specs/net.yaml": (WIDER,)}, {"specs/net.yaml": (LAST,)})
    lines = text.split("\n")
    marker = next(n for n, line in enumerate(lines) if line.startswith("======="))
    for changed in (
        [*lines[:-5], "        print(x)", *lines[-5:]],
        [*lines[:-4], lines[-4], *lines[-4:]],
        [*lines[:-4], *lines[-3:]],
        [*lines[: marker - 1], lines[marker - 1] + "  # mine", *lines[marker:]],
        [*lines[: marker - 1], *lines[marker:]],
    ):
        Path(MODEL).write_text("\n".join(changed), "utf-8")
        assert run(["render"]) == 1
        assert run(["render", "--merge"]) == 1
        assert Path(MODEL).read_text("utf-8") == "\n".join(changed)


def test_conflicts_with_edits_of_a_branch(project: Path) -> None:
    """They are kept, by a merge."""
    one: Step = {"specs/net.yaml": (WIDER,), MODEL: (EDIT,)}
    before = without_driver(one, {"specs/net.yaml": (LAST,), MODEL: (OTHER_EDIT,)})
    assert run(["render"]) == 1
    assert Path(MODEL).read_text("utf-8") == before
    assert run(["render", "--merge"]) == 0
    text = as_rendered()
    assert all(new in text for new in ("hidden: int = 9", EDIT[1], OTHER_EDIT[1]))


def test_conflicts_without_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are settled if git has put nothing else together."""
    without_driver({"specs/net.yaml": (WIDER,)}, {"specs/net.yaml": (LAST,)})
    versions = [git(project, "show", f":{n}:{MODEL}") for n in (2, 3)]
    one, two = (text.split("# @generated") for text in versions)
    mine, its = (f"# @generated{each[1]}" for each in (one, two))
    whole = f"{one[0]}<<<<<<< one\n{mine}=======\n{its}>>>>>>> two\n"
    monkeypatch.setenv("PATH", "")
    assert run(["render"]) == 1
    Path(MODEL).write_text(whole, "utf-8")
    assert run(["render"]) == 0
    assert "hidden: int = 9" in as_rendered()


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(24, 36))
def test_random_changes_of_different_lines(project: Path, seed: int) -> None:
    """Git merges both without a conflict, into what the merged spec renders."""
    random = Random(seed)
    found = None
    while found is None:
        found = two_changes(random)
    base, one, two, wanted = found
    git(project, "rm", "-rq", "specs", "made")
    shutil.copytree(ROOT / "specs" / "zoo" / "blocks", "specs/blocks")
    commit(project, {"specs/net.yaml": base})
    assert run(["render"]) == 0
    commit(project)
    for name, text in (("two", two), ("one", one)):
        git(project, "checkout", "-q", "-b", name, "main")
        Path("specs/net.yaml").write_text(text, "utf-8")
        assert run(["render"]) == 0
        commit(project)
    merge()
    assert Path("specs/net.yaml").read_text("utf-8") == wanted
    assert run(["check"]) == 0


def two_changes(random: Random) -> tuple[str, str, str, str] | None:
    """Draw a spec, two changes of it and both; None if one is wrong, or git's rules."""
    spec = random.choice(EVERY)
    lines = spec.read_text("utf-8").split("\n")
    at = random.randrange(3, len(lines) - 3)
    top, bottom = ("\n".join(each) for each in (lines[:at], lines[at:]))
    try:
        new = [random.choice(SPEC_EDITS)(each, random) for each in (top, bottom)]
    except IndexError:  # there is nothing to change
        return None
    pairs = ((top, bottom), (new[0], bottom), (top, new[1]), (new[0], new[1]))
    base, one, two, both = ("\n".join(each) for each in pairs)
    merged = texts.merged_by_git((one, base, two))
    right = all(rendered(each, "explicit", spec) for each in (base, one, two, both))
    four = (base, one, two, both)
    return four if right and len({*four}) == 4 and merged == (both, False) else None


def test_both_branches_add_the_spec(project: Path) -> None:
    new = SPEC.replace("Net", "New").replace("include: [blocks/part.yaml]\n", "")
    new = new.replace("  - Part\n", "")
    for name in ("two", "one"):
        git(project, "checkout", "-q", "-b", name, "main")
        Path("specs/new.yaml").write_text(new if name == "two" else new + "# one\n")
        if name == "two":
            change("specs/net.yaml", LAST)
        assert run(["render"]) == 0
        commit(project)
    git(project, "merge", "two", fails=True)  # the spec has a comment in one of them
    assert "<<<" not in Path("made/explicit/new.py").read_text("utf-8")


def test_files_that_mlpgen_did_not_make(project: Path) -> None:
    """They are merged as git does."""
    text = "one\n\n\ntwo\n\n\nthree\n"
    commit(project, {"made/notes.txt": text, "made/-x y.py": text})
    for name, pair in {"two": ("three", "3"), "one": ("one", "1")}.items():
        git(project, "checkout", "-q", "-b", name, "main")
        for file in ("made/notes.txt", "made/-x y.py"):
            change(file, pair)
        commit(project)
    merge()
    for file in ("made/notes.txt", "made/-x y.py"):
        assert Path(file).read_text("utf-8") == "1\n\n\ntwo\n\n\n3\n"


def program(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up the driver, and put a program `mlpgen` first in PATH."""
    git(Path(), "config", "merge.mlpgen.driver", DRIVER)
    folder = Path("../programs").absolute()
    folder.mkdir()
    (folder / "mlpgen").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "mlpgen").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("code", [127, 1, 2])
def test_without_the_program_no_edit_is_lost(
    project: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """It is not found, or is broken: git's markers are there, and are settled later."""
    branch("two", "main", {"specs/net.yaml": (LAST,), MODEL: (OTHER_EDIT,)})
    branch("one", "main", {"specs/net.yaml": (WIDER,), MODEL: (EDIT,)})
    program(f"exit {code}", monkeypatch)
    said = git(project, "merge", "two", fails=True)
    assert f"Merge conflict in {MODEL}" in said
    assert run(["check"]) == 1
    assert run(["render", "--merge"]) == 0
    text = as_rendered()
    assert all(new in text for new in ("hidden: int = 9", EDIT[1], OTHER_EDIT[1]))


def test_conflicts_of_the_program_are_not_overwritten(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch("two", "main", {MODEL: (("torch.tanh(", "torch.cos("),)})
    branch("one", "main", {MODEL: (EDIT,)})
    program(f"exec '{sys.executable}' -m mlpgen \"$@\"", monkeypatch)
    git(project, "merge", "two", fails=True)
    text = Path(MODEL).read_text("utf-8")
    assert text.count("<<<<<<< ") == 1
    assert "# @generated" not in text.partition("<<<<<<< ")[2]


def test_the_setup(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its two lines can be given to a shell."""
    capsys.readouterr()
    assert run(["merge-driver", "--setup"]) == 0
    assert capsys.readouterr().out == (
        "echo 'made/** merge=mlpgen' >> .gitattributes\n"
        f"git config merge.mlpgen.driver {shlex.quote(DRIVER)}\n"
    )
    change("pyproject.toml", ('"made"', '"made by us"'))
    os.chdir("specs")
    assert run(["merge-driver", "--setup"]) == 0
    line = "echo '\"made by us/**\" merge=mlpgen' >> ../.gitattributes\n"
    assert capsys.readouterr().out.startswith(line)
    assert run(["merge-driver"]) == 2
