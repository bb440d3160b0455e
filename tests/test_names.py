"""Names of layers, inputs and parameters: any that Python and torch take, unchanged."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen import SpecError, api, source
from mlpgen.names.identifiers import wrong_input, wrong_parameter
from mlpgen.names.modules import KINDS
from mlpgen.names.reserved.attributes import MODULE, NOT_EXPORTED
from mlpgen.names.reserved.scripts import WORDS as OF_SCRIPTS
from mlpgen.names.reserved.words import BUILTINS, MODEL
from mlpgen.output import shared_modules
from mlpgen.proof.checks.subject import load
from mlpgen.proof.spec_entries import spec_entries
from mlpgen.styles.variable_names import choose_names, spelling

from .networks import model, network

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.proof.spec_entries import ClassData, EntryData

    from .linters import Gathered

ROOT = Path(__file__).parent.parent
SPECS = sorted(ROOT.glob("specs/*.yaml")) + sorted(ROOT.glob("specs/zoo/*.yaml"))
FEW = [ROOT / "specs/mnist_cnn.yaml", ROOT / "specs/mnist_resnet.yaml"]
WORDS = """
    A a B b c d e f g h k l m n o p q r s t u v w x y z I O T F Q K V W_query W_o
    Conv2d_1a_3x3 _fc _x _1 _Q layerNorm B1 x_ F_ self_ nn_ Sequential Linear ReLU
    Module match case _type cls this size_1 in_channels batch channels value value_1
    result output_2 layer_ x_1 index round item LSTM ModuleList Parameter functional
"""
NOT_LEGAL = MODULE | NOT_EXPORTED | {"False", "None", "True", "input", "_"}
LEGAL = sorted({*WORDS.split(), *BUILTINS, *MODEL, *OF_SCRIPTS} - NOT_LEGAL)
"""Names that hide something, or look odd, but are valid for layers."""
HIDING = """
    layer layers outputs x y z i f module hook keep name names model output result
    value self_ nn_ state cls _x layer_ output_1 size handles mask p
