"""Generated code passes ruff and mypy unchanged."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mlpgen import SpecError, api
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS
from mlpgen.names.identifiers import (
    wrong_class_name,
    wrong_import,
    wrong_name,
    wrong_stem,
)
from mlpgen.names.modules import generated_files
from mlpgen.names.reserved.scripts import WORDS as OF_SCRIPTS
from mlpgen.output.ipynb import plain
from mlpgen.styles.variable_names import FORWARD
from mlpgen.training.metrics import METRICS

from .examples import examples
from .linters import all_tools, imports
from .networks import network
from .random_chains import specs
from .test_data import SPECS, spec_of
from .test_training import MLP, PARTS
from .test_training_keys import BOTH, OPTIONS

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Model
    from mlpgen.layers.base import Values

    from .linters import Gathered

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("style", api.STYLES)
def test_committed_files(style: str) -> None:
    all_tools(ROOT / "generated" / style)


@pytest.mark.parametrize("style", api.STYLES)
def test_each_layer_alone(style: str, tmp_path: Path, gathered: Gathered) -> None:
    for name, layer in LAYERS.items():
        inputs = {
            f"input_{number}": {"shape": list(value.shape), "dtype": value.dtype}
            for number, value in enumerate(layer.example_inputs)
        }
        written = yaml.safe_load(layer.example)
        entry = written if isinstance(written, dict) else {written: None}
        spec = {
            "name": f"Only{name}",
            "input": inputs or list(layer.example_input),
            "layers": [entry | ({"from": list(inputs)} if inputs else {})],
        }
        for file, text in api.render(network(spec), style).items():
            (tmp_path / file).write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def only(number: int, entry: dict[str, Any], values: Values) -> dict[str, Any]:
    """Write a model of one function; what has no batch is made of a parameter."""
    inputs: dict[str, Any] = {}
    layers: list[Any] = []
    for place, value in enumerate(values):
        source = f"input_{place}"
        if value.batched:
            inputs[source] = {"shape": list(value.shape), "dtype": value.dtype}
        elif value.dtype == "float32":
            layers.append({"parameter": {"shape": [*value.shape]}, "name": source})
        else:
            drawn = f"drawn_{place}"
            layers += [
                {"parameter": {"shape": [*value.shape, 2]}, "name": drawn},
                {"argmax": len(value.shape), "from": drawn, "name": source},
            ]
        entry = {**entry, "from": [*entry.get("from", ()), source]}
    unused = [] if inputs else [{"neg": None, "from": "input", "name": "unused"}]
    return {
        "name": f"Only{number}",
        "input": inputs or [8],
        "layers": [*layers, entry | {"name": "only"}, *unused],
        "outputs": ["only", *(["unused"] if unused else [])],
    }


ENTRIES = [
    *((name, yaml.safe_load(cls.example)) for name, cls in FUNCTIONS.items()),
    ("split", {"split": {"split_size_or_sections": 4, "dim": 1}}),
    ("split", {"split": {"split_size_or_sections": "${size}", "dim": 1}}),
    ("split", {"split": {"split_size_or_sections": ["${size}", 4, 4], "dim": 1}}),
]


def test_each_function_alone(tmp_path: Path, gathered: Gathered) -> None:
    for number, (name, written) in enumerate(ENTRIES):
        entry = written if isinstance(written, dict) else {written: None}
        spec = only(number, entry, FUNCTIONS[name].examples())
        if "${size}" in str(entry):
            spec["parameters"] = {"size": 8}
        node = network(spec).graph.nodes[-1]
        if len(node.parts) > 1:
            spec["outputs"] = [f"only.{part}" for part in node.parts]
        text = api.render(network(spec))[f"{network(spec).graph.stem}.py"]
        (tmp_path / f"n{number}_{name}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


@examples(30, 120)
def test_random_networks(examples: int, tmp_path: Path, gathered: Gathered) -> None:
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(specs(), st.booleans())
    def render(spec: dict[str, Any], capture: bool) -> None:
        net = network(spec)
        names = [net.graph.nodes[0].name] if capture else []
        for style in api.STYLES:
            for name, text in api.render(net, style, capture=names).items():
                number = len(list(tmp_path.iterdir()))
                (tmp_path / f"n{number}_{name}").write_text(text, encoding="utf-8")

    render()
    assert len(list(tmp_path.iterdir())) >= 1.7 * examples
    gathered.take(tmp_path)


REPEATED = [
    [{"Linear": 32}, "BatchNorm1d", "ReLU"],
    [
        {"ConvTranspose2d": {"out_channels": 3, "kernel_size": 3, "padding": 1}},
        {"InstanceNorm2d": {"affine": True}},
        {"LeakyReLU": {"negative_slope": 0.123456789}},
        {"Dropout2d": 0.25},
    ],
    ["Softplus", {"LocalResponseNorm": {"size": 3}}],
]


@pytest.mark.parametrize("style", api.STYLES)
def test_loops(style: str, tmp_path: Path, gathered: Gathered) -> None:
    for index, layers in enumerate(REPEATED):
        for shape in ([32], [3, 8, 8]):
            spec = {"name": f"Loop{index}", "input": shape, "layers": layers * 4}
            try:
                net = network(spec)
            except SpecError:
                continue
            (text,) = api.render(net, style).values()
            holds = any("Linear" in each or "Conv" in str(each) for each in layers)
            assert ("for " in text) == (style == "sequential" or not holds)
            (tmp_path / f"loop_{index}.py").write_text(text, encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == len(REPEATED)
    gathered.take(tmp_path)


@pytest.mark.parametrize("style", api.STYLES)
def test_loops_inside_of_a_sequential(
    style: str, tmp_path: Path, gathered: Gathered
) -> None:
    block = [{"Linear": 32}, "BatchNorm1d", "ReLU"] * 4
    layers = [
        {"Sequential": block, "name": "body"},
        {"Sequential": [{"Sequential": block}, "Tanh"], "name": "neck"},
        {"Sequential": block, "name": "head"},
    ]
    net = network({"name": "Inner", "input": [32], "layers": layers})
    (text,) = api.render(net, style).values()
    assert text.count("for i in range(1, 5):") == 2
    (tmp_path / "inner.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


LONG = "a" + "b" * 9
NAME = "b" * 31
WORDS = [
    "plain",
    "with 'single' and \"double\" quotes",
    'ends with a quote"',
    'three """ quotes and ${x} and {{ x }} {% raw %}',
    "back\\slash \\n \\N{DASH} and ends with one \\",
    "unicode: Größe, 大きさ, \u202eright to left\u202c, \x85, \u2028, \U0001f600",
    "long " * 60,
    "verylongword" * 30,
    "# @generated by mlpgen from elsewhere (style: explicit).",
    "tab\tand\nnewline",
    '"Quoted" at the start',
    '"""',
    'a backslash and a quote \\"',
    "LeNet – the author’s 3×3 net, 5\xa0% − 2",
    "Größe in µm: 大きさ, Свёртка",
    "大" * 90,
]


