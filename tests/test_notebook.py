"""Notebooks: the same code in cells, run from top to bottom."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from mlpgen import api
from mlpgen.cli import run
from mlpgen.names.identifiers import wrong_class_name
from mlpgen.output.ipynb import as_text, pack, unpack

from . import networks, processes
from .networks import network
from .shared_modules import SHARED
from .test_data import MODULE, SPECS, data, spec_of
from .test_predict import NO_PILLOW
from .test_reserved import top_level
from .test_starting import in_shards
from .test_training import tiny
from .test_training_keys import BOTH, OPTIONS

if TYPE_CHECKING:
    from mlpgen.api import Network

    from .linters import Gathered

__all__ = ["data", "tiny"]  # fixtures

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data" / "sample"
OF_SHARED = {
    name
    for path in SHARED.glob("*.py")
    for name in top_level(path.read_text(encoding="utf-8"))
}
UNTRAINED = {
    "name": "Joined",
    "description": "Two inputs: one of numbers, one of tokens.",
    "input": {"numbers": [8], "tokens": {"shape": [5], "dtype": "int64"}},
    "layers": [
        {"Embedding": {"num_embeddings": 10, "embedding_dim": 8}, "from": "tokens"},
        {"mean": {"dim": 1}, "name": "words"},
        {"add": None, "from": ["numbers", "words"]},
        {"Linear": 2},
    ],
}

SEEN = {
    "name": "Seen",
    "input": [1, 28, 28],
    "layers": [
        {"Conv2d": {"out_channels": 4, "kernel_size": 4, "stride": 4}},
        "ReLU",
        "Flatten",
        {"Linear": 10},
    ],
    "training": {
        "data": "mnist",
        "loss": "CrossEntropyLoss",
        "optimizer": {"Adam": {"lr": 0.01}},
        "epochs": 1,
        "batch_size": 50,
    },
}


def option(name: str) -> dict[str, Any]:
    """Return a spec with options of `training:`."""
    layers, training = OPTIONS[name]
    spec = {
        "name": "Tried",
        "input": [1, 28, 28],
        "layers": layers,
        "training": {
            "data": "mnist",
            "loss": "CrossEntropyLoss",
            "optimizer": {"SGD": {"lr": 0.05, "momentum": 0.5}},
            "epochs": 2,
            "batch_size": 50,
        }
        | training,
    }
    return spec | ({"outputs": ["logits", "restored"]} if layers is BOTH else {})


@cache
def all_specs() -> dict[str, Network]:
    """Load specs of every kind of data, every option, and those of the repository."""
    paths = [*ROOT.glob("specs/*.yaml"), *ROOT.glob("specs/speed/*.yaml")]
    return (
        {f"data_{name.replace(' ', '_')}": network(spec_of(name)) for name in SPECS}
        | {f"option_{name}": network(option(name)) for name in OPTIONS}
        | {path.stem: api.load(path) for path in paths}
        | {"untrained": network(UNTRAINED)}
    )


def text_of(spec: Network, style: str = "explicit") -> str:
    """Render the notebook of a spec."""
    (content,) = api.render(spec, style, notebook=True).values()
    return content


@cache
def known(name: str, style: str = "explicit") -> str:
    """Render the notebook of one of all specs, once."""
    return text_of(all_specs()[name], style)


def script(content: str) -> str:
    """Return the cells of a notebook as one script."""
    cells = unpack(content)
    assert cells is not None
    return as_text(cells)


def settings(text: str, folder: Path, epochs: int) -> str:
    """Change the settings of a notebook as a person would."""
    text = re.sub(r"data_dir=next\(.*\),", f"data_dir=Path({str(folder)!r}),", text)
    return re.sub(r"epochs=\d+", f"epochs={epochs}", text)


KINDS = [
    *(f"data_{name.replace(' ', '_')}" for name in SPECS),
    *(f"option_{name}" for name in OPTIONS),
]
# What a notebook can have: also no training, parameters, and blocks.
ALL_KINDS = [*KINDS, "untrained", "mnist_mlp", "mnist_resnet"]


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("part", range(8))
@pytest.mark.thinned(8)
def test_code_is_clean(style: str, part: int, gathered: Gathered) -> None:
    """Notebooks of each kind, and of the other specs of the repository."""
    for name in sorted(all_specs())[part::8]:
        content = known(name, style)
        gathered.add_notebook(f"{style}_{name}", content, script(content))


def executed(spec: Network, style: str, folder: Path, epochs: int) -> Any:
    """Run a notebook in a kernel, and return it with its outputs."""
    content = settings(text_of(spec, style), folder, epochs)
    content = content.replace("worst[:40]", "worst[:9]")  # to draw takes longest
    notebook = nbformat.reads(content, as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def printed(notebook: Any) -> str:
    """Return what the cells of a notebook printed."""
    return "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream"
    )


@pytest.mark.exhaustive
def test_in_a_kernel() -> None:
    spec = all_specs()["lenet5"]
    notebook = executed(spec, "sequential", SAMPLE, epochs=1)
    accuracy = re.search(r"test_accuracy ([0-9.]+)", printed(notebook))
    assert accuracy is not None and float(accuracy[1]) > 0.7
    pictures = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 6  # examples, curves, confusion, mistakes, layers
    assert re.search(r"conv2d_1 +\[2, \d+, \d+, \d+\] +mean", printed(notebook))


SHELL = """
import json, sys
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib.figure import Figure
InteractiveShell.enable_gui = lambda *_: None  # nothing but files
shell = InteractiveShell.instance()
shell.enable_matplotlib("inline")
pictures = 0
for cell in json.loads(Path(sys.argv[1]).read_text())["cells"]:
    if cell["cell_type"] == "code":
        with capture_output() as seen:
            done = shell.run_cell("".join(cell["source"]))
        done.raise_error()
        print(seen.stdout)
        pictures += sum("image/png" in each.data for each in seen.outputs)
        pictures += isinstance(done.result, Figure)
