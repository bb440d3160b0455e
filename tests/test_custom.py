"""Custom modules: which files can be imported, and that no other file is."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.names.identifiers import wrong_import
from mlpgen.names.modules import hidden_module
from mlpgen.names.reserved.words import BUILTINS
from mlpgen.proof.checks.errors import FailsError
from mlpgen.proof.checks.interpreter.expressions import computed
from mlpgen.proof.custom_files import read_files
from mlpgen.proof.job import job
from mlpgen.proof.prove import prove

from .linters import all_tools
from .networks import network
from .test_training import tiny

__all__ = ["tiny"]  # a fixture

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.proof.certificate import Check

TRAINING = {
    "data": "mnist",
    "loss": "CrossEntropyLoss",
    "optimizer": {"SGD": {"lr": 0.1}},
    "epochs": 1,
}


def codes(spec: dict[str, Any]) -> list[str]:
    try:
        network(spec)
    except SpecError as error:
        return [each.code for each in error.diagnostics]
    return []


def with_custom(**custom: Any) -> dict[str, Any]:
    entry = {"path": "mine.py", "class": "Mine", **custom}
    layers = [{"Linear": 4}, {"custom": entry}]
    return {"name": "MyNet", "input": [4], "layers": layers}


PATHS = """
    os.py subprocess.py math.py builtins.py __main__.py __future__.py site.py OS.py
    asyncio.py imp.py distutils.py annotationlib.py compression.py _thread.py
    torch.py Torch.py torch/nn.py torchvision.py numpy.py matplotlib.py PIL.py pil.py
    polars.py tensorboard.py onnx.py onnxscript.py onnxruntime.py tqdm.py mlpgen.py
    sitecustomize.py con.py
    my_net.py My_Net.py train_my_net.py predict_my_net.py my_net/inner.py
    training.py Training.py data_mnist.py data_common.py plots.py augment/own.py
    ../mine.py a/../mine.py ./mine.py /mine.py //mine.py a//mine.py a\\mine.py C:mine.py
    mine mine.txt mine.PY .py a/.py mine.py.py my-file.py class.py a/class.py None.py
    1a.py a/__init__.py __init__.py __a.py
"""


@pytest.mark.parametrize("path", [*PATHS.split(), "mi ne.py", "mine\0.py", "mine.py\n"])
def test_files_that_cannot_be_imported(path: str) -> None:
    assert codes(with_custom(path=path)) == ["MG231"]


@pytest.mark.parametrize(
    "path",
    [
        *("mine.py", "_mine.py", "layers/attention.py", "a/os.py", "a/b/my_net.py"),
        *("data_my_net.py", "run_my_net.py", "plot_my_net.py", "a/training.py"),
    ],
)
def test_files_that_can_be_imported(path: str) -> None:
    assert codes(with_custom(path=path)) == []


CLASSES = """
    super torch self nn F Tensor recorded tuple int print __import__ range isinstance
    OrderedDict DropPath weight_norm spectral_norm MyNet Inner Any Callable Iterator
    contextmanager exec eval object x y z layer layers i index module size_1 _ __init__
    __a class None True Data evaluate BATCH_SIZE load Path ä a.b a:b
"""


@pytest.mark.parametrize("name", [*CLASSES.split(), "", "a b", "os, system", "a" * 61])
def test_classes_that_hide_a_name(name: str) -> None:
    blocks = {"Inner": {"layers": [{"Linear": 4}]}}
    spec = with_custom(**{"class": name}) | {"blocks": blocks}
    assert [each for each in codes(spec) if each != "MG215"] == ["MG231"]


@pytest.mark.parametrize("name", ["Mine", "_Mine", "Linear", "mine", "A_b", "a" * 60])
def test_classes_that_hide_no_name(name: str) -> None:
    assert codes(with_custom(**{"class": name})) == []


def test_counts_and_the_dtype_of_a_custom_layer() -> None:
    own = {"path": "mine.py", "class": "Mine", "arguments": {"width": "${width}"}}
    counts = {"parameters": "${width * width}", "multiply_adds": "${2 * width}"}
    inner = {
        "parameters": {"width": 8},
        "layers": [{"Linear": "${width}"}, {"custom": {**own, **counts}}],
    }
    last = {"custom": {**own, "arguments": {}, "dtype": "int64"}}
    found = network(
        {
            "name": "MyNet",
            "input": [4],
            "blocks": {"Inner": inner},
            "layers": [{"Inner": 8}, {"Inner": 16}, last],
        }
    )
    linear = 4 * 8 + 8 + 8 * 16 + 16
    nodes = found.graph.nodes
    assert sum(each.parameters for each in nodes) == linear + 8 * 8 + 16 * 16
    work = 4 * 8 + 8 * 16 + 2 * 8 + 2 * 16
    assert sum(each.multiply_adds for each in nodes) == work
    assert "int64 (N, 16)" in api.render(found)["my_net.py"]


@pytest.mark.parametrize(
    ("count", "code"),
    [(-1, "MG204"), ("9", "MG203"), ("${1 / 2}", "MG231"), ("${-1}", "MG231")],
)
def test_counts_that_are_none(count: object, code: str) -> None:
    assert codes(with_custom(parameters=count)) == [code]
    assert codes(with_custom(multiply_adds=count)) == [code]


def test_reserved_names_include_those_of_this_python() -> None:
    assert {
        name for name in sys.stdlib_module_names if not hidden_module(name)
    } == set()
    assert {name for name in dir(builtins) if name[0] != "_"} - BUILTINS == {*()}
    assert {name for name in dir(builtins) if not wrong_import(name)} == set()


@pytest.mark.parametrize(
    "path", ["/a.py", "../a.py", "a/../../b.py", "C:\\a.py", "random.py", "my_net.py"]
)
def test_modules_of_data_that_cannot_be(path: str) -> None:
    spec = {
        "name": "MyNet",
        "input": [4],
        "layers": [{"Linear": 3}],
        "training": TRAINING | {"data": {"module": path}},
    }
    assert codes(spec) == ["MG231"]


GATE = """\
from torch import Tensor, nn


