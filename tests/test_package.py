"""Generated files in a package: absolute imports, and `python -m`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlpgen import api
from mlpgen.cli import run
from mlpgen.output.absolute_imports import with_absolute_imports
from mlpgen.output.header import SLOT

from . import linters, processes
from .networks import network
from .test_check import Said
from .test_shared_modules import SCRIPTS, SHARED, project, templates
from .test_training import tiny

__all__ = ["project", "templates", "tiny"]  # fixtures

PACKAGE = "mypkg.generated"
TABLE = f"""\
[tool.mlpgen]
out = "src/mypkg/generated"
package = "{PACKAGE}"
styles = ["explicit", "sequential"]
"""
LOCAL = {"augment", "data_mnist", "net", "train_net", "training", "layers", "plots"}

TEXTS = {
    "from training import Run": "from a.b.training import Run",
    "import data_mnist": "from a.b import data_mnist",
    "import data_mnist\nimport plots": "from a.b import data_mnist, plots",
    "import plots as drawn\nimport training": "from a.b import plots as drawn\n"
    "from a.b import training",
    "import augment\nimport plots\nfrom net import A": "from a.b import augment, "
    "plots\nfrom a.b.net import A",
    "from layers.inner import One, Two": "from a.b.layers.inner import One, Two",
    "import math\n\nimport torch": "import math\n\nimport torch",
    "import trainings": "import trainings",
    "def f():\n    import plots\n\n    plots.plot()": "def f():\n"
    "    from a.b import plots\n\n    plots.plot()",
    "if True:\n    pass\nelse:\n    from net import Net": "if True:\n    pass\nelse:\n"
    "    from a.b.net import Net",
    "try:\n    import plots\nexcept ImportError:\n    import augment": "try:\n"
    "    from a.b import plots\nexcept ImportError:\n    from a.b import augment",
    "x = 'import plots'": "x = 'import plots'",
    f'"""A.\n\npython train_net.py --epochs 3\n"""\n\n{SLOT}\n\nimport plots': '"""'
    f'A.\n\npython -m a.b.train_net --epochs 3\n"""\n\n{SLOT}\n\nfrom a.b import plots',
    '"""A.\n\ntorchrun --nproc-per-node=2 train_net.py\n"""': '"""A.\n\n'
    'torchrun --nproc-per-node=2 -m a.b.train_net\n"""',
    '"""A.\n\npython other.py\n"""': '"""A.\n\npython other.py\n"""',
}


@pytest.mark.parametrize("text", TEXTS)
def test_imports_by_absolute_names(text: str) -> None:
    assert with_absolute_imports(text, "a.b", LOCAL) == TEXTS[text]


LONG = "organization.department.networks.generated.explicit"


def test_long_names_are_broken_as_ruff_does(tmp_path: Path) -> None:
    names = ", ".join(f"name_{number}" for number in range(7))
    text = (
        '"""A.\n\npython train_net.py "a text" --epochs 3 --device cpu --resume\n'
        'torchrun --nproc-per-node=2 train_net.py\n"""\n\n'
        f"import augment\nimport data_mnist\nimport plots\nfrom net import {names}\n"
        "from training import Run\n\n"
        f"print(augment, data_mnist, plots, Run)\nprint({names})\n\n\n"
        "def load() -> None:\n    from layers.inner import A_CONSTANT, B_CONSTANT\n\n"
        "    print(A_CONSTANT, B_CONSTANT)\n"
    )
    written = with_absolute_imports(text, LONG, LOCAL)
    (tmp_path / "made.py").write_text(written)
    (tmp_path / "organization").mkdir()
    (tmp_path / "organization" / "__init__.py").touch()
    linters.ruff(tmp_path)
    assert written.startswith(
        f'r"""A.\n\npython -m {LONG}.train_net "a text" \\\n'
        "    --epochs 3 --device cpu --resume\n"
        f"torchrun --nproc-per-node=2 \\\n    -m {LONG}.train_net\n"
    )


def test_a_docstring_that_has_backslashes_is_not_made_raw() -> None:
    """Its escape sequences would change."""
    line = f"{'a' * 40}.train_net --epochs 3 --device cpu --resume {'b' * 40}"
    text = f'"""\\xe9.\n\npython train_net.py {line.partition(" ")[2]}\n"""'
    written = with_absolute_imports(text, "a" * 40, LOCAL)
    assert written == f'"""\\xe9.\n\npython -m {line}\n"""'