TYPOGRAPHY = str.maketrans("–’×−\xa0", "-'x- ")


def hostile(description: str) -> dict[str, Any]:
    return {
        "name": "A" + "Ab" * 10,
        "description": description,
        "parameters": {LONG: 7, "b" + LONG[1:]: 0.5, "c" + LONG[1:]: True},
        "input": [1, 28, 28],
        "layers": [
            {
                "Conv2d": {
                    "out_channels": f"${{{LONG}}}",
                    "kernel_size": f"${{{LONG} - 4}}",
                }
            },
            {
                "Conv2d": {
                    "out_channels": f"${{{LONG} * 2}}",
                    "kernel_size": f"${{{LONG} // 2}}",
                    "bias": f"${{c{LONG[1:]}}}",
                    "stride": [1, 1],
                    "dilation": [1, 2],
                },
                "name": "d" + NAME,
            },
            {"Dropout": f"${{b{LONG[1:]}}}"},
            {
                "ConstantPad2d": {"padding": [1, 2, 3, 4], "value": 1e-300},
                "name": "p" + NAME,
            },
            "Flatten",
            {"Linear": 10, "name": "e" + NAME},
            {"Unflatten": {"dim": 1, "unflattened_size": [1] * 40 + [10]}},
            {"Flatten": 1, "name": "f" + NAME},
        ],
        "outputs": ["f" + NAME, "d" + NAME, "e" + NAME, "p" + NAME],
        "training": {
            "data": "fashion_mnist",
            "loss": {"CrossEntropyLoss": {"label_smoothing": 0.1, "ignore_index": -1}},
            "optimizer": {
                "AdamW": {
                    "lr": 1e-5,
                    "betas": [0.91, 0.9991],
                    "eps": 1e-7,
                    "weight_decay": 1e-5,
                    "amsgrad": True,
                    "maximize": True,
                }
            },
            "scheduler": {
                "OneCycleLR": {
                    "max_lr": 0.1,
                    "pct_start": 0.25,
                    "anneal_strategy": "linear",
                    "div_factor": 10.5,
                    "final_div_factor": 1e5,
                    "three_phase": True,
                }
            },
        },
    }


@pytest.mark.parametrize("style", api.STYLES)
def test_hostile_words_and_long_names(
    style: str, tmp_path: Path, gathered: Gathered
) -> None:
    for index, said in enumerate(WORDS):
        net = network(hostile(said) | {"name": "A" + "Ab" * 10 + chr(65 + index)})
        for name, text in api.render(net, style).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
            if name == f"{net.graph.stem}.py":
                found: dict[str, Any] = {}
                exec(compile(text, name, "exec"), found)
                doc = " ".join(found[net.graph.name].__doc__.split())
                plain = said.translate(TYPOGRAPHY)
                assert " ".join(plain.split()) in doc
    gathered.take(tmp_path)


