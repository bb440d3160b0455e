"""Modules that the scripts of a folder share: written once, and never lost.

Modules and scripts of these tests are small stand-ins, since only their files matter.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen import SpecError, api
from mlpgen.cli import run
from mlpgen.names import modules
from mlpgen.output import header, shared_modules
from mlpgen.output.header import SLOT
from mlpgen.project.destination import Destination
from mlpgen.project.request import Request

from .networks import network
from .test_check import (
    DAMAGES,
    POSIX,
    Said,
    edited,
    of_another_spec,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlpgen.graph.nodes import Graph

SPEC = (Path(__file__).parent.parent / "specs" / "mnist_mlp.yaml").read_text("utf-8")
BODY = 'def told() -> str:\n    return "{}"\n'
MODULES = {
    "errors": f'"""Errors."""\n\nimport math\n\n\n{BODY.format("errors")}',
    "training": '"""Runs.\n\nMore of them.\n"""\n\nimport errors\n\n\n'
    'def told() -> str:\n    return errors.told() + " training"\n',
    "data_mnist": f'"""MNIST."""\n\nimport gzip\n\n\n{BODY.format("mnist")}',
    "plots": '"""Plots."""\n\n\ndef told() -> str:\n    """Say."""\n'
    "    from errors import told\n\n    return told()\n",
}
PREDICT = "import plots\nfrom training import told\n"


def texts_of(graph: Graph, *_: object) -> dict[str, str]:
    """Render stand-ins for the files of a spec."""
    stem = graph.stem
    made = {f"{stem}.py": f'"""A model."""\n\n{SLOT}\n\nNAME = "{graph.name}"\n'}
    if graph.recipe is not None:
        data = "import data_mnist\n" if graph.recipe.settings.seed else ""
        train = f"from {stem} import NAME\nfrom training import told\n"
        usage = f"python train_{stem}.py --epochs 3\n"
        end = '\nif __name__ == "__main__":\n    print(NAME, told())\n'
        made[f"train_{stem}.py"] = (
            f'"""Train.\n\n{usage}"""\n\n{SLOT}\n\n{data}{train}{end}'
        )
        made[f"predict_{stem}.py"] = f'"""Predict."""\n\n{SLOT}\n\n{PREDICT}{end[:0]}'
    return made


def write_modules(folder: Path, texts: Mapping[str, str]) -> None:
    """Let a version of mlpgen have these shared modules."""
    (folder / "shared").mkdir(exist_ok=True)
    for path in (folder / "shared").iterdir():
        path.unlink()
    for name, text in texts.items():
        (folder / "shared" / f"{name}.py").write_text(text, "utf-8")
    forget()


def forget() -> None:
    for each in (
        modules.shared_modules,
        shared_modules._text,
        shared_modules.module_source,
        shared_modules._imports,
    ):
        each.cache_clear()


@pytest.fixture
def templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Mapping[str, str]], None]:
    folder = tmp_path / "templates"
    folder.mkdir()
    for each in (modules, shared_modules):
        monkeypatch.setattr(each, "TEMPLATES", folder)
    monkeypatch.setattr(api, "_texts", texts_of)

    def version(texts: Mapping[str, str]) -> None:
        write_modules(folder, texts)

    version(MODULES)
    return version


Version = "Callable[[Mapping[str, str]], None]"
TABLE = '[tool.mlpgen]\nstyles = ["explicit", "sequential"]\n'
SCRIPTS = ["mnist_mlp.py", "train_mnist_mlp.py", "predict_mnist_mlp.py"]
SHARED = [f"{name}.py" for name in sorted(MODULES)]
HERE = Path("generated/explicit")


@pytest.fixture
def project(templates: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two specs that train, and one that does not."""
    del templates
    folder = tmp_path / "project"
    (folder / "specs").mkdir(parents=True)
    monkeypatch.chdir(folder)
    Path("pyproject.toml").write_text(TABLE)
    Path("specs/mnist_mlp.yaml").write_text(SPEC, "utf-8")
    Path("specs/other.yaml").write_text(SPEC.replace("MnistMLP", "Other"), "utf-8")
    only = SPEC.partition("training:")[0].replace("MnistMLP", "Only")
    Path("specs/only.yaml").write_text(only, "utf-8")
    assert run(["render"]) == 0
    assert run(["check"]) == 0
    yield folder
    forget()


