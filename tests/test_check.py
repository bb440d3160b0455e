"""`check` and the settings of a project: every damage to a generated file is found."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlpgen import api
from mlpgen.cli import run
from mlpgen.names.modules import KINDS, shared_modules
from mlpgen.project.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
SPEC = (ROOT / "specs" / "mnist_mlp.yaml").read_text(encoding="utf-8")
SETTINGS = '[tool.mlpgen]\nspecs = ["networks/**/*.yaml"]\nout = "made"\n'
BOTH = 'styles = ["explicit", "sequential"]\n'
NAMES = ["mnist_mlp.py", *(f"{kind}_mnist_mlp.py" for kind in KINDS), "mnist_mlp.ipynb"]
SHARED = [
    name
    for name in api.render(ROOT / "specs" / "mnist_mlp.yaml")
    if name[:-3] in shared_modules()
]
POSIX = pytest.mark.skipif(os.name == "nt", reason="files of POSIX")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two specs, rendered in both styles."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "networks" / "deep").mkdir(parents=True)
    (folder / "networks" / "mnist_mlp.yaml").write_text(SPEC, encoding="utf-8")
    other = SPEC.partition("training:")[0].replace("MnistMLP", "Other")
    (folder / "networks" / "deep" / "other.yaml").write_text(other, encoding="utf-8")
    (folder / "pyproject.toml").write_text(SETTINGS + BOTH, encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert run(["render"]) == 0
        assert run(["render", "networks/mnist_mlp.yaml", "--notebook"]) == 0
        assert run(["check"]) == 0
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


class Said:
    """The output of `check`."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *args: str) -> None:
        capsys.readouterr()
        self.code = run(["check", "--format", "json", *args])
        rows = json.loads(capsys.readouterr().out)
        self.status = {row["path"]: row["status"] for row in rows}
        self.advice = {row["path"]: row["advice"] for row in rows}
        self.wrong = {
            path: status for path, status in self.status.items() if status != "current"
        }
        assert self.code == (1 if self.wrong else 0)

    def mend(self, path: str) -> None:
        """Run the advice about a file, as a person would."""
        command = self.advice[path].rpartition(": ")[2]
        for each in command.split(" && "):
            name, *args = shlex.split(each)
            if name == "mlpgen":
                assert run(args) == 0
            else:
                assert name in ("rm", "mv", "chmod")
                subprocess.run([name, *args], check=True)