print("pictures", pictures)
"""


def test_in_the_shell_of_kernels(tmp_path: Path) -> None:
    """A kernel has to import all that a forked process has."""
    path = tmp_path / "cells.ipynb"
    path.write_text(settings(text_of(network(SEEN)), SAMPLE, epochs=1), "utf-8")
    (tmp_path / "shell.py").write_text(SHELL, "utf-8")
    done = processes.run(tmp_path / "shell.py", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    accuracy = re.search(r"test_accuracy ([0-9.]+)", done.stdout)
    assert accuracy is not None and float(accuracy[1]) > 0.7
    # examples, curves, confusion, mistakes, layers
    assert done.stdout.endswith("pictures 5\n")
    assert re.search(r"conv2d_1 +\[2, \d+, \d+, \d+\] +mean", done.stdout)


@pytest.mark.parametrize("name", [*KINDS, "untrained"])
@pytest.mark.thinned(6)
def test_every_kind_runs(name: str, data: Path, tmp_path: Path) -> None:
    if NO_PILLOW and name in ("data_images", "data_restored"):
        pytest.skip("reading images needs Pillow")
    path = tmp_path / "cells.py"
    text = settings(script(known(name)), data, epochs=2)
    text = text.replace("worst[:40]", "worst[:9]")  # two rows: to draw takes longest
    path.write_text(f"import matplotlib\nmatplotlib.use('agg')\n{text}", "utf-8")
    (tmp_path / "mine.py").write_text(MODULE, encoding="utf-8")
    done = processes.run(path)
    assert done.returncode == 0, done.stderr
    if name != "untrained":
        assert "seconds" in done.stdout
    assert "mean" in done.stdout


def test_the_same_numbers_as_the_script(tiny: Path, tmp_path: Path) -> None:
    """Both start from the same weights, but for the last layer."""
    start = tmp_path / "model.safetensors.index.json"
    raw = option("steps")
    raw["training"]["weights"] = {"path": str(start), "except": ["logits"]}
    spec = network(raw)
    in_shards(start, networks.model(spec, "sequential").state_dict())
    for name, text in api.render(spec, "explicit").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    args = ("--data-dir", str(tiny), "--epochs", "2", "--out", str(tmp_path / "out"))
    done = processes.run(tmp_path / "train_tried.py", *args)
    cells = settings(script(text_of(spec)), tiny, epochs=2)
    (tmp_path / "cells.py").write_text(
        f"import matplotlib\nmatplotlib.use('agg')\n{cells}", encoding="utf-8"
    )
    notebook = processes.run(tmp_path / "cells.py")
    for each in (done, notebook):
        assert "tensors are taken, but for logits" in each.stderr
    _, _, table = done.stdout.partition("\nepoch")
    rows = [line.split()[1:5] for line in table.splitlines()[1:3]]
    lines = [each for each in notebook.stdout.splitlines() if "seconds" in each]
    assert rows == [line.split()[3:10:2] for line in lines]
    chosen = "the test chose that epoch: `validation` holds data out for it"
    assert chosen in notebook.stdout
    assert chosen in done.stdout


@pytest.mark.parametrize("name", ALL_KINDS)
@pytest.mark.thinned(4)
def test_what_is_rendered_can_be_read_again(name: str) -> None:
    content = known(name)
    assert content == text_of(all_specs()[name])
    assert pack(unpack(content) or []) == content


def test_mistakes_name_the_constants_of_a_notebook(gathered: Gathered) -> None:
    """Which has no flags."""
    raw = option("groups")
    raw["training"]["weights"] = {"path": "start.pt", "except": ["logits"]}
    content = text_of(network(raw))
    text = script(content)
    gathered.add_notebook("weights", content, text)
    assert 'f"WEIGHTS_EXCEPT {pattern} {said}"' in text
    assert "FREEZE leaves no parameter to train" in text
    assert "args.freeze" not in text and "--weights" not in text


@pytest.mark.exhaustive
def test_names_of_cells_cannot_be_taken() -> None:
    """No model has a name that cells use; conflicting definitions are renamed."""
    for spec in all_specs().values():
        text = script(text_of(spec, "sequential"))
        classes = {spec.graph.name, *(block.name for block in spec.graph.blocks)}
        names = {*top_level(text)} - classes - OF_SHARED
        assert not [
            name
            for name in names
            if name[0].isupper() and "_" not in name and not wrong_class_name(name)
        ]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one spec and its notebook; returns the notebook."""
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    spec = (ROOT / "specs" / "mnist_mlp.yaml").read_text(encoding="utf-8")
    Path("specs/mlp.yaml").write_text(spec, encoding="utf-8")
    assert run(["render", "specs/mlp.yaml", "--notebook"]) == 0
    assert [path.name for path in Path("generated/explicit").iterdir()] == [
        "mnist_mlp.ipynb"
    ]
    return Path("generated/explicit/mnist_mlp.ipynb")