def names(folder: Path = HERE) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_folder_has_a_copy_of_what_is_needed(project: Path) -> None:
    copies = [Path("generated", style) for style in api.STYLES]
    for name in SHARED:
        one, other = ((folder / name).read_bytes() for folder in copies)
        assert one == other
        assert b"spec" not in one and b"mnist_mlp" not in one
        assert one.decode() == shared_modules.module_texts([name[:-3]])[name]
        lines = one.decode().partition("# @generated")[2].split("\n")[:3]
        assert lines[0] == " by mlpgen, the same in every project." and not lines[2]
    assert not {"plots.py", "other.py"} - {*names()}


def test_the_library_gives_them_too(templates: Any) -> None:
    training = api.load(Path(__file__).parent.parent / "specs" / "mnist_mlp.yaml")
    assert [*api.render(training)] == [*SCRIPTS, *SHARED]
    plain = network({"name": "Net", "input": [3], "layers": ["ReLU"]})
    assert [*api.render(plain)] == ["net.py"]


def test_the_header_follows_the_docstring(project: Path) -> None:
    text = Path(HERE, "training.py").read_text("utf-8")
    assert text.startswith('"""Runs.\n\nMore of them.\n"""\n\n# @generated by mlpgen,')
    assert text.partition("sha256:")[2][16:].startswith("\n\nimport errors\n")


@POSIX
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
@pytest.mark.thinned(4)
def test_damage_is_found_and_fixed(
    project: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None]
) -> None:
    if damage is of_another_spec:
        pytest.skip("no spec makes a file of this name")
    paths = [HERE / name for name in SHARED]
    wanted = {path: path.read_bytes() for path in paths}
    for path in paths:
        if path.name == "training.py" and damage is edited:
            text = path.read_text("utf-8").replace("errors.told()", "'mine'")
            path.write_text(text, "utf-8")
        else:
            damage(path)
    said = Said(capsys)
    assert said.wrong == {path.as_posix(): DAMAGES[damage] for path in paths}
    said.mend(paths[0].as_posix())
    assert Said(capsys).wrong == {} or damage.__name__ in ("a_folder", "a_pipe")
    if Said(capsys).wrong == {}:
        assert {path: path.read_bytes() for path in paths} == wanted
    kept = DAMAGES[damage] in ("edited", "foreign")
    assert all(Path(f"{path}.orig").exists() is kept for path in paths if kept)


def newer(texts: Mapping[str, str] = MODULES) -> dict[str, str]:
    return {**texts, "training": texts["training"].replace(" training", " newer")}


