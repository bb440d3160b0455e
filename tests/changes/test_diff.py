"""`mlpgen diff` and `mlpgen breaking` as people use them: files, git, formats."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import commands
from tests.repositories import commit, start

OLD = """\
name: Net
description: A net.
parameters: {width: 8}
input: [3, 8, 8]
layers:
  - Conv2d: {out_channels: "${width}", kernel_size: 3}
    name: conv
  - ReLU
  - Flatten
  - Linear: 10
    name: logits
"""
GONE = "name: Gone\ninput: [4]\nlayers:\n  - ReLU\n"
GOLDEN = Path(__file__).parent / "goldens"
EDITS = {
    "activation": ("ReLU", "GELU"),
    "added": ("  - Flatten\n", "  - Dropout: 0.1\n  - Flatten\n"),
    "removed": ("  - ReLU\n", ""),
    "renamed": ("name: logits", "name: head"),
    "resized": ("Linear: 10", "Linear: 20"),
    "argument": ("kernel_size: 3", "kernel_size: 5"),
    "default": ("width: 8", "width: 16"),
    "moved": ("  - ReLU\n  - Flatten\n", "  - Flatten\n  - ReLU\n"),
    "init": ("name: logits", "name: logits\n    init: {bias: {zeros_: }}"),
    "nested": (
        "  - ReLU\n  - Flatten\n",
        "  - Sequential: [ReLU, Flatten]\n    name: middle\n",
    ),
    "shape": ("[3, 8, 8]", "[3, 9, 9]"),
    "class": ("name: Net", "name: OtherNet"),
}
SAME = {
    "a comment": ("layers:", "layers:  # all of them", "comments or layout"),
    "a description": ("A net.", "Another net.", "text of `description`"),
    "a local name": ("- ReLU", "- relu", "text of `layers`"),
    "the order of keys": (
        "description: A net.\nparameters: {width: 8}\n",
        "parameters: {width: 8}\ndescription: A net.\n",
        "order of keys",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a spec, where commands run."""
    monkeypatch.chdir(start(tmp_path / "project"))
    commit(Path(), {"specs/net.yaml": OLD})
    return Path()


def edit(before: str, after: str) -> None:
    assert before in OLD
    Path("specs/net.yaml").write_text(OLD.replace(before, after), encoding="utf-8")


