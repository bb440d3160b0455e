"""The command line as people use it: real processes in an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from itertools import count
from pathlib import Path

import click
import pytest

from mlpgen import api
from mlpgen.cli.options import parse_settings
from mlpgen.names.modules import KINDS, shared_modules

from . import commands

ROOT = Path(__file__).parent.parent
SPEC = (ROOT / "specs" / "mnist_mlp.yaml").read_text(encoding="utf-8")
MODEL = "generated/explicit/mnist_mlp.py"
OWN = [MODEL, *(MODEL.replace("mnist", f"{kind}_mnist") for kind in KINDS)]
SHARED = [
    f"generated/explicit/{name}"
    for name in api.render(ROOT / "specs" / "mnist_mlp.yaml")
    if name[:-3] in shared_modules()
]
FILES = [*OWN, *SHARED]
CURRENT = dict.fromkeys(FILES, "current")


READ_BY_COMMANDS = {"_MLPGEN_COMPLETE", "COMP_WORDS", "COMP_CWORD", "NO_COLOR"}
"""Variables that nothing reads before a command starts."""


class Folder:
    """A folder to work in."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(
        self, *args: str, stdin: str | bytes = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; with variables that an interpreter reads, in a new one."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        if not env.keys() <= READ_BY_COMMANDS or not hasattr(os, "fork"):
            done = subprocess.run(
                [sys.executable, "-m", "mlpgen", *args],
                cwd=self.path,
                input=data,
                capture_output=True,
                env={**os.environ, **env},
                timeout=120,
            )
        else:
            done = commands.run(args, self.path, data, environment=env)
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def files(self) -> list[str]:
        found = (path for path in self.path.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.path).as_posix() for path in found)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.write("specs/mnist_mlp.yaml", SPEC)
    return made


def test_render_says_what_it_did(folder: Folder) -> None:
    args = ("render", "specs/mnist_mlp.yaml", "--style", "sequential")
    first, second = folder.run(*args), folder.run(*args)
    assert first.returncode == second.returncode == 0
    assert first.stdout == "".join(
        f"{name}: written\n".replace("explicit", "sequential") for name in FILES
    )
    own = [name for name in FILES if "mnist_mlp" in name]
    assert (
        second.stdout
        == "".join(
            f"{name}: unchanged\n".replace("explicit", "sequential") for name in own
        )
        + f"{len(FILES) - len(own)} shared modules: unchanged\n"
    )


def test_a_dry_run_writes_nothing(folder: Folder) -> None:
    done = folder.run("render", "specs/mnist_mlp.yaml", "--dry-run")
    assert (done.returncode, done.stdout.count(": would be written")) == (0, len(FILES))
    assert folder.files() == ["specs/mnist_mlp.yaml"]
    folder.run("render", "specs/mnist_mlp.yaml")
    folder.write(MODEL, folder.read(MODEL) + "# mine\n")
    done = folder.run("render", "specs/mnist_mlp.yaml", "--dry-run")
    assert (done.returncode, "would be kept: edited by hand" in done.stdout) == (
        1,
        True,
    )


def test_style_of_the_spec_is_the_default(folder: Folder) -> None:
    folder.write("specs/mnist_mlp.yaml", SPEC + "style: sequential\n")
    done = folder.run("render", "specs/mnist_mlp.yaml")
    assert "generated/sequential/mnist_mlp.py" in done.stdout


def test_set_changes_the_default(folder: Folder) -> None:
    done = folder.run(
        "render", "specs/mnist_mlp.yaml", "--set", "hidden_1=256", "--stdout"
    )
    assert "hidden_1: int = 256" in done.stdout
    assert "# --set hidden_1=256" in done.stdout
    assert not (folder.path / "generated").exists()


@pytest.mark.parametrize(
    "setting",
    [
        *["hidden_1", "hidden_1=", "hidden_1=x", "=3", "a=1e999", "a=9e99999"],
        *["a=1e999,2", "a=[[1e999]]", "a=NaN,1", f"a={'[' * 900}1{']' * 900}"],
        f"a={'[' * 50_000}",
    ],
    ids=lambda setting: setting[:12],
)
def test_a_wrong_setting_is_wrong_usage(folder: Folder, setting: str) -> None:
    assert (
        folder.run("render", "specs/mnist_mlp.yaml", "--set", setting).returncode == 2
    )


def test_a_wrong_setting_is_told_once() -> None:
    with pytest.raises(click.UsageError, match=r"a type of layer, not 'hidden'$"):
        parse_settings(["hidden"])