@pytest.fixture
def packaged(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project whose generated files are a package."""
    Path("pyproject.toml").write_text(TABLE)
    assert run(["render"]) == 0
    assert Said(capsys).wrong == {}
    return project


def python(*args: str) -> str:
    command = [sys.executable, "-B", *args]
    done = subprocess.run(command, cwd="src", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_scripts_run_as_modules(packaged: Path) -> None:
    for style in api.STYLES:
        said = python("-m", f"{PACKAGE}.{style}.train_mnist_mlp")
        assert said == "MnistMLP errors training\n"


def test_both_styles_in_one_process(packaged: Path) -> None:
    code = "; ".join(
        f"import {PACKAGE}.{style}.{kind}_{name}, {PACKAGE}.{style}.plots"
        for style in api.STYLES
        for kind in ("train", "predict")
        for name in ("mnist_mlp", "other")
    )
    code += (
        f"; a, b = {PACKAGE}.explicit.training, {PACKAGE}.sequential.training"
        "; assert a is not b and a.__file__ != b.__file__"
        "; import sys; assert not {'training', 'plots', 'errors'} & {*sys.modules}"
    )
    python("-c", code)


def test_only_imports_and_usage_are_others(packaged: Path) -> None:
    """And the hash in the header."""
    for style in api.STYLES:
        for name in (*SCRIPTS, *SHARED):
            plain = Path("generated", style, name).read_text("utf-8").split("\n")
            there = Path("src/mypkg/generated", style, name).read_text("utf-8")
            words = ("import ", "python ", "sha256:", "@generated")
            changed = {*there.split("\n")} - {*plain}
            assert all(any(word in line for word in words) for line in changed)
            local = {f"import {each[:-3]}" for each in (*SCRIPTS, *SHARED)}
            assert not {*there.split("\n")} & local


def test_a_file_by_path_is_stale(
    packaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--package` says another, or none."""
    assert run(["render", "--package", ""]) == 0
    said = Said(capsys)
    assert set(said.wrong.values()) == {"stale"}
    assert Said(capsys, "--package", "").wrong == {}
    path = "src/mypkg/generated/explicit/train_mnist_mlp.py"
    assert Path(path).read_text("utf-8").count("mypkg") == 0
    said.mend(path)
    assert path not in Said(capsys).wrong
    assert run(["render", "--package", "generated"]) == 0
    found = Said(capsys, "--package", "generated")
    assert found.wrong == {}
    Path(path).unlink()
    found = Said(capsys, "--package", "generated")
    assert found.advice[path].endswith(" --style explicit --package generated")
    found.mend(path)
    assert Said(capsys, "--package", "generated").wrong == {}


def test_a_folder_that_is_not_the_package(
    packaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for command in ("render", "check"):
        for args in (["--out", "look"], ["--package", "mypkg.other"]):
            assert run([command, *args]) == 2
            said = capsys.readouterr().err
            assert said.startswith("error[MG205]: the package `mypkg.")
            assert "it must end with `" in said and "--package ''" in said
    assert run(["render", "--out", "look", "--package", ""]) == 0
    assert run(["render", "--out", "made/look", "--package", "made.look"]) == 0
    assert not Said(capsys).wrong


WRONG = {
    "3": "3:11: error[MG203]: `package` must be a dotted name, such as `mypkg.gen",
    '""': "3:11: error[MG205]: `package` must be a dotted name",
    '"mypkg..generated"': "is not a Python identifier",
    '"my-pkg.generated"': "`my-pkg` is not a Python identifier",
    '"mypkg.class.generated"': "`class` is a Python keyword",
    '"1a.generated"': "`1a` is not a Python identifier",
    '"pkg.ünder.generated"': "`ünder` is not a Python identifier",
    '"mypkg.generated."': "is not a Python identifier",
    '".generated"': "is not a Python identifier",
    '"json.generated"': "`json` is a module of the standard library",
    '"torch.generated"': "`torch` is a module that torch or the generated code",
    f'"{"a." * 60}generated"': "characters, the maximum is 100",
    '"mypkg.genrated"': "3:11: error[MG205]: `package` cannot be `mypkg.genrated`: it "
    "must end with `generated`, the folder of the files",
    '"mypkg"': "did you mean `generated`?",
    '"mypkg.out"': "did you mean `mypkg.generated`?",
    '["mypkg"]': "3:11: error[MG203]",
    '"a\\u0000.generated"': "error[MG205]",
    '"a\\n.generated"': "error[MG205]",
}


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("command", ["check", "render"])
def test_a_name_that_no_package_has(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(
        f'[tool.mlpgen]\nout = "generated"\npackage = {value}\n', "utf-8"
    )
    assert run([command]) == 2
    said = capsys.readouterr().err
    assert WRONG[value] in said
    assert said.startswith("pyproject.toml:3:11: error[MG20")
    assert said.count("error[") == 1
    if value.startswith('"') and len(value) > 2 and "\\" not in value:
        Path("pyproject.toml").write_text("[tool.mlpgen]\n")
        assert run([command, "--package", json.loads(value)]) == 2
        assert "error[MG205]: the package `" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a b", "a;b", "class", "a..b", "a\nimport os", "os"])
def test_the_library_refuses_wrong_packages_too(name: str) -> None:
    spec = Path(__file__).parent.parent / "specs" / "mnist_mlp.yaml"
    with pytest.raises(ValueError, match="cannot be used: "):
        api.render(spec, package=name)


def test_a_key_that_is_misspelt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text('[tool.mlpgen]\npackages = "a.generated"\n')
    assert run(["check"]) == 2
    said = capsys.readouterr().err
    assert "2:1: error[MG201]" in said and "did you mean `package`?" in said


def test_real_scripts_of_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All files of both styles in one process; other imports stay unchanged."""
    monkeypatch.chdir(tmp_path)
    specs = Path(__file__).parent.parent / "specs"
    Path("pyproject.toml").write_text(TABLE)
    Path("specs").mkdir()
    for name in ("mnist_mlp.yaml", "speed/mnist_995.yaml"):
        text = (specs / name).read_text("utf-8")
        Path("specs", Path(name).name).write_text(text, "utf-8")
    assert run(["render"]) == 0
    assert Said(capsys).wrong == {}
    folders = [Path("src/mypkg/generated", style) for style in api.STYLES]
    names = [
        f"{PACKAGE}.{folder.name}.{path.stem}"
        for folder in folders
        for path in sorted(folder.glob("*.py"))
    ]
    stems = sorted({name.rpartition(".")[2] for name in names})
    lines = [
        "import contextlib, runpy, sys",
        "sys.path.insert(0, 'src')",
        "with contextlib.suppress(SystemExit):  # as `python -m` does",
        f"    runpy.run_module('{PACKAGE}.explicit.train_mnist_mlp', None, '__main__')",
        *(f"import {name}" for name in names),
        f"assert not {{*{stems}}} & {{*sys.modules}}",
        "print('all')",
    ]
    Path("main.py").write_text("\n".join(lines))
    done = processes.run(Path("main.py").absolute(), "--help")
    assert done.returncode == 0, done.stderr
    assert "--hidden-1" in done.stdout and done.stdout.endswith("all\n")
    script = Path(folders[0], "train_mnist_mlp.py").read_text("utf-8")
    assert f"\npython -m {PACKAGE}.explicit.train_mnist_mlp --resume\n" in script
    for folder in folders:
        (folder.parent / "__init__.py").touch()
    linters.ruff(Path("src"))


@pytest.mark.exhaustive
def test_a_layer_of_the_author_in_a_package(tiny: Path, tmp_path: Path) -> None:
    layers = ["Flatten", {"custom": {"path": "mine.py", "class": "Mine"}}]
    spec = {
        "name": "Net",
        "input": [1, 28, 28],
        "layers": layers,
        "training": {
            "data": "mnist",
            "loss": "CrossEntropyLoss",
            "optimizer": "SGD",
            "epochs": 1,
        },
    }
    spec["layers"] = [*layers, {"Linear": 10}]
    folder = tmp_path / "mypkg" / "generated" / "explicit"
    folder.mkdir(parents=True)
    (folder / "mine.py").write_text(MINE, "utf-8")
    for name, text in api.render(network(spec), "explicit", package=PACKAGE).items():
        (folder / name).write_text(text, "utf-8")
    command = [sys.executable, "-m", f"{PACKAGE}.explicit.train_net", "--data-dir"]
    done = subprocess.run(
        [*command, str(tiny)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "test_accuracy" in done.stdout


MINE = """from torch import Tensor, nn


class Mine(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * x
"""