class Done(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def run(*args: str) -> Done:
    done = commands.run(args, Path.cwd())
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def diff(*args: str) -> Done:
    return run("diff", *args)


def golden(name: str, text: str) -> None:
    """Compare with a file, which MLPGEN_UPDATE=1 writes."""
    path = GOLDEN / name
    if os.environ.get("MLPGEN_UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "MLPGEN_UPDATE=1 accepts it"


@pytest.mark.parametrize("name", EDITS)
def test_each_kind_of_change(folder: Path, name: str) -> None:
    """As Markdown: what a pull request shows; `breaking` below it."""
    edit(*EDITS[name])
    shown = diff("--format", "markdown")
    broken = run("breaking", "--against", "HEAD")
    assert shown.code == 0
    assert broken.code == (1 if broken.err else 0)
    golden(f"{name}.md", f"{shown.out}\n```\n{broken.err}{broken.out}```\n")


@pytest.mark.parametrize(("before", "after", "why"), SAME.values(), ids=SAME)
def test_what_is_only_text(folder: Path, before: str, after: str, why: str) -> None:
    edit(before, after)
    done = diff("--exit-code")
    assert done.code == 0
    assert "specs/net.yaml: the networks are equal: only" in done.out
    assert why in done.out
    assert run("breaking", "--against", "HEAD").code == 0
    assert json.loads(diff("specs/net.yaml", "--format", "json").out)["equal"]


def test_formats(folder: Path) -> None:
    """A table by default; each names the same change."""
    edit(*EDITS["activation"])
    for format_, wanted in (
        ("text", "replaced: was ReLU"),
        ("json", '"replaced"'),
        ("markdown", "| `~` | `gelu_1` | GELU | replaced: was ReLU |"),
        ("mermaid", "classDef changed"),
        ("dot", 'fillcolor="#fff3c4"'),
    ):
        assert wanted in diff("specs/net.yaml", "--format", format_).out, format_
    assert diff("specs/net.yaml", "--exit-code").code == 1


def test_pictures_show_what_is_gone(folder: Path) -> None:
    edit("  - ReLU\n  - Flatten\n", "  - Flatten\n  - Tanh\n  - Dropout: 0.5\n")
    shown = diff("specs/net.yaml", "--format", "mermaid").out
    golden("picture.mmd", shown)
    assert "classDef removed" in shown


def test_two_files_and_settings(folder: Path) -> None:
    """`--set` is for the new spec, `--set-old` for the old one."""
    args = ("specs/net.yaml", "specs/net.yaml", "--format", "json")
    wider = json.loads(diff(*args, "--set", "width=16").out)
    assert [each["parameters"] for each in wider["totals"]] == [3114, 6218]
    narrower = json.loads(diff(*args, "--set-old", "width=16").out)
    assert [each["parameters"] for each in narrower["totals"]] == [6218, 3114]
    assert {each["activations"] for each in wider["totals"]} == {874, 1738}


def test_a_whole_project(folder: Path) -> None:
    """New, removed and renamed specs, and those that nobody changed."""
    other = OLD.replace("Net", "Other")
    commit(
        folder,
        {"specs/other.yaml": other, "specs/gone.yaml": GONE},
    )
    Path("specs/gone.yaml").unlink()
    Path("specs/other.yaml").rename("specs/moved.yaml")
    Path("specs/new.yaml").write_text(OLD.replace("Net", "New"), encoding="utf-8")
    lines = diff().out.splitlines()
    assert lines == [
        "specs/moved.yaml: the networks are equal",
        "specs/net.yaml: the networks are equal",
        "specs/new.yaml is new: New, 4 layers, 3,114 parameters",
        "HEAD:specs/gone.yaml is gone: Gone, 1 layer, 0 parameters",
    ]
    assert len(json.loads(diff("--format", "json").out)) == 4
    assert diff("--exit-code").code == 1
    broken = run("breaking", "--against", "HEAD")
    assert broken.code == 1
    assert "error[MG701]: `HEAD:specs/gone.yaml` is gone" in broken.err


@pytest.mark.parametrize("inside", ["specs", "specs/deep", "elsewhere"])
def test_subfolders_get_the_answer_of_the_root(folder: Path, inside: str) -> None:
    """A file is the same by any path that leads to it."""
    settings = '[tool.mlpgen]\nspecs = ["specs/**/*.yaml"]\n'
    other = OLD.replace("Net", "Other")
    commit(folder, {"pyproject.toml": settings, "specs/deep/other.yaml": other})
    edit(*EDITS["class"])
    root = Path.cwd()

    def answers() -> list[str]:
        shown = diff().out + run("breaking", "--against", "HEAD").out
        return [line.lstrip("./") for line in shown.splitlines()]

    wanted = answers()
    (root / inside).mkdir(exist_ok=True)
    os.chdir(root / inside)
    assert answers() == wanted


def test_a_spec_that_is_renamed(folder: Path) -> None:
    """It is found by its class or its text, whatever names a command gets."""
    commit(folder, {"specs/other.yaml": "\n".join(map(str, range(9)))})
    edit(*EDITS["argument"])
    Path("specs/net.yaml").rename("specs/moved.yaml")
    said = "HEAD:specs/net.yaml is now specs/moved.yaml\n"
    for args in (["specs/moved.yaml"], []):
        Path("specs/other.yaml").unlink(missing_ok=True)
        broken = run("breaking", *args, "--against", "HEAD")
        assert (broken.code, broken.out) == (1, "1 spec: 2 breaks, 2 of weights\n")
        assert broken.err.startswith(said)
        assert "Conv2d" in (shown := diff(*args)).out
        assert shown.err == said


def test_a_spec_that_is_renamed_with_its_class(folder: Path) -> None:
    Path("specs/net.yaml").unlink()
    named = OLD.replace("name: Net", "name: Wide")
    Path("deep").mkdir()
    Path("deep/net.yaml").write_text(named, encoding="utf-8")
    said = diff("deep/net.yaml")
    assert "class: Net → Wide" in said.out
    assert said.err == "HEAD:specs/net.yaml is now deep/net.yaml\n"


@pytest.mark.parametrize("lost", [False, True])
def test_a_spec_that_is_new(folder: Path, *, lost: bool) -> None:
    """A copy of one that is still there is new, and so is what nothing is like."""
    text = OLD.replace("Net", "New")
    if lost:
        Path("specs/net.yaml").unlink()
        text = "name: Tiny\ninput: [4]\nlayers: [ReLU]\n"
    Path("specs/new.yaml").write_text(text, encoding="utf-8")
    done = run("breaking", "specs/new.yaml", "--against", "HEAD")
    assert (done.code, done.out) == (0, "1 spec: nothing breaks\n")
    assert done.err == (
        "specs/new.yaml is new: HEAD has no such file, and lost none like it\n"
    )
    assert "specs/new.yaml is new: " in diff("specs/new.yaml").out
    asked = ("migrate", "--against", "HEAD", "specs/new.yaml", "x.pt", "--dry-run")
    assert run(*asked).code == 2
    assert "git show HEAD:OLD.yaml > old.yaml" in run(*asked).err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("diff specs/net.yaml --against nosuch", 2, "git knows no revision `nosuch`"),
        ("diff specs/missing.yaml", 2, "there is no file `specs/missing.yaml`"),
        ("diff specs/net.yaml specs/wrong.yaml", 2, "MG207"),
        ("diff specs/wrong.yaml specs/net.yaml", 2, "MG207"),
        ("diff a.yaml b.yaml c.yaml", 2, "an old and a new SPEC"),
        ("diff --format svg", 2, "--format svg draws one spec"),
        ("breaking specs/net.yaml", 2, "Missing option '--against'"),
        ("breaking --against specs/net.yaml", 2, "takes one SPEC"),
        ("breaking specs/new.yaml --against HEAD", 0, "nothing breaks"),
        ("breaking specs/net.yaml --against HEAD --category colors", 2, "colors"),
    ],
)
def test_bad_input(folder: Path, args: str, code: int, said: str) -> None:
    wrong, new = OLD.replace("ReLU", "Rellu"), OLD.replace("Net", "New")
    Path("specs/wrong.yaml").write_text(wrong, encoding="utf-8")
    Path("specs/new.yaml").write_text(new, encoding="utf-8")
    if args == "diff --format svg":
        Path("specs/wrong.yaml").unlink()
    done = run(*args.split())
    assert done.code == code
    assert said in done.out + done.err
    assert "Traceback" not in done.err