"""
ARGUMENTS = HIDING.split()
"""Names that the generated code uses, but arguments can have."""


class Renamed:
    """A spec whose layers, inputs and parameters have other names, drawn at random."""

    def __init__(self, path: Path, seed: int) -> None:
        self.draw = random.Random(f"{path.stem} {seed}")
        self.data = read(path)
        self.blocks: dict[str, dict[str, str]] = {}
        self.inside: dict[str, dict[str, str]] = {}
        classes = spec_entries(network(self.data))
        raw = self.data.get("blocks", {})
        for name, each in classes["blocks"].items():
            self.blocks[name] = self.new_names(each["parameters"], "recorded")
        for name, each in classes["blocks"].items():
            self.inside[name] = self.class_(raw[name], each, self.blocks[name])
        model_ = classes["model"]
        own = self.new_names(model_["parameters"], "recorded")
        self.class_(self.data, model_, own)

    def new_names(self, old: Any, *more: str) -> dict[str, str]:
        pool = self.draw.sample([*ARGUMENTS, *more], len(ARGUMENTS))
        return dict(zip(old, pool, strict=False))

    def class_(
        self, raw: dict[str, Any], each: ClassData, own: dict[str, str]
    ) -> dict[str, str]:
        inputs = self.new_names(name for name in each["inputs"] if name != "input")
        pool = [name for name in LEGAL if name not in (*inputs.values(), *own.values())]
        names = dict(
            zip(
                [entry["name"] for entry in each["layers"]],
                self.draw.sample(pool, len(each["layers"])),
                strict=True,
            )
        )
        if isinstance(raw.get("input"), dict):
            raw["input"] = {inputs[name]: v for name, v in raw["input"].items()}
        elif inputs:
            raw["input"] = [*inputs.values()]
        if own:
            pairs = raw["parameters"].items()
            raw["parameters"] = {own[name]: value for name, value in pairs}
        if "values" in raw:
            raw["values"] = substituted(raw["values"], own)
        names |= inputs | {"input": "input"}
        raw["layers"] = self.layers(raw["layers"], each["layers"], names, own)
        if "outputs" in raw:
            raw["outputs"] = [renamed(name, names) for name in raw["outputs"]]
        if "order" in raw:
            raw["order"] = [renamed(name, names) for name in raw["order"]]
        return names

    def layers(
        self,
        raw: list[Any],
        entries: list[EntryData],
        names: dict[str, str],
        own: dict[str, str],
    ) -> list[Any]:
        found = []
        for old, entry in zip(raw, entries, strict=True):
            new = {old: None} if isinstance(old, str) else dict(old)
            children = entry["layers"]
            if children:
                pool = self.draw.sample(LEGAL, len(children))
                inner = {c["name"]: n for c, n in zip(children, pool, strict=True)}
                if entry["type"] == "buffer":
                    computed = new["buffer"]["layers"]
                    computed = self.layers(computed, children, inner, own)
                    new["buffer"] = {**new["buffer"], "layers": computed}
                else:
                    chain = self.layers(new["Sequential"], children, inner, own)
                    new["Sequential"] = chain
            arguments = new.get(entry["type"])
            if entry["type"] in self.blocks and isinstance(arguments, dict):
                of = self.blocks[entry["type"]]
                new[entry["type"]] = {of[k]: v for k, v in arguments.items()}
            new = substituted(new, own)
            new["name"] = names[entry["name"]]
            if isinstance(new.get("from"), list):
                new["from"] = [renamed(each, names) for each in new["from"]]
            elif "from" in new:
                new["from"] = renamed(new["from"], names)
            if "share" in new:
                head, _, part = new["share"].partition(".")
                types = {each["name"]: each["type"] for each in entries}
                inner = self.inside.get(types.get(head, ""), {})
                shared = renamed(new["share"], names)
                new["share"] = shared.replace(f".{part}", f".{inner.get(part, part)}")
            found.append(new)
        return found


def read(path: Path) -> dict[str, Any]:
    """Read a spec without its training, with the blocks that it includes."""
    data: dict[str, Any] = source.read(str(path)).data
    found = {k: v for k, v in data.items() if k not in ("training", "include")}
    for each in data.get("include", ()):
        blocks = source.read(str(path.parent / each)).data["blocks"]
        found["blocks"] = blocks | found.get("blocks", {})
    return found


def renamed(name: str, names: dict[str, str]) -> str:
    head, dot, part = name.partition(".")
    return f"{names[head]}{dot}{part}"


def substituted(raw: Any, names: dict[str, str]) -> Any:
    if isinstance(raw, dict):
        return {key: substituted(value, names) for key, value in raw.items()}
    if isinstance(raw, list):
        return [substituted(value, names) for value in raw]
    if isinstance(raw, str) and raw.startswith("${"):
        return re.sub(r"[a-z_]\w*", lambda m: names.get(m[0], m[0]), raw)
    return raw


def outputs(made: nn.Module, loaded: Network) -> list[torch.Tensor]:
    draws = torch.Generator().manual_seed(1)
    given = [
        torch.randn((2, *map(int, value.shape)), generator=draws)
        if value.dtype == "float32"
        else torch.randint(1, 3, (2, *map(int, value.shape)), generator=draws)
        for value in loaded.graph.inputs.values()
    ]
    with torch.no_grad():
        found = made.eval()(*given)
    return [found] if isinstance(found, torch.Tensor) else list(found)


def is_small(loaded: Network) -> bool:
    graph = loaded.graph
    return graph.total_parameters < 3e7 and graph.total_multiply_adds < 1e9


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path, marks=[pytest.mark.exhaustive] * (path not in FEW), id=path.stem
        )
        for path in SPECS
    ],
)
def test_other_names_change_nothing_but_names(path: Path) -> None:
    old, new = network(read(path)), network(Renamed(path, 1).data)
    assert new.graph.total_parameters == old.graph.total_parameters
    if not is_small(old):
        for style in api.STYLES:
            compile(api.render(new, style)[f"{new.graph.stem}.py"], path.stem, "exec")
        return
    before = model(old, "explicit")
    wanted = outputs(before, old)
    for style in api.STYLES:
        made = model(new, style)
        shapes = [each.shape for each in made.state_dict().values()]
        assert shapes == [each.shape for each in before.state_dict().values()]
        for one, other in zip(outputs(made, new), wanted, strict=True):
            assert torch.equal(one, other)


@pytest.mark.exhaustive
def test_renamed_models_pass_ruff_and_mypy(tmp_path: Path, gathered: Gathered) -> None:
    for path in SPECS:
        for style in api.STYLES:
            (text,) = api.render(network(Renamed(path, 2).data), style).values()
            (tmp_path / f"{path.stem}_{style}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def entries(*layers: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Net", "input": [8], "layers": [*layers], **more}


def linear(name: str, **more: Any) -> dict[str, Any]:
    return {"Linear": 8, "name": name, **more}


def test_layers() -> None:
    conv = {"Conv2d": {"out_channels": 8, "kernel_size": 3}, "name": "layers"}
    loaded = network(entries(conv, input=[8, 8, 8]))
    assert loaded.graph.total_parameters == 584
    assert "self.layers = nn.Conv2d(8, 8, 3)" in api.render(loaded)["net.py"]
    for style in api.STYLES:
        keys = [*model(loaded, style).state_dict()]
        assert keys == ["layers.weight", "layers.bias"]


@pytest.mark.parametrize("name", ["W_query", "_fc", "Conv2d_1a_3x3", "F", "print"])
def test_capital_letters(name: str) -> None:
    loaded = network(entries({"Linear": 4, "name": name}))
    assert loaded.graph.total_parameters == 36
    assert f"self.{name} = nn.Linear(8, 4)" in api.render(loaded)["net.py"]
    for style in api.STYLES:
        keys = [*model(loaded, style).state_dict()]
        assert keys == [f"{name}.weight", f"{name}.bias"]


def test_default_names_avoid_given_names() -> None:
    loaded = network(entries(linear("linear_2"), {"Linear": 8}, {"Linear": 8}))
    names = [node.name for node in loaded.graph.nodes]
    assert names == ["linear_2", "linear_1", "linear_3"]


@pytest.mark.exhaustive
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_name_runs_as_torch_script(tmp_path: Path, gathered: Gathered) -> None:
    """A branch needs a variable for each; some hide what the code uses."""
    for at in range(0, len(LEGAL), 60):
        names = LEGAL[at : at + 60]
        layers = [linear(name, **{"from": "input"}) for name in names]
        loaded = network(entries(*layers, {"cat": {"dim": 1}, "from": names}))
        (text,) = api.render(loaded).values()
        path = tmp_path / f"net_{at}.py"
        path.write_text(text, encoding="utf-8")
        made = load(str(path), "Net")()
        scripted = torch.jit.script(made)
        x = torch.randn(2, 8)
        assert made(x).shape == (2, 8 * len(names))
        assert torch.equal(scripted(x), made(x))
    gathered.take(tmp_path)


BUFFERS = ["Tensor", "int", "bool", "posEmb", "W", "_mask", "mask", "print"]


def test_buffers_have_a_type(tmp_path: Path, gathered: Gathered) -> None:
    layers: list[Any] = ["ReLU"]
    for name in BUFFERS:
        layers.append({"buffer": {"shape": [8], "init": "ones_"}, "name": name})
        layers.append({"add": None, "from": [layers_name(layers), name]})
    loaded = network(entries(*layers))
    for style in api.STYLES:
        made = model(loaded, style)
        assert sorted(made.state_dict()) == sorted(BUFFERS)
        assert torch.equal(made(torch.zeros(1, 8)), torch.full((1, 8), 8.0))
    (text,) = api.render(loaded).values()
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def layers_name(layers: list[Any]) -> str:
    """Name the last sum by now, or the activation before all of them."""
    count = sum("add" in each for each in layers)
    return f"add_{count}" if count else "relu_1"


INPUTS = ["x", "y", "layer", "outputs", "name", "output", "result", "half", "z"]


@pytest.mark.parametrize("style", api.STYLES)
def test_variables_avoid_inputs(style: str, tmp_path: Path, gathered: Gathered) -> None:
    block = {"layers": [linear("hidden")]}
    spec = entries(
        {"cat": {"dim": 1}, "from": INPUTS, "name": "all"},
        {"Linear": 8, "name": "self"},
        {"LSTMCell": 8, "from": ["self", "x", "y"], "name": "cell"},
        {"Block": None, "repeat": 3, "name": "print", "from": "cell.cell"},
        {"add": None, "from": ["print", "cell", "layer", "outputs"], "name": "torch"},
        input={name: [8] for name in INPUTS},
        blocks={"Block": block},
        outputs=["torch", "self"],
    )
    loaded = network(spec)
    options = {"capture": ["print.1.hidden"]}
    made = model(loaded, style, **options)
    given = [torch.randn(2, 8) for _ in INPUTS]
    total, own, inner = made(*given)
    assert torch.equal(own, made.self(torch.cat(given, 1)))
    hidden, cell = made.cell(own, (given[0], given[1]))
    assert torch.equal(inner, made.print[1].hidden(made.print[0](cell)))
    expected = made.print(cell) + hidden + given[2] + given[3]
    assert torch.allclose(total, expected)
    (text,) = api.render(loaded, style, **options).values()
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


@pytest.mark.parametrize("name", ["x", "layer", "outputs", "name", "image"])
def test_a_chain_of_one_input_with_a_name(name: str) -> None:
    layers = [linear("a"), "ReLU", linear("print"), {"mul": 2, "name": "W"}]
    for ends in (["a", "print"], ["print", "W"]):
        spec = entries(*layers[: 3 + ("W" in ends)], input={name: [8]}, outputs=ends)
        loaded = network(spec)
        x = torch.randn(2, 8)
        for capture in ([], ["relu_1"]):
            one, other = (model(loaded, s, capture=capture) for s in api.STYLES)
            for first, second in zip(one(x), other(x), strict=True):
                assert torch.equal(first, second)


def test_variables_avoid_parameters(tmp_path: Path, gathered: Gathered) -> None:
    """Loops, dictionaries and initial values have variables in `__init__` too."""
    names = ["layers", "children", "i", "module", "layer", "weights", "x", "outputs"]
    rows = [name for name in names if not wrong_parameter(name)]
    assert {*names} - {*rows} == {"children"}
    for name in rows:
        inner = [{"Linear": f"${{{name}}}"}, "ReLU"] * 3
        spec = entries(
            *inner,
            {"Sequential": inner},
            {"Linear": f"${{{name}}}", "name": "i", "init": {"bias": "ones_"}},
            {"Linear": 8, "name": "module", "init": {"weight": "zeros_"}},
            parameters={name: 8},
            init={"Linear": {"weight": "ones_"}},
        )
        loaded = network(spec)
        one, other = (model(loaded, style) for style in api.STYLES)
        assert [*one.state_dict()] == [*other.state_dict()]
        assert torch.equal(one.i.bias, torch.ones(8))
        assert torch.equal(other.module.weight, torch.zeros(8, 8))
        x = torch.randn(2, 8)
        assert torch.equal(one(x), other(x))
        for style in api.STYLES:
            text = api.render(loaded, style)["net.py"]
            file = tmp_path / f"{style}_{name}.py"
            file.write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


@pytest.mark.parametrize(
    "name", ["nn", "torch", "self", "recorded", "l", "max", "A", "ä", "class", "__a"]
)
def test_wrong_inputs(name: str) -> None:
    assert wrong_input(name)


@pytest.mark.parametrize(
    "name",
    ["nn", "torch", "self", "weight_norm", "l", "max", "A", "class", "true", "forward"],
)
def test_wrong_parameters(name: str) -> None:
    assert wrong_parameter(name)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("W_query", "w_query"),
        ("_fc", "fc"),
        ("Conv2d_1a_3x3", "conv2d_1a_3x3"),
        ("_1", "value_1"),
        ("x_", "x_"),
    ],
)
def test_spelling(name: str, variable: str) -> None:
    assert spelling(name) == variable


def test_variables_all_differ() -> None:
    names = ["print", "W", "w", "_w", "w_", "x", "None_", "class_", "a", "A", "torch"]
    found = choose_names(names, ["x", "torch"])
    assert found["w"] == "w" and found["a"] == "a"
    assert len({*found.values()}) == len(names)
    assert not {*found.values()} & {"print", "x", "torch", "class"}
    assert all(each.isidentifier() and each == each.lower() for each in found.values())


def test_file_names_the_files() -> None:
    training = {
        "data": "mnist",
        "loss": "CrossEntropyLoss",
        "optimizer": {"SGD": {"lr": 0.1}},
        "epochs": 1,
    }
    spec = entries("Flatten", {"Linear": 10}, input=[1, 28, 28], training=training)
    named = network({**spec, "name": "ResNet18", "file": "resnet18"})
    plain = network({**spec, "name": "ResNet18"})
    kinds = ("", *(f"{kind}_" for kind in KINDS))
    for loaded, stem in ((named, "resnet18"), (plain, "res_net18")):
        texts = api.render(loaded)
        own = [name for name in texts if stem in name]
        assert own == [f"{kind}{stem}.py" for kind in kinds]
        assert {name[:-3] for name in texts} - {name[:-3] for name in own} == {
            *shared_modules.needed_modules(texts.values())
        }
        script = texts[f"train_{stem}.py"]
        assert f"from {stem} import ResNet18\n" in script
        assert f'command_line(__doc__, "{stem}"' in script
    assert [*api.render(named, notebook=True)] == ["resnet18.ipynb"]


def test_a_file_of_another_name_hides_no_module() -> None:
    loaded = network(entries("ReLU", name="Matplotlib", file="matplotlib_net"))
    assert [*api.render(loaded)] == ["matplotlib_net.py"]
    with pytest.raises(SpecError, match="MG205"):
        network(entries("ReLU", file="matplotlib"))
    assert network(entries("ReLU", blocks={"Json": {"layers": ["ReLU"]}}))


@pytest.mark.exhaustive
def test_scripts_name_outputs_by_variables(tmp_path: Path, gathered: Gathered) -> None:
    """Some names would hide a name of the script; capitals are not for variables."""
    training = {
        "data": "mnist",
        "loss": "CrossEntropyLoss",
        "optimizer": {"SGD": {"lr": 0.1}},
        "epochs": 1,
    }
    variables_ = {
        "logits": "logits",
        "Logits": "logits",
        "W_out": "w_out",
        "torch": "output",
        "F": "f",
        "print": "output",
        "loss": "output",
        "class_": "class_",
        "_fc": "fc",
    }
    for index, (name, variable) in enumerate(variables_.items()):
        spec = entries(
            "Flatten",
            {"Linear": 10, "name": name},
            {"Linear": 10, "name": "other", "from": "flatten_1"},
            input=[1, 28, 28],
            outputs=[name, "other"],
            training=training,
        )
        texts = api.render(network({**spec, "name": f"Net{index}"}))
        script = texts[f"train_net{index}.py"]
        assert f"        {variable}, _ = model(features)\n" in script
        assert f"loss = F.cross_entropy({variable}, targets)\n" in script
        for file, text in texts.items():
            (tmp_path / file).write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def test_a_wrong_key_in_a_name_with_dots_is_one_mistake(tmp_path: Path) -> None:
    """Dots are for lists and parts, even if a result of a block has such a name."""
    path = tmp_path / "spec.yaml"
    path.write_text(
        """\
name: Dotted
input: [3]
blocks:
  Stage:
    layers:
      - ReLU
      - Linear: 2
        name: a.b.keys
      - Dropout:
        from: a.b.keys
        name: c.00.e
layers: [Stage, {Stage: null, name: second}, ReLU]
""".replace("- Dropout\n", "- Dropout:\n")
    )
    with pytest.raises(SpecError) as caught:
        api.load(path)
    found = [
        (each.code, each.place and each.place.span.line)
        for each in caught.value.diagnostics
    ]
    assert found == [("MG205", 8), ("MG205", 11)]
