"""Specs are read as they were in a revision of git, with all that belongs to them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from mlpgen import SpecError, project_templates
from mlpgen.project import revisions
from mlpgen.source.files import UnreadableError

from .repositories import commit, git, start

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "name: Net\ninput: [4]\nlayers: [{{Linear: {}}}]\n"
INCLUDING = "name: Net\ninput: [4]\ninclude: [{}]\nlayers: [Part]\n"
BLOCKS = "blocks:\n  Part:\n    layers: [{{Linear: {}}}]\n"
FOLDERS = ("specs", "specs of mine", "später", "-x", "a:b", "sub/specs", ".")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, as the working folder."""
    made = start(tmp_path / "project")
    monkeypatch.chdir(made)
    return made


def parameters(revision: str, path: str) -> int:
    """Count the parameters of a network as it was."""
    found = revisions.find(revision, path)
    return revisions.load(found, path).graph.total_parameters


def only(path: str, revision: str = "HEAD") -> str:
    """Return the only mistake, with its help."""
    with pytest.raises(SpecError) as error:
        parameters(revision, path)
    (found,) = error.value.diagnostics
    return f"{found.code} {found.message}{f'; {found.help}' if found.help else ''}"


@pytest.mark.thinned(2)
@pytest.mark.parametrize("inside", FOLDERS)
def test_a_spec_and_what_it_includes_as_they_were(folder: Path, inside: str) -> None:
    """Whatever the names of folders are, and wherever the command runs."""
    names = [f"{inside}/{each}" for each in ("net.yaml", "blocks/part.yaml")]
    texts = (INCLUDING.format("blocks/part.yaml"), BLOCKS.format(1))
    commit(folder, dict(zip(names, texts, strict=True)))
    git(folder, "tag", "v1.0")
    commit(folder, {names[0]: SPEC.format(2), names[1]: "gone"})
    (folder / names[0]).write_text("not: a spec", encoding="utf-8")
    assert parameters("v1.0", names[0]) == 5
    assert parameters("HEAD", str(folder / names[0])) == 10
    (folder / "elsewhere").mkdir()
    os.chdir(folder / "elsewhere")
    assert parameters("main~1", f"../{names[0]}") == 5


def test_a_file_that_is_gone(folder: Path) -> None:
    commit(folder, {"specs/old/net.yaml": SPEC.format(1)})
    git(folder, "rm", "-rq", "specs")
    commit(folder)
    assert parameters("HEAD~1", "specs/old/net.yaml") == 5


@pytest.mark.parametrize("name", ["net.yaml", "specs/net.yaml"])
def test_mistakes_name_the_revision(folder: Path, name: str) -> None:
    """As git writes it, so that `git show` prints the file."""
    commit(folder, {name: INCLUDING.format("no.yaml") + "namee: x\n"})
    (folder / name).write_text(SPEC.format(1), encoding="utf-8")
    with pytest.raises(SpecError) as error:
        parameters("HEAD", name)
    shown = {each.place.path for each in error.value.diagnostics if each.place}
    assert shown == {f"HEAD:{name if '/' in name else f'./{name}'}"}
    assert git(folder, "show", *shown).startswith("name: Net")
    assert any("no.yaml" in each.message for each in error.value.diagnostics)


def test_nothing_is_written(folder: Path) -> None:
    commit(folder, {"net.yaml": SPEC.format(1)})
    (folder / "net.yaml").touch()  # git would refresh its index
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert parameters("HEAD", "net.yaml") == 5
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_templates_and_other_files_as_they_were(folder: Path) -> None:
    old = {"templates/model.py.jinja": "# old\n", "net.yaml": SPEC.format(1)}
    commit(folder, {**old, "layers.py": "old = 1\n", "ü/x y.py": ""})
    commit(folder, {"templates/model.py.jinja": "# new\n", "layers.py": "new = 1\n"})
    found = revisions.find("HEAD~1")
    with revisions.reading(found):
        for path in ("templates", found.shown("templates")):
            read, _ = project_templates.opened(path, None)
            assert read.texts == {"model.py.jinja": "# old\n"}
        with pytest.raises(SpecError, match="does not exist"):
            project_templates.opened("no/templates", None)
    assert revisions.content(found, "layers.py") == b"old = 1\n"
    assert revisions.paths(found) == [
        "layers.py",
        "net.yaml",
        "templates/model.py.jinja",
        "ü/x y.py",
    ]
    os.chdir(folder / "templates")
    assert revisions.paths(found, "../ü") == ["../ü/x y.py"]
    with pytest.raises(UnreadableError, match="is a folder"):
        revisions.content(found, ".")


@pytest.mark.parametrize(
    ("link", "target"),
    [("specs/net.yaml", "../there/net.yaml"), ("specs", "there")],
)
def test_links_lead_where_they_led(folder: Path, link: str, target: str) -> None:
    commit(folder, {"there/net.yaml": SPEC.format(1)})
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(target)
    commit(folder, {"there/net.yaml": SPEC.format(1)})
    commit(folder, {"there/net.yaml": SPEC.format(2)})
    assert parameters("HEAD~1", "specs/net.yaml") == 5


def test_a_link_that_leads_out(folder: Path) -> None:
    (folder / "net.yaml").symlink_to("/etc/passwd")
    commit(folder)
    wrong = "MG001 `HEAD:./net.yaml` is a link to no file of this revision"
    assert only("net.yaml") == wrong