def test_breaking_names_the_line_of_the_new_spec(folder: Path) -> None:
    edit(*EDITS["argument"])
    shown = run("breaking", "--against", "HEAD", "--format", "github").out
    assert "::error file=specs/net.yaml,line=6," in shown
    assert "title=MG702" in shown
    rows = json.loads(run("breaking", "--against", "HEAD", "--format", "json").out)
    assert {each["code"] for each in rows} == {"MG702"}
    sarif = json.loads(run("breaking", "--against", "HEAD", "--format", "sarif").out)
    assert sarif["runs"][0]["results"]
    only = run("breaking", "--against", "HEAD", "--category", "code")
    assert (only.code, only.out) == (0, "1 spec: nothing breaks\n")


def test_the_code_of_a_custom_layer(folder: Path) -> None:
    """Nobody reads it, so what it does and saves may be other than before."""
    custom = "- custom: {path: own.py, class: Gate, output: same}"
    spec = OLD.replace("- ReLU", custom)
    commit(folder, {"specs/net.yaml": spec, "specs/own.py": "class Gate: ..."})
    assert run("breaking", "--against", "HEAD").code == 0
    Path("specs/own.py").write_text("class Gate:\n    another = True\n")
    found = run("breaking", "--against", "HEAD")
    assert found.code == 1
    assert "`custom_1` has changed: it may have other tensors" in found.err
    assert "the code of `own` differs" in diff().out


def test_torch_is_never_imported(folder: Path) -> None:
    edit(*EDITS["resized"])
    code = (
        "import sys; from mlpgen.cli import run; "
        "codes = [run(['diff']), run(['breaking', '--against', 'HEAD'])]; "
        "assert codes == [0, 1]; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