def without_header(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    mark = next(at for at, line in enumerate(lines) if "@generated" in line)
    if path.suffix == ".ipynb":
        lines[mark] = lines[mark].replace("@generated", "generated")
    else:
        del lines[mark : mark + 2]
    path.write_text("".join(lines), "utf-8")


def without_mark(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace("@generated", "made"), "utf-8")


def of_another_spec(path: Path) -> None:
    """A file of the same name from another spec."""
    other = SPEC.replace("784-128", "784").replace("hidden_1: 128", "hidden_1: 64")
    Path("elsewhere.yaml").write_text(other, "utf-8")
    options = ["--style", path.parent.name, "--out", "other"]
    options += ["--notebook"] * (path.suffix == ".ipynb")
    assert run(["render", "elsewhere.yaml", *options]) == 0
    made = Path("other") / path.parent.name / path.name
    path.write_bytes(made.read_bytes())
    shutil.rmtree("other")


def no_text(path: Path) -> None:
    before, _, behind = path.read_bytes().rpartition(b"e")
    path.write_bytes(before + b"\xe9" + behind)


def latin_comment(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"# \xff\n")


def crlf(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def one_crlf(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n", 1))


def byte_order_mark(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def another_newline(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def without_newline(path: Path) -> None:
    path.write_bytes(path.read_bytes().rstrip(b"\n"))


def edited(path: Path) -> None:
    text = path.read_text("utf-8")
    word = "return" if "return" in text else "TRAINING"
    path.write_text(text.replace(word, f"{word}  not ", 1), "utf-8")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside.txt").write_text("mine")


def a_link(path: Path) -> None:
    path.rename("aside")
    path.symlink_to(Path("aside").absolute())


def a_lost_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[Callable[[Path], None], str] = {
    without_header: "foreign",
    without_mark: "foreign",
    of_another_spec: "foreign",
    no_text: "edited",
    latin_comment: "edited",
    one_crlf: "stale",
    byte_order_mark: "stale",
    another_newline: "reformatted",
    without_newline: "reformatted",
    edited: "edited",
    empty: "foreign",
    gone: "missing",
    a_folder: "blocked",
    a_link: "blocked",
    a_lost_link: "blocked",
    a_pipe: "blocked",
}
OF_NOTEBOOKS = {
    no_text: "stale",  # its cells are as they were
    latin_comment: "foreign",  # no JSON either
    another_newline: "stale",
    without_newline: "stale",
}


@POSIX
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
@pytest.mark.thinned(7)
def test_damage_is_found_and_fixed(
    project: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None]
) -> None:
    """In every kind of file, all at once: each is reported with its fix."""
    files = [Path("made/explicit") / name for name in NAMES]
    if damage is gone:
        files.pop()  # nobody says that there is a notebook
    wanted = {path: path.read_bytes() for path in files}
    for path in files:
        damage(path)
    said = Said(capsys)
    expected = {path.as_posix(): DAMAGES[damage] for path in files}
    if damage in OF_NOTEBOOKS:
        expected["made/explicit/mnist_mlp.ipynb"] = OF_NOTEBOOKS[damage]
    assert said.wrong == expected
    for path in (files[0], files[-1]):  # a command is for all files of a style
        said.mend(path.as_posix())
        if path.suffix == ".py" and len(said.wrong) > len(NAMES) - 1:
            assert set(Said(capsys).wrong) == {files[-1].as_posix()}
    assert Said(capsys).wrong == {}
    assert {path: path.read_bytes() for path in files} == wanted


def test_files_that_git_has_written_on_windows(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All line ends are CRLF, and nothing is to be done."""
    for path in Path("made").rglob("*.*"):
        crlf(path)
    assert Said(capsys).wrong == {}
    before = {path: path.read_bytes() for path in Path("made").rglob("*.*")}
    assert run(["render"]) == 0
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.thinned(2)
def test_damage_of_one_file(
    project: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = f"made/sequential/{name}"
    if not Path(path).exists():
        assert run(["render", "networks/mnist_mlp.yaml", "--notebook"]) == 0
    without_mark(Path(path))
    said = Said(capsys)
    assert said.wrong == {path: "foreign"}
    said.mend(path)
    assert Said(capsys).wrong == {}
    assert b"@generated" not in Path(f"{path}.orig").read_bytes()


@pytest.mark.parametrize("style", ["explicit", "sequential"])
@pytest.mark.parametrize("damage", [gone, without_header], ids=["gone", "header"])
@pytest.mark.thinned(3)
def test_a_whole_style(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], None],
    style: str,
) -> None:
    """Nothing is left that says what was there, but for the settings."""
    files = sorted(Path("made", style).glob("*.py"))
    for path in files:
        damage(path)
    said = Said(capsys)
    assert [*said.wrong] == [path.as_posix() for path in files]
    for path in {said.advice[path]: path for path in said.wrong}.values():
        said.mend(path)
    assert Said(capsys).wrong == {}


def test_all_files_of_a_model(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for style in ("explicit", "sequential"):
        Path("made", style, "other.py").unlink()
    said = Said(capsys)
    assert [*said.wrong] == ["made/explicit/other.py", "made/sequential/other.py"]
    assert said.advice["made/explicit/other.py"].endswith(
        "mlpgen render networks/deep/other.yaml --style explicit"
    )
    shutil.rmtree("made")
    # Without a notebook, another model.
    assert len(Said(capsys).wrong) == 2 * len([*NAMES, *SHARED])


@POSIX
def test_a_missing_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree("made/explicit")
    Path("made/explicit").write_text("mine")
    said = Said(capsys)
    assert set(said.wrong.values()) == {"blocked"}
    for path in said.wrong:
        if Said(capsys).wrong:
            said.mend(path)
            break
    said = Said(capsys)
    assert [*said.wrong] == ["made/explicit/other.py"]
    said.mend("made/explicit/other.py")
    assert Said(capsys).wrong == {}
    assert Path("made/explicit.orig").read_text() == "mine"


def test_files_that_no_spec_makes(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = "made/explicit/train_mnist_mlp.py"
    spec = Path("networks/mnist_mlp.yaml")
    spec.write_text(SPEC.partition("training:")[0], "utf-8")
    assert run(["render"]) == 0
    Path(train).write_text(Path(train).read_text("utf-8") + "# mine\n", "utf-8")
    Path("networks/deep/other.yaml").unlink()
    said = Said(capsys)
    orphans = [path for path, status in said.wrong.items() if status == "orphan"]
    assert len(orphans) == 2 * len([*KINDS, *SHARED]) + 2
    assert said.advice[train].endswith(f"mv {train} {train}.orig")  # it was edited
    assert said.advice["made/explicit/other.py"] == (
        "its spec `networks/deep/other.yaml` does not exist: rm made/explicit/other.py"
    )
    for path in said.wrong:
        said.mend(path)
    assert Said(capsys).wrong == {}
    assert Path(f"{train}.orig").read_text("utf-8").endswith("# mine\n")


def test_a_file_that_cannot_be_read(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root can read everything, so the test pretends that it cannot."""
    path = "made/explicit/mnist_mlp.py"
    read = Path.read_bytes

    def refused(self: Path) -> bytes:
        if self.as_posix() == path:
            raise PermissionError(13, "Permission denied", path)
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refused)
    said = Said(capsys)
    assert said.wrong == {path: "unreadable"}
    assert said.advice[path] == (
        "it cannot be read (Permission denied): mlpgen render networks/mnist_mlp.yaml "
        "--style explicit --force"
    )
    assert run(["render"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    monkeypatch.undo()
    os.chdir(project)
    assert Said(capsys).wrong == {}


def test_a_cell_that_was_split_is_an_edit(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("made/explicit/mnist_mlp.ipynb")
    content = json.loads(path.read_text("utf-8"))
    cells = content["cells"]
    first, second = cells[2], cells.pop(3)
    first["source"] += ["\n\n# %%\n", *second["source"]]
    path.write_text(json.dumps(content), "utf-8")
    assert Said(capsys).wrong == {path.as_posix(): "edited"}


def test_options_override_settings(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Said(capsys, "--out", "elsewhere", "--style", "explicit").wrong
    assert set(found.values()) == {"missing"}
    assert {path.partition("/explicit/")[0] for path in found} == {"elsewhere"}
    only = Said(capsys, "networks/deep/other.yaml", "--out", "elsewhere")
    assert len(only.wrong) == 2
    only.mend("elsewhere/explicit/other.py")
    assert Path("elsewhere/explicit/other.py").exists()
    assert run(["render", "networks/deep/other.yaml", "--style", "explicit"]) == 0
    assert "explicit/other.py: unchanged" in capsys.readouterr().out


def test_from_a_folder_of_the_project(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "networks" / "deep")
    path = "../../made/explicit/other.py"
    assert Said(capsys).status[path] == "current"
    (project / "made/explicit/other.py").unlink()
    said = Said(capsys)
    assert said.wrong == {path: "missing"}
    said.mend(path)
    assert run(["render"]) == 0
    assert Said(capsys).wrong == {}


def test_the_nearest_table_counts(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = project / "networks"
    (inner / "pyproject.toml").write_text("[tool.other]\n# mlpgen\n")
    monkeypatch.chdir(inner)
    assert Said(capsys).wrong == {}
    (inner / "pyproject.toml").write_text('[tool.mlpgen]\nspecs = ["deep/*.yaml"]\n')
    assert Said(capsys).wrong == {"generated/explicit/other.py": "missing"}


WRONG = {
    '[tool.mlpgen]\nspec = ["a"]\n': "2:1: error[MG201]: the table `tool.mlpgen` has",
    '[tool.mlpgen]\nspecs = "a"\n': "2:9: error[MG203]: `specs` must be a list of",
    "[tool.mlpgen]\nspecs = []\n": "2:9: error[MG204]: `specs` must be a list of",
    "[tool.mlpgen]\nspecs = [1]\n": "2:9: error[MG203]: `specs` must be a list of",
    '[tool.mlpgen]\nspecs = ["/a"]\n': "2:9: error[MG203]: `specs` must be a list of",
    '[tool.mlpgen]\nspecs = ["a**"]\n': "2:9: error[MG203]: `specs` must be a list of",
    '[tool.mlpgen]\nspecs = ["./"]\n': "2:9: error[MG203]: `specs` must be a list of",
    f'[tool.mlpgen]\nspecs = ["{"a/" * 999}"]\n': "2:9: error[MG203]: `specs` must be",
    '[tool.mlpgen]\nspecs = ["\\u0000"]\n': "2:9: error[MG203]: `specs` must be",
    '# a\n[ tool."mlpgen" ]\nout = 3\n': "3:7: error[MG203]: `out` must be the path of",
    '[tool.mlpgen]\nout = ""\n': "2:7: error[MG203]: `out` must be the path of",
    '[tool.mlpgen]\nstyles = ["tidy"]\n': "2:10: error[MG204]: `styles` must be a list",
    "[tool]\nmlpgen = 3\n": "1:1: error[MG203]: `tool.mlpgen` must be a table, not `3`",
    "[tool.mlpgen]\nout =\n": "2:6: error[MG006]: this is not TOML: Invalid value",
    "[tool.mlpgen]\n[tool.mlpgen]\n": "2:13: error[MG006]: this is not TOML: Cannot",
    f"[tool.mlpgen]\nx.{'y.' * 9999}z = 1\n": "2:1: error[MG006]: this is not TOML",
    f'[tool.mlpgen]\nx = "{" " * 60_000}a" \n': "2:1: error[MG201]: the table",
    "[tool.mlpgen]\nout = 2023-01-01\n": "2:7: error[MG203]: `out` must be the path "
    "of a folder, not `2023-01-01`",
    '[tool.mlpgen]\nspecs = ["../*.yaml"] # a\n': "2:9: error[MG203]: `specs` must",
    f'[tool.mlpgen]\nspecs = ["{"**/a/" * 5}"]\n': "2:9: error[MG203]: `specs` must be",
    "[tool.mlpgen.lint]\nignor = []\n": "2:1: error[MG201]: the table "
    "`tool.mlpgen.lint` has no key `ignor`\n",
    "[tool.mlpgen]\nlint = 3\n": "2:8: error[MG203]: `tool.mlpgen.lint` must be a",
    '[tool.mlpgen.lint]\nstrict = "no"\n': "2:10: error[MG203]: `strict` must be true",
    "[tool.mlpgen]\nstrict = true\n": "2:1: error[MG201]: the table `tool.mlpgen` has",
    "[tool.mlpgen.lint]\nhints = 1\n": "2:9: error[MG203]: `hints` must be true",
    "[tool.mlpgen.lint]\nignore = []\n": "2:10: error[MG204]: `ignore` must be a list",
    '[tool.mlpgen.lint]\nignore = "MG501"\n': "2:10: error[MG203]: `ignore` must be",
    '[tool.mlpgen.lint]\nignore = ["MG313"]\n': "2:10: error[MG204]: `ignore` must be "
    "a list of codes of warnings, such as `MG214`, but it contains the string `MG313`: "
    "it is the code of a mistake",
    '[tool.mlpgen]\nlint.ignore = ["MG0"]\n': "1:1: error[MG204]: `ignore` must be",
    "[tool.mlpgen]\n# \udcff\n": "2:3: error[MG002]: the byte 0xff is not UTF-8",
}


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("command", ["check", "render"])
def test_wrong_settings(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_bytes(text.encode(errors="surrogateescape"))
    assert run([command]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"pyproject.toml:{WRONG[text]}")
    assert said.count("error[") == 1


@pytest.mark.parametrize("value", ["x = " + "1" * 5000, "x = " + "[" * 9999])
def test_settings_that_python_cannot_hold(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(f"[tool.mlpgen]\n{value}\n")
    assert run(["check"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error[MG006]: `pyproject.toml` is not TOML: ")
    assert said.count("\n") == 1


def test_a_pattern_goes_through_folders_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("/".join("abcdefghijkl")).mkdir(parents=True)
    Path("pyproject.toml").write_text(
        f'[tool.mlpgen]\nspecs = ["{"**/" * 160}*.yaml"]\n'
    )
    assert settings().specs == ("**/*.yaml",)


def test_patterns_that_match_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(SETTINGS)
    assert run(["render"]) == 2
    assert "error[MG006]: `specs` in `pyproject.toml` matches no" in (
        capsys.readouterr().err
    )
    assert run(["check"]) == 2
    assert "MG005" in capsys.readouterr().err


@POSIX
def test_only_files_are_settings_and_specs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other files do not block."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pyproject.toml")
    Path("specs/folder.yaml").mkdir(parents=True)
    os.mkfifo("specs/pipe.yaml")
    Path("specs/mnist_mlp.yaml").write_text(SPEC)
    assert run(["check"]) == 1
    assert run(["render", "specs/mnist_mlp.yaml"]) == 0
    assert run(["check"]) == 0


def test_toml_is_imported_only_with_a_table(tmp_path: Path) -> None:
    import sys

    for name, wanted in (("other", False), ("mlpgen", True)):
        (tmp_path / "pyproject.toml").write_text(f"[tool.{name}]\n")
        code = "import sys; from mlpgen.cli import run; run(['check']); "
        code += "print('tomllib' in sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.stdout == f"{wanted}\n"


def test_without_settings_files_without_header_are_foreign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    Path("specs/mnist_mlp.yaml").write_text(SPEC, "utf-8")
    assert run(["render", "specs/mnist_mlp.yaml", "--style", "sequential"]) == 0
    assert Said(capsys).wrong == {}
    for path in Path("generated/sequential").iterdir():
        without_mark(path)
    said = Said(capsys)
    assert set(said.wrong.values()) == {"foreign"}
    said.mend("generated/sequential/mnist_mlp.py")
    assert Said(capsys).wrong == {}


def test_without_settings_the_own_style_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    Path("specs/net.yaml").write_text(SPEC.partition("training:")[0], "utf-8")
    for style in ("sequential", "explicit"):
        assert run(["render", "specs/net.yaml", "--style", style]) == 0
        assert Said(capsys).wrong == {}
    path = "generated/explicit/mnist_mlp.py"
    Path(path).unlink()
    said = Said(capsys)
    assert said.wrong == {path: "missing"}
    said.mend(path)
    assert Said(capsys).wrong == {}


def test_a_file_in_place_of_the_folder(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").write_text("mine")
    said = Said(capsys, "--out", "taken")
    assert set(said.wrong.values()) == {"blocked"}
    assert not any(path.endswith(".ipynb") for path in said.wrong)
    said.mend("taken/explicit/mnist_mlp.py")
    assert Path("taken.orig").read_text() == "mine"


def test_a_spec_of_the_same_name(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its files are in the place of a spec of the project, and then nobody's."""
    for path in Path("made/explicit").glob("*mnist_mlp.py"):
        of_another_spec(path)
    said = Said(capsys)
    assert set(said.wrong.values()) == {"foreign"}
    said.mend("made/explicit/mnist_mlp.py")
    assert Said(capsys).wrong == {}


def test_a_header_cannot_make_check_read_any_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("secret").write_text("password: [")
    path = Path("made/explicit/other.py")
    text = path.read_text("utf-8")
    assert "../../networks/deep/other.yaml" in text
    path.write_text(text.replace("../../networks/deep/other.yaml", "../../secret"))
    said = Said(capsys)
    assert said.wrong == {path.as_posix(): "foreign"}
    said.mend(path.as_posix())
    assert Said(capsys).wrong == {}


def test_the_name_of_a_spec_need_not_be_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"\xff \x1b[31m\n::error::.yaml")
    Path(name).write_text(SPEC, "utf-8")
    assert run(["render", name]) == 0
    assert Said(capsys).wrong == {}
    without_newline(Path("generated/explicit/mnist_mlp.py"))
    assert set(Said(capsys).wrong.values()) == {"reformatted"}


def test_files_of_blocks_are_not_specs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = "description: a\n\nblocks:\n  Twice:\n    layers: [{Linear: 3}]\n"
    Path("networks/deep/twice.yaml").write_text(blocks)
    assert Said(capsys).wrong == {}
    spec = Path("networks/deep/other.yaml")
    used = spec.read_text("utf-8").replace("- Flatten\n", "- Flatten\n  - Twice\n")
    spec.write_text(f"include: [twice.yaml]\n{used}", "utf-8")
    assert set(Said(capsys).wrong.values()) == {"stale"}
    assert run(["render"]) == 0
    assert Said(capsys).wrong == {}
    Path("networks/deep/twice.yaml").write_text(blocks.replace("3", "4"))
    assert set(Said(capsys).wrong.values()) == {"stale"}


def test_the_schema_of_the_project(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["schema"]) == 0
    crlf(Path("schemas/spec.schema.json"))
    assert Said(capsys).wrong == {}  # as git writes it on Windows
    Path("schemas/spec.schema.json").write_text("{}")
    monkeypatch.chdir("networks")
    said = Said(capsys)
    assert said.wrong == {"../schemas/spec.schema.json": "stale"}
    said.mend("../schemas/spec.schema.json")
    assert Said(capsys).wrong == {}


def test_irrelevant_changes_of_a_spec_change_no_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file has only those facts of a spec that it needs."""
    spec = Path("networks/mnist_mlp.yaml")
    spec.write_text("# a comment\n" + SPEC + "style: sequential\n", "utf-8")
    assert Said(capsys).wrong == {}
    spec.write_text(SPEC.replace("hidden_1: 128", "hidden_1: 256"), "utf-8")
    models = [f"made/{style}/mnist_mlp.py" for style in ("explicit", "sequential")]
    notebooks = [path.replace(".py", ".ipynb") for path in models]
    kinds = ("train", "spec")  # flags, and what runs keep
    told = [path.replace("mnist", f"{each}_mnist") for path in models for each in kinds]
    assert Said(capsys).wrong == dict.fromkeys([*models, *notebooks, *told], "stale")
    edited(Path(models[0]))
    said = Said(capsys)
    assert said.wrong[models[0]] == "edited"
    assert said.advice[models[0]].startswith("the rendered code has changed too; ")
    spec.write_text(SPEC, "utf-8")
    assert Said(capsys).advice[models[0]].startswith("move the edit into the spec")


@pytest.mark.parametrize("given", [True, False])
def test_each_file_is_compared_by_its_header(
    project: Path, capsys: pytest.CaptureFixture[str], given: bool
) -> None:
    """Also where the files of one spec have different options, three of them."""
    if not given:  # a spec that is none of the project, but has files in its folder
        Path("elsewhere").mkdir()
        Path("networks/mnist_mlp.yaml").rename("elsewhere/mnist_mlp.yaml")
        assert run(["render", "elsewhere/mnist_mlp.yaml", "--force"]) == 0
        for path in Path("made").rglob("*.ipynb"):
            path.unlink()
    spec = "networks/mnist_mlp.yaml" if given else "elsewhere/mnist_mlp.yaml"
    texts = {}
    for number, kind in enumerate(["", "predict_", "train_"]):
        path = Path(f"made/explicit/{kind}mnist_mlp.py")
        value = ["--set", f"hidden_1={96 + number}"]
        assert run(["render", spec, "--style", "explicit", *value]) == 0
        texts[path] = path.read_bytes()
    for path, text in texts.items():
        path.write_bytes(text)
    found = Said(capsys).wrong
    assert {path: status for path, status in found.items() if "explicit" in path} == {}