def test_a_folder_that_a_link_leads_to(folder: Path, tmp_path: Path) -> None:
    """The repository is the one that the folder is in."""
    commit(folder, {"net.yaml": SPEC.format(1)})
    (tmp_path / "link").symlink_to(folder)
    os.chdir(tmp_path)
    assert parameters("HEAD", "link/net.yaml") == 5


def test_worktrees_and_submodules_have_revisions_of_their_own(
    folder: Path, tmp_path: Path
) -> None:
    commit(folder, {"net.yaml": SPEC.format(1)})
    git(folder, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    commit(tmp_path / "side", {"net.yaml": SPEC.format(2)})
    outer = start(tmp_path / "outer")
    git(outer, "submodule", "--quiet", "add", str(folder), "inner")
    commit(outer, {"net.yaml": SPEC.format(3)})
    os.chdir(tmp_path)
    assert parameters("HEAD", "project/net.yaml") == 5
    assert parameters("HEAD", "side/net.yaml") == 10
    assert parameters("HEAD", "outer/inner/net.yaml") == 5
    assert parameters("HEAD", "outer/net.yaml") == 15


def test_a_hook_of_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git sets for hooks is relative to a folder that is not the spec's."""
    commit(folder, {"specs/net.yaml": SPEC.format(1)})
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index.lock")
    assert parameters("HEAD", "specs/net.yaml") == 5


@pytest.mark.parametrize(
    ("revision", "wrong"),
    [
        ("mian", "git knows no revision `mian`; did you mean `main`?"),
        ("side", "git knows no revision `side`; did you mean `there/side`?"),
        ("main..HEAD", "git knows no revision `main..HEAD`"),
        ("HEAD:net.yaml", "git knows no revision `HEAD:net.yaml`"),
        ("", "`` is not the name of a revision"),
        ("--all", "`--all` is not the name of a revision"),
        ("a\0b", "`a\0b` is not the name of a revision"),
    ],
)
def test_no_such_revision(folder: Path, revision: str, wrong: str) -> None:
    commit(folder, {"net.yaml": SPEC.format(1)})
    git(folder, "update-ref", "refs/remotes/there/side", "HEAD")
    assert only("net.yaml", revision) == f"MG008 {wrong}"


@pytest.mark.parametrize(
    ("name", "helps"),
    [
        ("HEAD~1", ["git fetch --unshallow", "git fetch --deepen=1"]),
        ("main~1^", ["git fetch --unshallow", "git fetch --deepen=2"]),
        (
            "origin/dev",
            ["git fetch --depth=1 origin dev:refs/remotes/origin/dev"],
        ),
        (
            "origin/dev~2",
            ["git fetch --depth=3 origin dev:refs/remotes/origin/dev"],
        ),
        ("dev", ["git fetch --depth=1 origin dev"]),
        ("v1.0", ["git fetch --depth=1 origin v1.0"]),
        ("v1.0~1", ["git fetch --depth=2 origin v1.0"]),
        ("HASH", ["git fetch --depth=1 origin HASH"]),
        ("SHORT", ["git fetch --unshallow"]),
    ],
)
def test_a_shallow_clone(
    folder: Path, tmp_path: Path, name: str, helps: list[str]
) -> None:
    """Each command that is advised fetches the revision."""
    hashes = [commit(folder, {"net.yaml": SPEC.format(width)}) for width in (1, 2, 3)]
    git(folder, "tag", "v1.0", hashes[1])
    git(folder, "branch", "dev")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    short = {"HASH": hashes[0], "SHORT": hashes[0][:9]}
    asked = short.get(name, name)
    for at, command in enumerate(helps):
        clone = tmp_path / str(at)
        git(tmp_path, "clone", "-q", "--depth=1", f"file://{folder}", str(clone))
        os.chdir(clone)
        assert parameters("HEAD", "net.yaml") == 15
        said = only("net.yaml", asked)
        fetch = command.replace("HASH", hashes[0])
        assert "this is a shallow clone, which lacks older commits" in said
        assert f"`{fetch}`" in said
        git(clone, *fetch.split()[1:])
        instead = re.search(r"--against ([^`]*)`", said)
        assert parameters(instead[1] if instead else asked, "net.yaml") in (5, 10, 15)


def test_what_git_cannot_answer(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is one line."""
    (folder / "net.yaml").write_text(SPEC.format(1), encoding="utf-8")
    root = folder.resolve()
    assert only("net.yaml") == f"MG008 the repository `{root}` has no commit yet"
    commit(folder, {"large.yaml": "#" * 2**20 + "#", "folder/net.yaml": ""})
    assert only("no.yaml") == "MG001 there is no file `HEAD:./no.yaml`"
    assert only("folder") == "MG001 `HEAD:./folder` is a folder"
    assert only("large.yaml") == "MG001 `HEAD:./large.yaml` is larger than 1 MiB"
    assert only("-") == "MG008 standard input has no revisions: name a file"
    os.chdir(tmp_path)
    assert only("net.yaml") == "MG008 `net.yaml` is not in a git repository"
    with pytest.raises(SpecError, match=r"`net\.yaml` is outside of the repo"):
        revisions.find("HEAD", "project").path("net.yaml")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert only("net.yaml") == "MG008 git is not installed, or not in PATH"