@pytest.mark.parametrize("setting", ["hiden=3", "hidden_1=true", "hidden_1=2.5"])
def test_a_setting_must_fit_its_parameter(folder: Folder, setting: str) -> None:
    done = folder.run("render", "specs/mnist_mlp.yaml", "--set", setting)
    assert done.returncode == 2
    assert "--set" in done.stderr


def test_capture(folder: Folder) -> None:
    done = folder.run(
        "render", "specs/mnist_mlp.yaml", "--capture", "relu_1", "--stdout"
    )
    assert "return logits, probas, relu_1" in done.stdout
    wrong = folder.run("render", "specs/mnist_mlp.yaml", "--capture", "relu_9")
    assert wrong.returncode == 2
    assert "did you mean `relu_" in wrong.stderr


def test_standard_input(folder: Folder) -> None:
    done = folder.run("render", "-", stdin=SPEC)
    assert done.returncode == 0
    assert "from - (style: explicit)" in folder.read(MODEL)
    assert folder.run("validate", "-", stdin="name: 3").returncode == 2


def test_an_edited_file_is_kept(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    edited = folder.read(MODEL) + "# mine\n"
    folder.write(MODEL, edited)
    done = folder.run("render", "specs/mnist_mlp.yaml")
    assert done.returncode == 1
    assert f"{MODEL}: kept: edited by hand" in done.stdout
    assert folder.read(MODEL) == edited
    assert folder.run("check").returncode == 1

    forced = folder.run("render", "specs/mnist_mlp.yaml", "--force")
    assert forced.returncode == 0
    assert folder.read(MODEL + ".orig") == edited
    folder.write(MODEL, edited + "# again\n")
    folder.run("render", "specs/mnist_mlp.yaml", "--force")
    assert folder.read(MODEL + ".orig") == edited
    assert folder.read(MODEL + ".orig.1") == edited + "# again\n"
    assert folder.run("check").returncode == 0


def test_a_foreign_file_is_kept(folder: Folder) -> None:
    folder.write(MODEL, "print('mine')\n")
    done = folder.run("render", "specs/mnist_mlp.yaml")
    assert done.returncode == 1
    assert folder.read(MODEL) == "print('mine')\n"
    assert done.stderr.startswith("--force overwrites the kept files")


def test_the_file_of_another_spec_is_kept(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    folder.write("other/mnist_mlp.yaml", SPEC)
    done = folder.run("render", "other/mnist_mlp.yaml")
    assert done.returncode == 1
    assert f"{MODEL}: kept: it is of the spec specs/mnist_mlp.yaml\n" in done.stdout
    names = "give one of the two specs another `name`, or another `file`"
    assert done.stderr == f"{names}\n"
    folder.write(MODEL, "print('mine')\n")
    done = folder.run("render", "other/mnist_mlp.yaml")
    assert f"{MODEL}: kept: another file is at this path\n" in done.stdout
    assert done.stderr.startswith(f"{names}\n--force overwrites the kept files")
    done = folder.run("check", "other/mnist_mlp.yaml")
    assert f"it is of the spec `specs/mnist_mlp.yaml`: {names}, or: " in done.stdout


def test_two_specs_with_one_name(folder: Folder) -> None:
    folder.write("specs/copy.yaml", SPEC.replace("784-128", "784"))
    done = folder.run("render", "specs/mnist_mlp.yaml", "specs/copy.yaml")
    assert done.returncode == 2
    assert "MG217" in done.stderr
    assert not (folder.path / "generated").exists()


def verdicts(folder: Folder, *args: str) -> dict[str, str]:
    done = folder.run("check", "--format", "json", *args)
    rows = json.loads(done.stdout)
    found = {row["path"]: row["status"] for row in rows}
    assert done.returncode == (
        0 if set(found.values()) <= {"current", "unknown"} else 1
    )
    return found


def test_check_tells_states_apart(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    train = "generated/explicit/train_mnist_mlp.py"
    assert verdicts(folder) == CURRENT

    (folder.path / train).unlink()
    assert verdicts(folder) == CURRENT | {train: "missing"}
    folder.run("render", "specs/mnist_mlp.yaml")

    folder.write("specs/mnist_mlp.yaml", "# a comment\n" + SPEC)
    assert verdicts(folder) == CURRENT
    folder.write("specs/mnist_mlp.yaml", SPEC.replace("hidden_1: 128", "hidden_1: 100"))
    spec = train.replace("train_", "spec_")
    stale = dict.fromkeys((MODEL, train, spec), "stale")
    assert verdicts(folder) == CURRENT | stale
    assert "-    def __init__(self, hidden_1: int = 128" in folder.run("check").stdout

    folder.write("specs/mnist_mlp.yaml", SPEC.split("training:")[0])
    assert verdicts(folder)[train] == "orphan"
    (folder.path / "specs/mnist_mlp.yaml").unlink()
    assert set(verdicts(folder).values()) == {"orphan"}


def test_check_remembers_options(folder: Folder) -> None:
    options = ("--set", "hidden_1=32", "--capture", "relu_1,relu_2")
    folder.run("render", "specs/mnist_mlp.yaml", *options)
    assert set(verdicts(folder).values()) == {"current"}
    assert set(verdicts(folder, "specs/mnist_mlp.yaml").values()) == {"current"}


def test_check_of_styles_that_are_missing(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    both = ("--style", "explicit", "--style", "sequential")
    found = verdicts(folder, "specs/mnist_mlp.yaml", *both)
    assert found["generated/sequential/mnist_mlp.py"] == "missing"


def test_check_of_a_damaged_header(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    text = folder.read(MODEL)
    folder.write(MODEL, text.replace("Format 2, code", "Format two, code"))
    assert verdicts(folder)[MODEL] == "damaged"
    assert folder.run("render", "specs/mnist_mlp.yaml").returncode == 1


def test_line_endings_are_no_edit(folder: Folder) -> None:
    """Git may have made all of them CRLF; and writing the files again loses no edit."""
    folder.run("render", "specs/mnist_mlp.yaml")
    wanted = folder.read(MODEL)
    (folder.path / MODEL).write_bytes(wanted.replace("\n", "\r\n").encode())
    assert verdicts(folder)[MODEL] == "current"
    (folder.path / MODEL).write_bytes(wanted.replace("\n", "\r\n", 3).encode())
    assert verdicts(folder)[MODEL] == "stale"
    said = folder.run("render", "specs/mnist_mlp.yaml")
    assert (said.returncode, f"{MODEL}: updated" in said.stdout) == (0, True)
    assert (folder.path / MODEL).read_bytes() == wanted.encode()


def test_a_moved_file_is_an_orphan(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    (folder.path / "generated/old").mkdir()
    shutil.move(folder.path / MODEL, folder.path / "generated/old/mnist_mlp.py")
    found = verdicts(folder)
    assert found[MODEL] == "missing"
    assert found["generated/old/mnist_mlp.py"] == "orphan"


def test_check_of_nothing(tmp_path: Path) -> None:
    done = Folder(tmp_path).run("check")
    assert done.returncode == 2
    assert "MG005" in done.stderr


def test_check_watches_the_schema(folder: Folder) -> None:
    folder.run("schema")
    folder.run("render", "specs/mnist_mlp.yaml")
    assert verdicts(folder)["schemas/spec.schema.json"] == "current"
    folder.write("schemas/spec.schema.json", "{}\n")
    assert folder.run("check").returncode == 1


@pytest.mark.parametrize("command", ["render", "check", "validate", "show"])
@pytest.mark.parametrize("spec", ["nothing.yaml", ".", "bad.yaml", "a/b/c.yaml"])
@pytest.mark.thinned(4)
def test_a_spec_that_cannot_be_read(folder: Folder, command: str, spec: str) -> None:
    folder.write("bad.yaml", "name: [\n")
    done = folder.run(command, spec)
    assert done.returncode == 2
    assert "error[MG" in done.stderr
    assert folder.files() == ["bad.yaml", "specs/mnist_mlp.yaml"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_an_out_that_cannot_be_written(folder: Folder) -> None:
    folder.write("taken", "a file")
    done = folder.run("render", "specs/mnist_mlp.yaml", "--out", "taken")
    assert done.returncode == 2
    assert "MG004" in done.stderr
    if os.geteuid() != 0:
        (folder.path / "locked").mkdir(mode=stat.S_IRUSR)
        assert (
            folder.run("render", "specs/mnist_mlp.yaml", "--out", "locked/x").returncode
            == 2
        )


def test_formats_of_mistakes(folder: Folder) -> None:
    folder.write("bad.yaml", SPEC.replace("- Flatten", "- Flaten"))
    (row,) = json.loads(folder.run("validate", "bad.yaml", "--format", "json").stdout)
    assert (row["code"], row["line"], row["column"]) == ("MG207", 7, 5)
    line = folder.run("render", "bad.yaml", "--format", "github").stdout
    assert line.startswith(
        "::error file=bad.yaml,line=7,col=5,endLine=7,endColumn=11,title=MG207::"
    )
    good = folder.run("validate", "specs/mnist_mlp.yaml", "--format", "json")
    assert json.loads(good.stdout) == []


def test_color(folder: Folder) -> None:
    folder.write("bad.yaml", "name: 3\n")
    assert "\x1b[" not in folder.run("validate", "bad.yaml").stderr
    colored = folder.run("--color", "validate", "bad.yaml", NO_COLOR="1").stderr
    assert "\x1b[1;31m" in colored


@pytest.mark.parametrize(
    "command", ["render", "check", "validate", "show", "schema", "layers", "init"]
)
def test_help_shows_an_example(folder: Folder, command: str) -> None:
    done = folder.run(command, "--help")
    assert done.returncode == 0
    _, example = done.stdout.split("  Example:\n")
    assert example.startswith(f"    mlpgen {command}")


def test_version_and_wrong_usage(folder: Folder) -> None:
    assert folder.run("--version").stdout.startswith("mlpgen, version ")
    wrong = folder.run("rendr")
    assert wrong.returncode == 2
    assert "render" in wrong.stderr
    assert folder.run("layers", "Conv2").returncode == 2
    bare = folder.run("render")
    assert bare.returncode == 2
    assert "such as `mlpgen render specs/*.yaml`\n" in bare.stderr
    folder.write("pyproject.toml", "[tool.mlpgen]\n")
    assert folder.run("render", "--dry-run").stdout.startswith(f"{MODEL}: would be")


def test_without_a_command_the_help_is_shown(folder: Folder) -> None:
    done, help = folder.run(), folder.run("--help").stdout
    assert (done.returncode, done.stdout, done.stderr) == (2, "", help)
    assert len(help.splitlines()) > 15


@pytest.mark.parametrize("kind", ["mlp", "cnn", "autoencoder"])
def test_init_renders_as_it_is(folder: Folder, kind: str) -> None:
    spec = folder.run("init", kind).stdout
    folder.write("mine.yaml", spec)
    done = folder.run("validate", "mine.yaml")
    assert (done.stdout, done.stderr) == ("1 spec: no mistakes\n", "")
    written = folder.run("render", "mine.yaml").stdout.count("written")
    made = [name for name in folder.files() if name.startswith("generated/")]
    assert written == len(made) > len(OWN)
    assert folder.run("init", kind, "--out", "mine.yaml").returncode == 2
    assert folder.read("mine.yaml") == spec


def test_show(folder: Folder) -> None:
    table = folder.run("show", "specs/mnist_mlp.yaml").stdout
    assert "109,386" in table
    data = json.loads(
        folder.run("show", "specs/mnist_mlp.yaml", "--format", "json").stdout
    )
    assert data["parameters"] == 109386
    assert data["multiply_adds"] == 784 * 128 + 128 * 64 + 64 * 10
    assert [layer["output"] for layer in data["layers"]][-1] == [10]


def test_show_initial_values(folder: Folder) -> None:
    tensor = "{parameter: {shape: [4], init: {normal_: {std: 0.5}}}, name: scale}"
    layers = f"[{tensor}, {{mul: , from: [input, scale]}}]"
    folder.write("tensor.yaml", f"name: Net\ninput: [4]\nlayers: {layers}\n")
    data = json.loads(folder.run("show", "tensor.yaml", "--format", "json").stdout)
    assert data["layers"][0]["arguments"]["init"] == {"normal_": {"std": 0.5}}


def test_layers(folder: Folder) -> None:
    assert "Conv2d" in folder.run("layers").stdout
    one = folder.run("layers", "Conv2d").stdout
    assert "out_channels" in one
    assert "torch.nn.Conv2d.html" in one
    assert "functions: concatenation" in folder.run("layers").stdout
    function = folder.run("layers", "cat").stdout
    assert "inputs   1 to 64" in function
    assert "torch.cat.html" in function
    assert "torch.nn.init" in folder.run("layers", "parameter").stdout
    custom = folder.run("layers", "custom").stdout
    assert "class" in custom and "my_layers.py" in custom
    assert "share: embedding" in folder.run("layers", "share").stdout
    assert "did you mean `share`?" in folder.run("layers", "shar").stderr


def test_explain(folder: Folder) -> None:
    done = folder.run("explain", "mg313")
    assert done.stdout.startswith("MG313: Tensors that cannot be combined\n")
    assert "\nwrong:\n" in done.stdout
    assert "\nfixed:\n" in done.stdout
    wrong = folder.run("explain", "MG999")
    assert wrong.returncode == 2
    assert "there is no code `MG999`" in wrong.stderr


def test_completion(folder: Folder) -> None:
    done = folder.run(
        _MLPGEN_COMPLETE="bash_complete",
        COMP_WORDS="mlpgen layers Conv",
        COMP_CWORD="2",
    )
    assert "plain,Conv2d" in done.stdout


def test_torch_is_never_imported(folder: Folder) -> None:
    commands = [
        ["render", "specs/mnist_mlp.yaml"],
        ["check"],
        ["validate", "specs/mnist_mlp.yaml"],
        ["show", "specs/mnist_mlp.yaml"],
        ["schema"],
        ["layers", "Conv2d"],
        ["init", "mlp"],
        ["init", "text", "tale.txt"],
        ["init", "text", "tales.csv", "--target", "kind"],
    ]
    folder.write("tale.txt", "A fox and a crow.\n" * 40)
    rows = [f"a fox and {n} crows,{'ab'[n % 2]}\n" for n in range(8)]
    folder.write("tales.csv", f"tale,kind\n{''.join(rows)}")
    code = (
        "import sys; from mlpgen.cli import run; "
        f"codes = [run(each) for each in {commands!r}]; "
        "assert codes == [0] * 9, codes; assert 'torch' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=folder.path, check=True, capture_output=True
    )


def test_the_same_bytes_everywhere(folder: Folder, tmp_path: Path) -> None:
    wanted = folder.run("render", "specs/mnist_mlp.yaml", "--stdout").stdout
    other = Folder(tmp_path / "elsewhere" / "ümläut")
    other.write("specs/mnist_mlp.yaml", SPEC)
    settings = [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/Lima"},
    ]
    for setting in settings:
        found = other.run("render", "specs/mnist_mlp.yaml", "--stdout", **setting)
        assert found.stdout == wanted


SMALL_DISK = "mkdir -p disk && mount -t tmpfs -o size=640k tmpfs disk"
CAN_MOUNT = (
    shutil.which("unshare") is not None
    and subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"cd $(mktemp -d) && {SMALL_DISK}"],
        capture_output=True,
    ).returncode
    == 0
)


@pytest.mark.skipif(not CAN_MOUNT, reason="no file system can be mounted here")
def test_a_full_disk(folder: Folder) -> None:
    """The old files stay, and nothing else is left."""
    render = f"{sys.executable} -m mlpgen render specs/mnist_mlp.yaml --out disk"
    script = f"""{SMALL_DISK}
        {render} --set hidden_1=96 && sha256sum disk/*/* > before
        head -c 640000 /dev/zero > disk/fill 2> /dev/null
        {render}; echo code $?
        rm disk/fill; sha256sum -c before && ls -A disk/*"""
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        cwd=folder.path,
        capture_output=True,
        text=True,
    )
    assert "code 2" in done.stdout
    assert "No space left on device" in done.stderr and "MG004" in done.stderr
    names = sorted(Path(name).name for name in FILES)
    assert done.stdout.endswith(
        "".join(f"disk/explicit/{name}: OK\n" for name in names)
        + "".join(f"{name}\n" for name in names)
    )


KILLED = """
import os, sys
left = {}

def count(event, args):
    global left
    changes = event in ("os.rename", "os.link", "os.remove", "os.chmod", "open")
    if changes and os.path.join("generated", "explicit") in str(args[0]):
        left -= 1
        if left < 0:
            os._exit(9)

sys.addaudithook(count)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")
@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.thinned(2)
def test_a_killed_render_loses_nothing(folder: Folder, edited: bool) -> None:
    """Killed before any step: all files are whole, and the next render fixes them."""
    styles = ["--style", "explicit", "--style", "sequential"]
    args = ["render", "specs/mnist_mlp.yaml", *styles, *["--force"] * edited]
    spec = SPEC.partition("training:")[0]
    folder.write("specs/mnist_mlp.yaml", spec)
    folder.run(*args)
    names = [f"generated/{style}/mnist_mlp.py" for style in ("explicit", "sequential")]
    before = {name: folder.read(name) + "# mine\n" * edited for name in names}
    folder.write("specs/mnist_mlp.yaml", spec.replace("hidden_1: 128", "hidden_1: 96"))
    shutil.rmtree(folder.path / "generated")
    folder.run(*args)
    after = {name: folder.read(name) for name in names}
    for step in count():
        shutil.rmtree(folder.path / "generated")
        for name, text in before.items():
            folder.write(name, text)
        first = KILLED.format(step)
        code = commands.run((*args,), folder.path, first=first).returncode
        found = {name: folder.read(name) for name in folder.files()}
        for name in names:
            assert found[name] in (before[name], after[name])
            assert not edited or before[name] in found.values()
        assert folder.run(*args).returncode == 0
        assert {name: folder.read(name) for name in names} == after
        left = {name for name in folder.files() if name.startswith("generated")}
        assert left - set(names) == (
            {f"{name}.orig" for name in names} if edited else set()
        )
        if code == 0:
            break
    assert step > 2 * len(names)


@pytest.mark.skipif(os.name == "nt", reason="locks of POSIX")
def test_two_renders_at_once(folder: Folder) -> None:
    command = [sys.executable, "-m", "mlpgen", "render", "specs/mnist_mlp.yaml"]
    running = [
        subprocess.Popen(command, cwd=folder.path, stdout=subprocess.DEVNULL)
        for _ in range(6)
    ]
    assert [process.wait(60) for process in running] == [0] * 6
    assert set(verdicts(folder).values()) == {"current"}


def test_the_command_imports_only_what_it_needs(folder: Folder) -> None:
    python = [sys.executable, "-X", "importtime"]
    done = subprocess.run(
        [*python, "-m", "mlpgen", "render", "specs/mnist_mlp.yaml"],
        cwd=folder.path,
        capture_output=True,
        text=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert (done.returncode, "jinja2" in imported) == (0, True)
    assert not imported & {"torch", "rich", "importlib.metadata", "email"}


def test_check_misses_what_was_never_rendered_or_is_gone(folder: Folder) -> None:
    assert verdicts(folder) == dict.fromkeys(FILES, "missing")
    folder.run("render", "specs/mnist_mlp.yaml")
    assert set(verdicts(folder).values()) == {"current"}
    shutil.rmtree(folder.path / "generated/explicit")
    assert verdicts(folder) == dict.fromkeys(FILES, "missing")
    shutil.rmtree(folder.path / "generated")
    assert "mlpgen render specs/mnist_mlp.yaml" in folder.run("check").stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Format 2,", f"Format {'9' * 5000},"),
        ("Format 2,", "Format two,"),
        ("# Change", "# a note of mine\n# Change"),
        ("sha256:", "sha256:0"),
        (" --set hidden_1=96", " --set hidden_1=96 hidden_2"),
    ],
)
@pytest.mark.thinned(2)
def test_a_header_that_was_changed_is_damaged(
    folder: Folder, old: str, new: str
) -> None:
    """Only that file is, and it is never lost."""
    folder.run("render", "specs/mnist_mlp.yaml", "--set", "hidden_1=96")
    changed = folder.write(MODEL, folder.read(MODEL).replace(old, new)).read_text()
    assert verdicts(folder)[MODEL] == "damaged"
    assert len(verdicts(folder)) == len(FILES)
    assert folder.run("render", "specs/mnist_mlp.yaml").returncode == 1
    assert folder.read(MODEL) == changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("style: explicit", "style: foo"),
        ("# --set hidden_1=96", "# --set hidden_1=abc"),
        ("# --set hidden_1=96", "# --set hidden_1"),
    ],
)
def test_a_header_with_invalid_options(folder: Folder, old: str, new: str) -> None:
    folder.run("render", "specs/mnist_mlp.yaml", "--set", "hidden_1=96")
    for name in OWN:
        folder.write(name, folder.read(name).replace(old, new))
    assert verdicts(folder) == CURRENT | dict.fromkeys(OWN, "stale")
    (folder.path / "specs/mnist_mlp.yaml").unlink()
    assert verdicts(folder) == CURRENT | dict.fromkeys(OWN, "damaged")


def test_a_header_with_a_removed_layer(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml", "--capture", "logits,relu_2")
    folder.write("specs/mnist_mlp.yaml", SPEC.replace("- ReLU", "- Tanh"))
    done = folder.run("check")
    assert done.returncode == 2
    assert any(f"header of `{name}` asks for it" in done.stderr for name in FILES)


def test_check_says_what_to_do(folder: Folder) -> None:
    options = ("--style", "sequential", "--set", "hidden_1=32", "--capture", "relu_1")
    folder.run("render", "specs/mnist_mlp.yaml", *options, "--out", "made")
    folder.write("specs/mnist_mlp.yaml", SPEC.replace("10 perceptron", "10 network"))
    command = f"mlpgen render specs/mnist_mlp.yaml {' '.join(options)} --out made"
    done = folder.run("check", "--out", "made")
    assert f"the rendered code has changed: {command}\n" in done.stdout
    assert done.stdout.endswith(f"{len(FILES) - 1} of {len(FILES)} files are current\n")
    assert folder.run(*command.split()[1:]).returncode == 0
    assert folder.run("check", "--out", "made").returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="FIFOs of POSIX")
def test_other_than_regular_files_are_skipped(folder: Folder) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    os.mkfifo(folder.path / "generated/pipe.py")
    (folder.path / "generated/folder.py").mkdir()
    assert set(verdicts(folder).values()) == {"current"}
    (folder.path / MODEL).unlink()
    os.mkfifo(folder.path / MODEL)
    done = folder.run("render", "specs/mnist_mlp.yaml")
    assert (done.returncode, "MG004" in done.stderr) == (2, True)


def test_files_from_standard_input_cannot_be_compared(folder: Folder) -> None:
    folder.run("render", "-", stdin=SPEC)
    (folder.path / "specs/mnist_mlp.yaml").unlink()
    assert verdicts(folder) == CURRENT | dict.fromkeys(OWN, "unknown")
    assert f"{len(OWN)} made from standard input" in folder.run("check").stdout
    folder.write(MODEL, folder.read(MODEL) + "# mine\n")
    assert folder.run("check").returncode == 1


def test_options_that_are_dropped_are_named(folder: Folder) -> None:
    options = ("--set", "hidden_1=32", "--capture", "relu_1", "--capture", "relu_2")
    folder.run("render", "specs/mnist_mlp.yaml", *options)
    assert "return logits, probas, relu_1, relu_2" in folder.read(MODEL)
    said = folder.run("render", "specs/mnist_mlp.yaml").stdout
    lost = "`--set hidden_1=32`, `--capture relu_1`, `--capture relu_2`"
    assert f"{MODEL}: updated, without the {lost} it had\n" in said


def test_a_parameter_is_set_once(folder: Folder) -> None:
    twice = ("--set", "hidden_1=32", "--set", "hidden_1=64")
    assert folder.run("render", "specs/mnist_mlp.yaml", *twice).returncode == 2


def test_validate_finds_two_specs_with_one_name(folder: Folder) -> None:
    folder.write("specs/copy.yaml", SPEC.replace("784-128", "784"))
    done = folder.run("validate", "specs/copy.yaml", "specs/mnist_mlp.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "specs/mnist_mlp.yaml:2:7: error[MG217]: `specs/copy.yaml` also makes a "
        "file `mnist_mlp.py`\n"
    )


@pytest.mark.parametrize("command", ["validate", "render"])
def test_files_of_two_specs_have_other_names(folder: Folder, command: str) -> None:
    """A model with the name of another model's script."""
    other = SPEC.replace("name: MnistMLP", "name: Other\nfile: train_mnist_mlp")
    folder.write("specs/other.yaml", other)
    done = folder.run(command, "specs/mnist_mlp.yaml", "specs/other.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "specs/other.yaml:3:7: error[MG217]: `specs/mnist_mlp.yaml` also makes "
        "a file `train_mnist_mlp.py`\n"
    )
    assert done.stderr.count("MG217") == 1
    folder.write("specs/other.yaml", other.replace("train_mnist", "other"))
    assert (
        folder.run(command, "specs/mnist_mlp.yaml", "specs/other.yaml").returncode == 0
    )


def test_a_description_is_no_markup(folder: Folder) -> None:
    hostile = '"a [/b] [bold red]net[/] \\e[31m"'
    folder.write(
        "odd.yaml",
        f"name: Odd\ndescription: {hostile}\ninput: [4]\nlayers: [{{Linear: 3}}]\n",
    )
    done = folder.run("show", "odd.yaml")
    assert done.returncode == 0
    assert "a [/b] [bold red]net[/] \\x1b[31m" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.thinned(2)
def test_closed_streams(folder: Folder, closed: str) -> None:
    command = f"{sys.executable} -m mlpgen validate specs/mnist_mlp.yaml {closed}"
    done = subprocess.run(command, shell=True, cwd=folder.path, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_without_unicode(folder: Folder) -> None:
    done = folder.run("layers", "Linear", PYTHONIOENCODING="ascii")
    assert (done.returncode, "y = x W\\u1d40 + b" in done.stdout) == (0, True)


def test_color_may_be_asked_for_behind_the_command(folder: Folder) -> None:
    folder.write("bad.yaml", "name: 3\n")
    assert "\x1b[1;31m" in folder.run("validate", "bad.yaml", "--color").stderr
    assert (
        "\x1b[" not in folder.run("show", "specs/mnist_mlp.yaml", "--no-color").stdout
    )


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("render specs/mn", "plain,specs/mnist_mlp.yaml"),
        ("render spe", "plain,specs/"),
        ("render --style seq", "plain,sequential"),
        ("render specs/mnist_mlp.yaml --capture logits,relu", "plain,logits,relu_2"),
        ("layers maxpool", "plain,MaxPool3d"),
        ("layers scaled", "plain,scaled_dot_product_attention"),
        ("show specs/mnist_mlp.yaml --compare specs/mn", "plain,specs/mnist_mlp.yaml"),
        ("show specs/mnist_mlp.yaml --format mer", "plain,mermaid"),
    ],
)
def test_completion_of_values(folder: Folder, words: str, wanted: str) -> None:
    folder.write("specs/readme.txt", "no spec")
    done = folder.run(
        _MLPGEN_COMPLETE="bash_complete",
        COMP_WORDS=f"mlpgen {words}",
        COMP_CWORD=str(len(words.split())),
    )
    assert wanted in done.stdout.splitlines()
    assert "readme" not in done.stdout


def test_formats_of_all_commands(folder: Folder) -> None:
    folder.write("bad.yaml", "name: 3\n")
    for command in ("render", "check", "validate", "show"):
        text = folder.run(command, "bad.yaml", "--format", "json").stdout
        assert "MG203" in {row["code"] for row in json.loads(text)}
        github = folder.run(command, "bad.yaml", "--format", "github").stdout
        assert github.startswith("::error file=bad.yaml,line=1")
    odd = SPEC.replace("hidden_2: 64", "hidden_2: 64, hidden_3: 3")
    folder.write("specs/mnist_mlp.yaml", odd)
    for command in ("render", "validate", "show", "check"):
        assert json.loads(
            folder.run(command, "specs/mnist_mlp.yaml", "--format", "json").stdout
        )


def test_files_of_one_spec_with_different_options(folder: Folder) -> None:
    """Each is compared with its own header."""
    folder.run("render", "specs/mnist_mlp.yaml", "--set", "hidden_1=96")
    folder.write(MODEL, folder.read(MODEL) + "# mine\n")
    assert folder.run("render", "specs/mnist_mlp.yaml").returncode == 1
    assert verdicts(folder) == CURRENT | {MODEL: "edited"}


@pytest.mark.parametrize("path", ['"a\\u0000b"', '"\\ud800"', "x" * 300])
@pytest.mark.thinned(3)
def test_a_header_with_an_odd_path(folder: Folder, path: str) -> None:
    folder.run("render", "specs/mnist_mlp.yaml")
    text = folder.read(MODEL).replace("../../specs/mnist_mlp.yaml", path)
    folder.write("generated/explicit/odd.py", text)
    for args in ((), ("specs/mnist_mlp.yaml",)):
        assert folder.run("check", *args).returncode in (0, 1)
    assert verdicts(folder)["generated/explicit/odd.py"] in ("damaged", "orphan")


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_circular_links(folder: Folder) -> None:
    (folder.path / "specs/a.yaml").symlink_to("b.yaml")
    (folder.path / "specs/b.yaml").symlink_to("a.yaml")
    done = folder.run("check")
    assert (done.returncode, "MG001" in done.stderr) == (2, True)


def test_the_same_spec_by_two_paths(folder: Folder) -> None:
    twice = ("specs/mnist_mlp.yaml", "./specs/../specs/mnist_mlp.yaml")
    assert folder.run("validate", *twice).stdout == "1 spec: no mistakes\n"


def test_a_command_may_run_twice_in_one_process(folder: Folder) -> None:
    code = (
        "import sys, warnings; warnings.simplefilter('error'); "
        "from mlpgen.cli import run; "
        "sys.exit(run(['layers', 'ReLU']) + run(['layers', 'ReLU', '--no-color']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder.path)
    assert done.returncode == 0