def test_running_a_notebook_is_not_drift(project: Path, capsys: Any) -> None:
    content = json.loads(project.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 7
            cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": "1"}]
            cell["metadata"] = {"collapsed": True}
    content["metadata"]["language_info"]["version"] = "3.12.1"
    ran = json.dumps(content)
    project.write_text(ran, encoding="utf-8")
    assert run(["check"]) == 0
    assert run(["render", "specs/mlp.yaml", "--notebook"]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert project.read_text(encoding="utf-8") == ran


def test_an_edit_is_kept(project: Path, capsys: Any) -> None:
    content = json.loads(project.read_text(encoding="utf-8"))
    content["cells"][5]["source"] += "\nprint('mine')"
    edited = json.dumps(content)
    project.write_text(edited, encoding="utf-8")
    assert run(["check"]) == 1
    assert "--notebook --force" in capsys.readouterr().out
    assert run(["render", "specs/mlp.yaml", "--notebook"]) == 1
    assert project.read_text(encoding="utf-8") == edited


def test_a_changed_spec_is_drift(project: Path, capsys: Any) -> None:
    spec = Path("specs/mlp.yaml")
    spec.write_text(spec.read_text("utf-8").replace("128", "96"), encoding="utf-8")
    assert run(["check"]) == 1
    assert "mlpgen render specs/mlp.yaml --style explicit --notebook" in (
        capsys.readouterr().out
    )
    assert run(["render", "specs/mlp.yaml", "--notebook"]) == 0
    assert run(["check"]) == 0


def test_another_file_in_its_place(project: Path) -> None:
    for text in ("", "no notebook", "[]", '{"cells": 3}', '{"cells": [{}]}'):
        project.write_text(text, encoding="utf-8")
        assert run(["render", "specs/mlp.yaml", "--notebook"]) == 1
        assert project.read_text(encoding="utf-8") == text


def test_files_and_notebook_side_by_side(project: Path) -> None:
    assert run(["render", "specs/mlp.yaml"]) == 0
    assert len([*project.parent.iterdir()]) > 5
    assert run(["check"]) == 0


def test_the_package_is_missing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    project.unlink()
    monkeypatch.setattr("mlpgen.output.ipynb.find_spec", lambda _: None)
    assert run(["render", "specs/mlp.yaml", "--notebook"]) == 2
    assert "pip install nbformat" in capsys.readouterr().err
    assert not project.exists()


@pytest.mark.parametrize("convolves", [False, True])
def test_only_maps_that_are_computed_are_shown(convolves: bool) -> None:
    spec = {
        "name": "Tried",
        "input": {"shape": [1, 8, 8]},
        "parameters": {"convolves": convolves},
        "layers": [
            {"Conv2d": {"out_channels": 2, "kernel_size": 3}, "when": "${convolves}"},
            "Flatten",
            {"Linear": 2},
        ],
    }
    texts = api.render(network(spec), "explicit", notebook=True)
    assert ("layers that give images" in texts["tried.ipynb"]) is convolves