class Gate(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x
"""
RUNS = "from pathlib import Path\n\nPath({!r}).touch()\n"


def files(folder: Path, made: dict[str, str]) -> Path:
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def spec(path: str, name: str = "Gate") -> str:
    custom = f"{{path: {path}, class: {name}}}"
    return f"name: Net\ninput: [4]\nlayers: [{{Linear: 4}}, {{custom: {custom}}}]\n"


def first_checks(folder: Path, specs: dict[str, str]) -> dict[str, Check]:
    """Prove specs, and return the first check of each."""
    files(folder, {f"{name}.yaml": text for name, text in specs.items()})
    paths = {name: str(folder / f"{name}.yaml") for name in specs}
    subjects = [job(each, api.load(each)) for each in paths.values()]
    found = prove(subjects)
    return dict(zip(specs, (each.checks[0] for each in found), strict=True))


@pytest.mark.exhaustive
def test_prove_runs_the_file_that_the_spec_names(tmp_path: Path) -> None:
    folder = files(
        tmp_path / "specs",
        {
            "gate.py": GATE,
            "explicit.py": GATE,
            "checks.py": GATE,
            "parts/deep.py": GATE,
            "function.py": f"{RUNS.format(str(tmp_path / 'ran'))}Gate = print\n",
            "py_compile_.py": "from torch.nn import functional as Gate\n",
        },
    )
    files(tmp_path, {"outside.py": RUNS.format(str(tmp_path / "ran"))})
    (folder / "link.py").symlink_to(tmp_path / "outside.py")
    (folder / "inner.py").symlink_to(folder / "gate.py")
    (folder / "folder.py").mkdir()
    os.mkfifo(folder / "pipe.py")
    good = {"gate", "explicit", "checks", "parts/deep", "inner"}
    bad = {
        "link": "it is outside the folder of the spec",
        "folder": "cannot be read: it is a folder",
        "pipe": "cannot be read: it is a named pipe",
        "nothing": "cannot be read: No such file or directory",
        "py_compile_": "`Gate` in py_compile_.py is not an `nn.Module` class",
    }
    specs = {each.replace("/", "_"): spec(f"{each}.py") for each in (*good, *bad)}
    checks = first_checks(folder, specs)
    for name in good:
        check = checks[name.replace("/", "_")]
        assert check.status == "holds", check
        assert check.detail.endswith(f"made, with the author's code in {name}.py")
    for name, why in bad.items():
        assert checks[name].status == "fails"
        assert why in checks[name].detail, checks[name]
    assert not (tmp_path / "ran").exists()
    check = first_checks(folder, {"function": spec("function.py")})["function"]
    assert check.detail == "`Gate` in function.py is not an `nn.Module` class"


HELPED = {
    "gate.py": "import torch, helpers\nfrom parts import scale\n" + GATE,
    "helpers.py": "import numpy\nfrom more.deep.last import END\n",
    "parts/__init__.py": "from . import _names\n",
    "parts/_names.py": "from ..outside import x\nfrom .scale import ONE\nimport gate\n",
    "parts/scale.py": "ONE = 1\n",
    "more/deep/last.py": "END = 1\n",
    "left.py": "nothing imports it\n",
    "net.yaml": spec("gate.py"),
}


def test_files_that_an_own_file_imports_are_read_with_it(tmp_path: Path) -> None:
    folder = files(tmp_path, HELPED)
    (file,) = read_files(api.load(str(folder / "net.yaml")).graph, folder)
    assert {*file.others} == {*HELPED} - {"left.py", "net.yaml"}
    deep = files(tmp_path / "other", {"a/b.py": "from .c import d", "a/c.py": "("})
    text = files(deep, {"net.yaml": spec("a/b.py")}) / "net.yaml"
    (file,) = read_files(api.load(str(text)).graph, deep)
    assert {*file.others} == {"a/c.py"}


@pytest.mark.exhaustive
def test_prove_finds_what_an_own_file_imports(tmp_path: Path) -> None:
    made = {**HELPED, "parts/_names.py": "from .scale import ONE\n"}
    folder = files(tmp_path, made)
    check = first_checks(folder, {"net": HELPED["net.yaml"]})["net"]
    assert check.status == "holds", check


@pytest.mark.exhaustive
def test_prove_refuses_another_module_of_the_name(tmp_path: Path) -> None:
    """`click` is in the list; `pluggy` is not, and installed beside pytest."""
    folder = files(tmp_path, {"pluggy/_hooks.py": GATE, "gate.py": GATE})
    check = first_checks(folder, {"one": spec("pluggy/_hooks.py")})["one"]
    assert check.status == "fails"
    assert check.detail.startswith("Python imports `pluggy._hooks` from ")


@pytest.mark.exhaustive
def test_prove_says_whose_code_it_runs(tmp_path: Path) -> None:
    files(tmp_path, {"gate.py": GATE, "net.yaml": spec("gate.py")})
    command = [sys.executable, "-m", "mlpgen", "prove", "net.yaml", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert done.stderr == "note: net.yaml: this runs its author's code: gate.py\n"


def script(path: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, path, *args],
        capture_output=True,
        text=True,
        cwd=path.parent,
        env={**os.environ, **env},
    )


@pytest.mark.exhaustive
def test_scripts_refuse_another_module_of_the_name(tiny: Path, tmp_path: Path) -> None:
    layers = [
        "Flatten",
        {"custom": {"path": "gate.py", "class": "Gate"}},
        {"custom": {"path": "parts/deep.py", "class": "Deep"}},
        {"Linear": 10},
    ]
    loaded = network(
        {"name": "Net", "input": [1, 28, 28], "layers": layers, "training": TRAINING}
    )
    deep = GATE.replace("Gate", "Deep")
    scripts = files(tmp_path / "made", api.render(loaded))
    elsewhere = files(tmp_path / "other", {"gate.py": GATE, "parts/deep.py": deep})
    files(scripts, {"parts/deep.py": deep, "gate.py": GATE})
    done = script(scripts / "train_net.py", "--data-dir", str(tiny), "--epochs", "1")
    assert done.returncode == 0, done.stderr
    (scripts / "gate.py").unlink()
    for name in ("train_net.py", "predict_net.py"):
        done = script(scripts / name, "--plot", PYTHONPATH=str(elsewhere))
        assert done.returncode == 2
        assert done.stderr == (
            f"error: the model needs {scripts / 'gate.py'}, but Python imported "
            f"{elsewhere / 'gate.py'}\n"
        )
    files(scripts, {"gate.py": GATE})
    all_tools(scripts)
    for name in ("train_net.py", "predict_net.py"):
        done = script(scripts / name, "--help", PYTHONPATH=str(elsewhere))
        assert done.returncode == 0, done.stderr


ATTACKS = [
    "__import__('os').system('true')",
    "(1).__class__",
    "a.real",
    "[1]",
    "'a' * 9",
    "f'{a}'",
    "lambda: 1",
    "(b := 1)",
    "a[0]",
    "{1: 2}",
    "(a for a in b)",
    "9 ** 9 ** 9",
    "9 ** 99",
    "1 << 99",
    "~1",
    "s",
    "t",
    "await a",
    "b",
    "1 / 0",
    "2.0 ** 5000",
    "1 if",
    "(" * 300 + ")" * 300,
    "1j",
    "None",
    "...",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_expressions_are_nothing_but_arithmetic(text: str) -> None:
    with pytest.raises(FailsError):
        computed(text, {"a": 3, "s": "text", "t": print})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a - (2 - 1)", 2),
        ("a // 2 * 2", 2),
        ("-a ** 2", -9),
        ("a / 2", 1.5),
        ("1 < a <= 3 and not a == 4", True),
        ("a > 3 or false", False),
        ("a % 2 != 0", True),
        ("2 ** a", 8),
        ("2 if a > 3 else 1", 1),
        ("true", True),
        (" a ", 3),
    ],
)
def test_arithmetic(text: str, value: object) -> None:
    found = computed(text, {"a": 3})
    assert found == value and type(found) is type(value)