SCRIPTS = [*PARTS, *OPTIONS.values(), (MLP, {"data": "kmnist"})]


def trained(
    layers: list[Any], training: dict[str, Any], name: str = "Tried"
) -> dict[str, Any]:
    usual = {
        "data": "mnist",
        "loss": "CrossEntropyLoss",
        "optimizer": {"SGD": {"lr": 0.05}},
    }
    outputs = {"outputs": ["logits", "restored"]} if layers is BOTH else {}
    return {
        "name": name,
        "input": [1, 28, 28],
        "layers": layers,
        **outputs,
        "training": usual | training,
    }


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_every_training_script(step: int, tmp_path: Path, gathered: Gathered) -> None:
    for index, (layers, training) in enumerate(SCRIPTS[::step]):
        spec = trained(layers, training, f"Tried{index}")
        for name, text in api.render(network(spec), "sequential").items():
            (tmp_path / name).write_text(text, encoding="utf-8")
    for index, kind in enumerate(SPECS):
        spec = spec_of(kind) | {"name": f"Read{index}"}
        for name, text in api.render(network(spec), "explicit").items():
            (tmp_path / name).write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def imported(text: str) -> set[str]:
    """Return the modules that a script imports or searches for."""
    found = imports(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            names = {e.value for e in node.args if isinstance(e, ast.Constant)}
            found |= names if called in ("import_module", "find_spec") else set()
    return {str(each).split(".")[0] for each in found}


@pytest.mark.exhaustive
def test_files_hide_no_module_that_a_script_imports() -> None:
    names = set()
    for spec in [*(trained(*each) for each in SCRIPTS), *map(spec_of, SPECS)]:
        net = network(spec)
        inner = [each for each in api.layer_names(net.graph) if "_" in each]
        files = api.render(net, "sequential", capture=inner)
        notebook = api.render(net, "explicit", notebook=True)["tried.ipynb"]
        files["notebook.py"] = plain(Path("tried.ipynb"), notebook)
        for text in files.values():
            names |= imported(text)
    own = {*generated_files("tried")}
    assert {"matplotlib", "PIL", "numpy", "torch", "onnxruntime", "tqdm"} <= names
    assert {each for each in names - own if not wrong_stem(each)} == set()


def own_names(text: str, cls: str) -> set[str]:
    """Return the names that a script, or a class, gives or takes, builtins aside."""
    found = set()
    tree: ast.AST = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == cls:
            tree = node
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
    return {name for name in found if not hasattr(builtins, name) and name != "_"}


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.thinned(2)
def test_names_of_generated_code_cannot_be_taken(style: str) -> None:
    """No class or output can have a name that the file itself uses."""
    free = set()
    for spec in [*(trained(*each) for each in SCRIPTS), *map(spec_of, SPECS)]:
        net = network(spec)
        inner = [each for each in api.layer_names(net.graph) if "_" in each]
        files = api.render(net, style, capture=inner)
        given = {"Tried", "tried", "output", "output_2", *inner, *net.graph.outputs}
        given |= {each.replace(".", "_") for each in parts_of(net.graph)}
        given |= {"test", "validation"}  # in `train`, where no output has a name
        given |= {f"group_{place}" for place in range(9)}  # in `make_optimizer`
        given |= {*net.graph.inputs, *(each.rpartition(".")[2] for each in inner)}
        for file, text in files.items():
            is_taken = _TAKERS.get(file.removesuffix("tried.py"))
            if is_taken is None:
                continue
            for name in own_names(text, net.graph.name) - given:
                capital = name[0].isupper() and "_" not in name
                if not (wrong_class_name(name) if capital else is_taken(name)):
                    free.add(name)
    assert not free


def parts_of(graph: Model) -> set[str]:
    """Return the names of all parts of results, in all classes."""
    return {name for each in [graph, *graph.blocks] for name in each.values()}


def is_reserved(name: str) -> bool:
    """A variable is lower-case, so it is no constant."""
    taken = name in OF_SCRIPTS or name in FORWARD or bool(wrong_name(name))
    return taken or name in OF_METRICS or name in OF_WEIGHTS or name.isupper()


OF_WEIGHTS = {"weights", "weighted"}
"""Variables of an evaluation with class weights, which outputs make way for."""
OF_METRICS = {each.before.partition(" = ")[0] for each in METRICS.values()}


def is_of_model(name: str) -> bool:
    return bool(wrong_import(name))


_TAKERS = {"": is_of_model, "train_": is_reserved, "predict_": is_reserved}
"""Files that name the model or its outputs, by prefix, and the reserved names."""
