"""The examples of `docs/use-elsewhere.md` run, those whose packages are there."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from . import processes
from .test_predict import png
from .test_training import refused, tiny

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["tiny"]  # a fixture


def benchmark() -> ModuleType:
    path = Path(__file__).parent.parent / "benchmarks" / "elsewhere.py"
    spec = importlib.util.spec_from_file_location("elsewhere", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["elsewhere"] = module
    spec.loader.exec_module(module)
    return module


PAGE = benchmark()
EXAMPLES: list[Any] = PAGE.examples()
LOCAL = {"hub", "shop", "mnist_mlp", "predict_mnist_mlp", "data_mnist"}
SAYS = {
    2: "(32, 10)\n",
    3: "shop.generated.explicit.mnist_mlp\n",
}
"""What examples print, by their place."""
EXPORTS = ("onnx", "pt2")


def lacks(example: Any) -> list[str]:
    """Name the packages of an example that are not there."""
    needed = sorted(example.needs - LOCAL)
    if "from hub." in example.code:  # rendered by the template for the Hub
        needed.append("huggingface_hub")
    return [name for name in needed if importlib.util.find_spec(name) is None]


class Project:
    """A folder where the commands of the page run, whose files its scripts read.

    Attributes:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._done: dict[int, list[processes.Done]] = {}

    def run(self, place: int) -> list[processes.Done]:
        """Run the commands of an example, a script each time, others once."""
        example = EXAMPLES[place]
        if place in self._done:
            return self._done[place]
        found = [
            processes.run(self.folder / name, *args)
            for name, *args in example.commands(self.folder)
        ]
        if not example.python:
            self._done[place] = found
        return found

    def prepare(self, code: str) -> None:
        """Run the commands that write what code reads: a run, and its exports."""
        kinds = ["train_mnist_mlp.py"]
        kinds += [f"--export {kind}" for kind in EXPORTS if f"model.{kind}" in code]
        for place, example in enumerate(EXAMPLES):
            shown = not example.python and any(kind in example.code for kind in kinds)
            if shown and not lacks(example):
                self.run(place)


@pytest.fixture(scope="module")
def project(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = tmp_path_factory.mktemp("project")
    PAGE.render(folder)
    shutil.copytree(tiny, folder / "data")
    png(folder / "7.png", [[0] * 28] * 14 + [[255] * 28] * 14)
    return Project(folder)


@pytest.fixture
def folder(project: Project) -> Path:
    return project.folder


def test_the_page_has_them() -> None:
    """Of the packages of CI all run, but for those of Lightning and the Trainer."""
    assert len(EXAMPLES) >= 12
    assert {each.title for each in EXAMPLES} > {"In a package", "From ONNX"}
    optional = {"lightning", "transformers", "safetensors"}
    assert optional < set.union(*(each.needs for each in EXAMPLES))


@pytest.mark.parametrize("place", range(len(EXAMPLES)))
@pytest.mark.thinned(2)
def test_an_example_runs(place: int, project: Project) -> None:
    example = EXAMPLES[place]
    if missing := lacks(example):
        pytest.skip(f"it needs {', '.join(missing)}")
    project.prepare(example.code)
    if "model.onnx" in example.code and not [*project.folder.rglob("model.onnx")]:
        pytest.skip("nothing has written model.onnx")
    for done in project.run(place):
        assert done.returncode == 0, done.stderr
        assert SAYS.get(place, "") in done.stdout
        errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
        assert errors == []


LOAD = """
import json
from pathlib import Path
import torch
from predict_mnist_mlp import load

one, other = load(Path("runs/mnist_mlp/first")), load()
model = one.model
found = {
    "class": type(model).__name__,
    "training": model.training,
    "learns": all(each.requires_grad for each in model.parameters()),
    "same": all(
        torch.equal(a, b)
        for a, b in zip(model.parameters(), other.model.parameters(), strict=True)
    ),
    "classes": one.classes,
}
read = one.read("7.png")
pixels = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
pixels[:, :, 14:] = 255
found["preprocessed"] = torch.allclose(one.preprocess(pixels), read)
found["shape"] = list(read.shape)
print(json.dumps(found))
"""


def test_load_gives_the_trained_model(project: Project) -> None:
    """In eval mode, ready to be trained further, with classes and preprocessing."""
    project.prepare(LOAD)
    folder = project.folder
    if importlib.util.find_spec("PIL") is None:
        pytest.skip("reading images needs Pillow")
    (folder / "loads.py").write_text(LOAD)
    done = processes.run(folder / "loads.py")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "class": "MnistMLP",
        "training": False,
        "learns": True,
        "same": True,
        "classes": [*"0123456789"],
        "preprocessed": True,
        "shape": [1, 1, 28, 28],
    }
    (said,) = {*done.stderr.splitlines()}
    assert said.startswith("runs/mnist_mlp/first/best.pt: epoch ")


def test_load_finds_nothing(folder: Path) -> None:
    """The error is one that a program can catch, and says what to do."""
    (folder / "fails.py").write_text(
        "from pathlib import Path\n"
        "from errors import RunError\n"
        "from predict_mnist_mlp import load\n"
        'for run in (Path("data"), "data"):\n'
        "    try:\n"
        "        load(run)\n"
        "    except RunError as error:\n"
        "        print(error)\n"
    )
    done = processes.run(folder / "fails.py")
    says = "data has no run yet: train first: python train_mnist_mlp.py\n"
    assert (done.stdout, done.stderr) == (2 * says, "")


def test_a_package_names_its_module(folder: Path) -> None:
    script = folder / "shop" / "generated" / "explicit" / "predict_mnist_mlp.py"
    assert script.is_file()
    (folder / "asks.py").write_text(
        "import sys\n"
        "from shop.generated.explicit import predict_mnist_mlp as script\n"
        "from shop.generated.explicit.prediction import start\n"
        'sys.argv = ["x", "--evaluate", "--run", "data"]\n'
        "files = script.data_mnist.FILES\n"
        "start(script.use, None, script.RUNS, script.SPEC, files, script.known)\n"
    )
    says = "train first: python -m shop.generated.explicit.train_mnist_mlp"
    refused(folder / "asks.py", says=says)


def test_an_export_has_its_preprocessing(project: Project) -> None:
    """Pixels go in, and what the model gives of the same image comes out."""
    project.prepare("model.pt2")
    extra = {"classes.json": "", "preprocessing.json": ""}
    path = project.folder / "runs" / "mnist_mlp" / "first" / "model.pt2"
    program = torch.export.load(path, extra_files=extra).module()
    assert json.loads(extra["classes.json"]) == [*"0123456789"]
    scale = {"raw": "uint8", "mean": 0.0, "std": 255.0, "in_graph": True}
    assert json.loads(extra["preprocessing.json"]) == scale
    _, probas = program(torch.zeros(5, 1, 28, 28, dtype=torch.uint8))
    assert probas.shape == (5, 10)