def test_what_was_edited_and_is_needed_newer_is_kept(
    project: Path, templates: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = HERE / "training.py"
    mine = path.read_text("utf-8").replace(" training", " mine")
    path.write_text(mine, "utf-8")
    templates(newer())
    capsys.readouterr()
    assert run(["render"]) == 1
    said = capsys.readouterr().out
    assert f"{path}: kept: edited by hand\n" in said
    assert "generated/sequential/training.py: updated\n" in said
    assert path.read_text("utf-8") == mine
    found = Said(capsys)
    assert found.wrong == {path.as_posix(): "edited"}
    assert found.advice[path.as_posix()].startswith(
        "the rendered code has changed too; move the edit into a file of your own, or "
    )
    assert run(["render", "--dry-run", "--force"]) == 0
    assert path.read_text("utf-8") == mine
    assert run(["render", "--force"]) == 0
    assert Path(f"{path}.orig").read_text("utf-8") == mine
    assert " newer" in path.read_text("utf-8")
    assert Said(capsys).wrong == {}


def test_files_of_two_versions_are_named(
    project: Path, templates: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """One spec is rendered, but the scripts of the other need the changed module."""
    assert run(["render", "specs/other.yaml", "--set", "hidden_1=96"]) == 0
    templates(newer())
    capsys.readouterr()
    assert run(["render", "specs/mnist_mlp.yaml", "--style", "explicit"]) == 0
    said = capsys.readouterr().out
    assert "generated/explicit/training.py: updated\n" in said
    assert said.endswith(
        "out of date: generated/explicit/predict_other.py, "
        "generated/explicit/train_other.py: mlpgen render specs/other.yaml "
        "--style explicit --set hidden_1=96\n"
    )
    assert run(["render", "specs/mnist_mlp.yaml", "--style", "explicit"]) == 0
    assert "another version" not in capsys.readouterr().out
    wrong = Said(capsys).wrong
    assert wrong == {"generated/sequential/training.py": "stale"}


def test_one_command_for_all_with_the_same_options(project: Path) -> None:
    asked = [
        Request(spec, style, (("hidden_1", 96),) if spec == "b.yaml" else ())
        for style in api.STYLES
        for spec in ("a.yaml", "b.yaml", "a.yaml", "c.yaml")
    ]
    more = [Request("d.yaml", "explicit"), Request("d.yaml", "explicit", notebook=True)]
    both = "--style explicit --style sequential"
    assert Destination(Path("made"), "made", Destination()).commands(asked) == (
        f"mlpgen render a.yaml c.yaml {both} --out made --package made && "
        f"mlpgen render b.yaml {both} --set hidden_1=96 --out made --package made"
    )
    assert Destination().commands([*asked[:1], *more, asked[4]]) == (
        "mlpgen render a.yaml d.yaml --style explicit && "
        "mlpgen render d.yaml --style explicit --notebook && "
        "mlpgen render a.yaml --style sequential"
    )


def test_a_model_alone_brings_up_what_others_need(
    project: Path, templates: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """All shared modules of a folder are of one version."""
    templates(
        {**newer(), "fresh": MODULES["errors"]}
        | {"plots": MODULES["plots"].replace("errors", "fresh")}
    )
    capsys.readouterr()
    assert run(["render", "specs/only.yaml", "--style", "explicit"]) == 0
    said = capsys.readouterr().out
    for name, word in (("training", "updated"), ("fresh", "written")):
        assert f"generated/explicit/{name}.py: {word}\n" in said
    assert "mlpgen render specs/mnist_mlp.yaml specs/other.yaml --style" in said
    assert run(["render"]) == 0
    assert Said(capsys).wrong == {}


def without_training(spec: str) -> None:
    path = Path("specs", spec)
    path.write_text(path.read_text("utf-8").partition("training:")[0], "utf-8")


def test_with_the_last_user_gone_they_are_orphans(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_training("mnist_mlp.yaml")
    capsys.readouterr()
    assert run(["render"]) == 0
    paths = [
        f"generated/{style}/{kind}_mnist_mlp.py"
        for style in api.STYLES
        for kind in ("predict", "train")
    ]
    line = f"no longer needed: rm {' '.join(paths)}\n"
    assert capsys.readouterr().out.endswith(line)
    assert Said(capsys).wrong == dict.fromkeys(paths, "orphan")

    without_training("other.yaml")
    capsys.readouterr()
    assert run(["render"]) == 0
    (line,) = (each for each in capsys.readouterr().out.split("\n") if "rm " in each)
    removed = line.partition("rm ")[2].split()
    assert {*SHARED, *SCRIPTS[1:]} < {Path(path).name for path in removed}
    said = Said(capsys)
    assert said.wrong == dict.fromkeys(removed, "orphan")
    assert said.advice["generated/explicit/training.py"] == (
        "no file imports it: rm generated/explicit/training.py"
    )
    assert Said(capsys, "specs/only.yaml").wrong == {}  # what others made may stay
    for path in removed:
        Path(path).unlink()
    assert run(["render"]) == 0
    assert "rm " not in capsys.readouterr().out
    assert Said(capsys).wrong == {}
    assert names() == ["mnist_mlp.py", "only.py", "other.py"]


def test_a_module_that_only_one_spec_needs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seed 0 stands for other data."""
    for spec in ("mnist_mlp", "other"):
        path = Path(f"specs/{spec}.yaml")
        path.write_text(path.read_text("utf-8").replace("seed: 1", "seed: 0"), "utf-8")
        capsys.readouterr()
        assert run(["render", path.as_posix(), "--style", "explicit"]) == 0
        said = capsys.readouterr().out
        assert ("rm generated/explicit/data_mnist.py\n" in said) is (spec == "other")
    Path("specs/mnist_mlp.yaml").unlink()
    Path("specs/other.yaml").unlink()
    wrong = Said(capsys).wrong
    assert {f"generated/explicit/{name}" for name in SHARED} <= wrong.keys()


@pytest.mark.parametrize(
    "line",
    [
        "import data_mnist",
        "from data_mnist import told",
        "def f():\n    import gzip, data_mnist as d",
        "from a.generated.explicit import (\n    errors,\n    data_mnist,\n)",
        "from a.generated.explicit.data_mnist import told",
        "import a.generated.explicit.data_mnist",
        "from . import data_mnist",
        "from .data_mnist import told",
        "this is no Python, but\nimport data_mnist",
    ],
)
def test_a_file_of_a_person_needs_them_too(
    project: Path, templates: Any, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    (HERE / "mine.py").write_text(f"{line}\n")
    for spec in ("mnist_mlp.yaml", "other.yaml"):
        without_training(spec)
    templates({**MODULES, "data_mnist": MODULES["data_mnist"].replace("mnist", "new")})
    capsys.readouterr()
    assert run(["render"]) == 0
    said = capsys.readouterr().out
    assert "generated/explicit/data_mnist.py: updated\n" in said
    removed = said.partition("rm ")[2].split()
    assert "generated/explicit/data_mnist.py" not in removed
    assert "generated/sequential/data_mnist.py" in removed
    assert Said(capsys).status["generated/explicit/data_mnist.py"] == "current"


@pytest.mark.parametrize("line", ["import data_mnists", "from x.data_mnist import a"])
def test_imports_of_other_modules(line: str) -> None:
    assert "data_mnist" not in shared_modules.imported_modules(f"{line}\n", "explicit")


def test_a_module_that_a_version_has_no_more(
    project: Path, templates: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stays as long as a script imports it, and is reported with that script."""
    (HERE / "mine.py").write_text("import plots\n")
    fewer = {name: text for name, text in MODULES.items() if name != "plots"}
    templates(fewer)
    path = "generated/explicit/plots.py"
    capsys.readouterr()
    assert run(["render", "specs/only.yaml", "--style", "explicit"]) == 0
    assert "rm " not in capsys.readouterr().out
    found = Said(capsys)
    assert found.wrong[path] == "orphan"
    assert found.advice[path].startswith("mlpgen no longer has this module, but `")
    Path("generated/explicit/mine.py").unlink()
    for path_ in HERE.glob("predict_*.py"):
        path_.write_text(path_.read_text("utf-8").replace("import plots\n", ""))
    assert Said(capsys).advice[path] == f"no file imports it: rm {path}"


def as_format_1(path: Path, spec: str, text: str) -> None:
    """Write a file as mlpgen did before modules were shared."""
    body = f'"""A file."""\n\n\n\n{text}'
    style = path.parent.name
    head = (
        f"# @generated by mlpgen from ../../{spec} (style: {style}).\n"
        "# Change the spec and render again; `mlpgen check` tells edits from drift.\n"
        f"# format 1, spec sha256:{'0' * 16}, code sha256:{header._hash(body)}"
    )
    before, _, behind = body.partition("\n\n\n\n")
    path.write_text(f"{before}\n\n{head}\n\n{behind}", "utf-8")
    found = header.read(path.read_text("utf-8"))
    assert found and not header.is_edited(path.read_text("utf-8"), found)


OLDER = {
    "": "NAME = 1\n",
    "data_": "import math\n",
    "run_": "import math\n",
    "plot_": "from run_NAME import RunError\n",
    "train_": "from data_NAME import load\nfrom NAME import Net\nimport run_NAME\n",
    "predict_": "from plot_NAME import plot\nfrom train_NAME import evaluate\n",
}


@pytest.fixture
def older(project: Path) -> Path:
    """A project that was rendered before modules were shared."""
    for path in HERE.iterdir():
        path.unlink()
    for name in ("mnist_mlp", "other"):
        for kind, text in OLDER.items():
            path = HERE / f"{kind}{name}.py"
            as_format_1(path, f"specs/{name}.yaml", text.replace("NAME", name))
    return project


def test_files_of_the_older_format_are_replaced(
    older: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    found = Said(capsys).wrong
    kinds = {
        "stale": ("", "train_", "predict_"),
        "orphan": ("data_", "run_", "plot_"),
    }
    for status, each in kinds.items():
        for name in ("mnist_mlp", "other"):
            for kind in each:
                assert found[f"generated/explicit/{kind}{name}.py"] == status
    assert run(["render", "specs/mnist_mlp.yaml", "--style", "explicit"]) == 0
    said = capsys.readouterr().out
    for name in SCRIPTS:
        assert f"generated/explicit/{name}: updated\n" in said
    for name in SHARED:
        assert f"generated/explicit/{name}: written\n" in said
    *_, over, others, end = said.split("\n")
    removed = [f"generated/explicit/{k}_mnist_mlp.py" for k in ("data", "plot", "run")]
    assert over == f"no longer needed: rm {' '.join(removed)}"
    assert others.startswith("out of date: generated/explicit/")
    assert others.endswith(
        " and 3 more: mlpgen render specs/other.yaml --style explicit"
    )
    assert end == ""
    for path in removed:
        Path(path).unlink()
    assert run(["render"]) == 0
    over = capsys.readouterr().out.rpartition("rm ")[2]
    for path in over.split():
        Path(path).unlink()
    assert Said(capsys).wrong == {}
    assert names() == sorted(
        [*SCRIPTS, *SHARED, "only.py"]
        + [name.replace("mnist_mlp", "other") for name in SCRIPTS]
    )


def test_what_was_edited_in_the_older_format(
    older: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An edited script is kept, with everything that it imports."""
    train, run_ = HERE / "train_mnist_mlp.py", HERE / "run_mnist_mlp.py"
    plot = HERE / "plot_mnist_mlp.py"
    for path in (train, plot):
        path.write_text(path.read_text("utf-8") + "# mine\n", "utf-8")
    capsys.readouterr()
    command = ["render", "specs/mnist_mlp.yaml", "--style", "explicit"]
    assert run(command) == 1
    said = capsys.readouterr().out
    assert f"{train}: kept: edited by hand\n" in said
    assert f"no longer needed, but edited: {plot}\n" in said
    assert "rm " not in said  # run_ and data_ are imported by the script
    found = Said(capsys)
    assert found.advice[run_.as_posix()] == (
        f"`specs/mnist_mlp.yaml` no longer makes it, but `{train}` imports it"
    )
    assert run([*command, "--force"]) == 0
    said = capsys.readouterr().out
    assert f"rm generated/explicit/data_mnist_mlp.py {run_}\n" in said
    assert train.with_name(f"{train.name}.orig").read_text("utf-8").endswith("mine\n")


def test_nothing_is_written_where_a_shared_module_cannot_be(
    project: Path, templates: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    templates(newer())
    path = HERE / "errors.py"
    path.unlink()
    path.mkdir()
    before = {each: each.read_bytes() for each in HERE.glob("*.py") if each.is_file()}
    assert run(["render"]) == 2
    assert "MG004" in capsys.readouterr().err
    assert {each: each.read_bytes() for each in before} == before
    assert run(["render", "--force"]) == 0
    assert Said(capsys).wrong == {}


def test_a_dry_run_says_the_same(
    project: Path, templates: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    without_training("other.yaml")
    templates(newer())
    capsys.readouterr()
    command = ["render", "specs/other.yaml", "--style", "explicit"]
    assert run([*command, "--dry-run"]) == 0
    dry = capsys.readouterr().out
    assert run(command) == 0
    assert capsys.readouterr().out == dry.replace("would be ", "")
    assert "generated/explicit/training.py: would be updated" in dry
    assert "rm generated/explicit/predict_other.py" in dry
    assert "render specs/mnist_mlp.yaml --style explicit\n" in dry


def test_standard_output_has_what_is_of_the_spec(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["render", "specs/mnist_mlp.yaml", "--stdout"]) == 0
    said = capsys.readouterr()
    assert said.out.count("# ======== generated/") == 2 * len(SCRIPTS)
    assert said.err == f"not printed, the same in every project: {', '.join(SHARED)}\n"


def test_renders_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each process writes the shared modules that it needs."""
    for path in HERE.iterdir():
        path.unlink()
    children = []
    for spec in ("mnist_mlp", "other") * 3:
        child = os.fork()
        if child == 0:
            os._exit(run(["render", f"specs/{spec}.yaml"]))
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    assert run(["render"]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert Said(capsys).wrong == {}


TRAINING = {
    "data": "mnist",
    "loss": "CrossEntropyLoss",
    "optimizer": {"SGD": {"lr": 0.1}},
    "epochs": 1,
}


@pytest.mark.parametrize("name", ["Training", "DataMnist", "Plots", "Errors"])
def test_a_spec_of_a_name_that_is_theirs(
    templates: Any, tmp_path: Path, name: str
) -> None:
    spec: dict[str, Any] = {"name": name, "input": [3], "layers": ["ReLU"]}
    with pytest.raises(SpecError) as caught:
        network(spec)
    (found,) = caught.value.diagnostics
    assert (found.code, found.place and found.place.span.line) == ("MG205", 1)
    assert "is a module that all scripts share" in found.message
    assert "`file: " in found.help
    meant = found.help.partition("`file: ")[2].rstrip("`")
    assert [*api.render(network({**spec, "file": meant}))] == [f"{meant}.py"]
    with pytest.raises(SpecError, match="share"):
        network({**spec, "name": "Net", "file": meant.removesuffix("_net")})


@pytest.mark.parametrize(
    "path", ["training.py", "Training.py", "plots/inner.py", "DATA_mnist.py"]
)
def test_files_of_the_author_that_would_be_theirs(templates: Any, path: str) -> None:
    custom = {"custom": {"path": path, "class": "Mine"}}
    with pytest.raises(SpecError, match="share"):
        network({"name": "Net", "input": [3], "layers": [custom]})
    spec = {"name": "Net", "input": [3], "layers": [{"Linear": 10}]}
    with pytest.raises(SpecError, match="share"):
        network({**spec, "training": {**TRAINING, "data": {"module": path}}})


def test_a_spec_that_is_called_as_the_script_of_another(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Together they are refused; one after the other, nothing is overwritten."""
    path = HERE / "train_mnist_mlp.py"
    before = path.read_bytes()
    plain = SPEC.partition("training:")[0].replace("MnistMLP", "TrainMnistMLP")
    Path("specs/train.yaml").write_text(plain, "utf-8")
    for specs in ([], ["specs/mnist_mlp.yaml", "specs/train.yaml"]):
        capsys.readouterr()
        assert run(["render", *specs]) == 2
        said = capsys.readouterr().err
        assert said.startswith("specs/train.yaml:2:7: error[MG217]: ")
        assert "`train_mnist_mlp.py`" in said and "another `file`" in said
    assert run(["render", "specs/train.yaml"]) == 1
    said = capsys.readouterr().out
    assert f"{path}: kept: it is of the spec specs/mnist_mlp.yaml\n" in said
    assert path.read_bytes() == before


def test_no_module_of_theirs_hides_one_of_python() -> None:
    for name in modules.shared_modules():
        assert not modules.foreign_module(name)
        assert name.islower()
