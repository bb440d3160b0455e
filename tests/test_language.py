"""Features of specs beyond layers, run in both styles and compared with torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

from mlpgen import SpecError, api

from .networks import model, module, network

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.api import Network

    from .linters import Gathered


def net(*layers: Any, shape: Any = (3, 8, 8), **rest: Any) -> Network:
    """Load a spec of these layers."""
    shape = list(shape) if isinstance(shape, tuple) else shape
    return network({"name": "Net", "input": shape, "layers": list(layers), **rest})


def both(loaded: Network) -> list[Any]:
    """Make a network in both styles; they must have equal states."""
    found = [model(loaded, style) for style in api.STYLES]
    one, other = (made.state_dict() for made in found)
    assert list(one) == list(other)
    assert all(torch.equal(one[key], other[key]) for key in one)
    count = sum(each.numel() for each in found[0].parameters())
    assert count == loaded.graph.total_parameters
    return found


def codes(*layers: Any, **rest: Any) -> list[str]:
    """Return the codes of the mistakes of a spec."""
    with pytest.raises(SpecError) as error:
        net(*layers, **rest)
    return [each.code for each in error.value.diagnostics]


CONV = {"Conv2d": {"out_channels": 4, "kernel_size": 3}}
INITS: list[Any] = [
    "zeros_",
    "ones_",
    {"constant_": 0.5},
    {"uniform_": {"a": -1, "b": 1}},
    {"normal_": {"std": 0.02}},
    {"trunc_normal_": {"std": 0.02}},
    "xavier_uniform_",
    {"xavier_normal_": {"gain": 2}},
    {"kaiming_uniform_": {"mode": "fan_out", "nonlinearity": "relu"}},
    {"kaiming_normal_": {"nonlinearity": "relu"}},
    "orthogonal_",
    "dirac_",
]


@pytest.mark.parametrize("init", INITS, ids=str)
def test_initial_values_of_a_layer(init: Any) -> None:
    loaded = net({**CONV, "init": {"weight": init, "bias": "zeros_"}}, "ReLU")
    for made in both(loaded):
        layer = made.get_submodule("conv2d_1")
        wanted = nn.Conv2d(3, 4, 3)
        torch.default_generator.manual_seed(1)
        wanted.reset_parameters()  # what is drawn before
        name, arguments = (
            next(iter(init.items())) if isinstance(init, dict) else (init, {})
        )
        if not isinstance(arguments, dict):
            arguments = {"val": arguments}
        getattr(nn.init, name)(wanted.weight, **arguments)
        assert torch.equal(layer.weight, wanted.weight)
        assert not layer.bias.any()


@pytest.mark.parametrize("init", [{"sparse_": 0.5}, "eye_"], ids=str)
def test_initial_values_of_matrices(init: Any) -> None:
    loaded = net({"Linear": 4, "init": {"weight": init}}, shape=(4,))
    for made in both(loaded):
        weight = made.get_submodule("linear_1").weight
        assert (weight == 0).float().mean() >= 0.5


def test_rules_for_all_layers_of_a_type(tmp_path: Path, gathered: Gathered) -> None:
    loaded = net(
        {**CONV, "init": {"bias": {"constant_": 2}}},
        {"Sequential": [CONV, "ReLU"]},
        "Flatten",
        {"Linear": 5},
        init={
            "Conv2d": {"weight": "ones_", "bias": "ones_"},
            "Linear": {"bias": "zeros_"},
        },
    )
    for made in both(loaded):
        assert (made.get_submodule("conv2d_1").weight == 1).all()
        assert (made.get_submodule("conv2d_1").bias == 2).all()  # its own comes last
        assert (made.get_submodule("sequential_1.conv2d_1").bias == 1).all()
        assert not made.get_submodule("linear_1").bias.any()
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        (tmp_path / f"{style}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ({**CONV, "init": {"wieght": "zeros_"}}, "MG229"),
        ({**CONV, "init": {"weight": "zeroes_"}}, "MG207"),
        ({**CONV, "init": {"weight": "eye_"}}, "MG229"),
        ({**CONV, "init": {"bias": "xavier_normal_"}}, "MG229"),
        ({**CONV, "init": {"weight": {"normal_": {"sd": 1}}}}, "MG201"),
        ({**CONV, "init": {"weight": {"normal_": {"std": -1}}}}, "MG204"),
        ({**CONV, "init": "zeros_"}, "MG203"),
        ({**CONV, "init": {"weight": 3}}, "MG203"),
        ({"ReLU": None, "init": {"weight": "zeros_"}}, "MG229"),
        ({**CONV, "init": {"weight": "zeros_"}, "repeat": 2}, "MG229"),
        ({"Sequential": [{**CONV, "init": {"weight": "zeros_"}}]}, "MG229"),
    ],
    ids=str,
)
def test_invalid_initial_values(layer: Any, code: str) -> None:
    assert codes(layer) == [code]


@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
def test_parametrized_weights(name: str) -> None:
    loaded = net(
        {**CONV, "parametrize": name}, "Flatten", {"Linear": 2, "parametrize": name}
    )
    x = torch.randn(2, 3, 8, 8)
    one, other = both(loaded)
    assert torch.equal(one.eval()(x), other.eval()(x))
    wrapped = getattr(nn.utils.parametrizations, name)(nn.Conv2d(3, 4, 3))
    assert list(one.conv2d_1.state_dict()) == list(wrapped.state_dict())
    assert codes({"ReLU": None, "parametrize": name}) == ["MG229"]
    assert codes({**CONV, "parametrize": "weightnorm"}) == ["MG207"]


def test_drop_path_drops_whole_examples() -> None:
    loaded = net({"DropPath": 0.5}, shape=(4,))
    x = torch.ones(4000, 4)
    for made in both(loaded):
        assert torch.equal(made.eval()(x), x)
        y = made.train()(x)
        kept = y[:, 0] != 0
        assert 0.45 < kept.float().mean() < 0.55
        assert torch.equal(y[kept], 2 * x[kept]) and not y[~kept].any()
    assert codes({"DropPath": 1}, shape=(4,)) == ["MG204"]


def test_functions_with_the_name_of_a_key() -> None:
    loaded = net(
        {"select": {"dim": 1, "index": 0}}, {"repeat": [2, 1]}, shape=(3, 4, 5)
    )
    x = torch.randn(2, 3, 4, 5)
    for made in both(loaded):
        assert torch.equal(made(x), x[:, 0].repeat(1, 2, 1))


def test_parameters_and_buffers_of_the_model() -> None:
    loaded = net(
        {"parameter": {"shape": [1, 3, 1, 1], "init": "ones_"}, "name": "gain"},
        {"buffer": {"shape": [8], "init": {"constant_": 0.25}}, "name": "shift"},
        {"mul": None, "from": ["input", "gain"]},
        {"add": None, "from": ["mul_1", "shift"]},
    )
    x = torch.randn(2, 3, 8, 8)
    for made in both(loaded):
        assert list(made.state_dict()) == ["gain", "shift"]
        assert [name for name, _ in made.named_parameters()] == ["gain"]
        assert torch.equal(made(x), x + 0.25)


def test_a_class_token_is_joined_to_every_example() -> None:
    loaded = net(
        {"parameter": {"shape": [1, 1, 5], "init": "ones_"}, "name": "token"},
        {"cat": {"dim": 1}, "from": ["token", "input"]},
        shape=(3, 5),
    )
    x = torch.randn(2, 3, 5)
    for made in both(loaded):
        assert torch.equal(made(x), torch.cat([torch.ones(2, 1, 5), x], dim=1))


OWN = '''
import torch
from torch import Tensor, nn


class Scale(nn.Module):
    """Multiply by a learned number."""

    def __init__(self, start: float, *, size: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((size,), start))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight.sum()
'''


def test_custom_layers_are_imported_but_never_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gathered: Gathered
) -> None:
    custom = {
        "path": "own_scale.py",
        "class": "Scale",
        "arguments": {"start": 0.5, "size": "${size}"},
        "parameters": 2,
    }
    loaded = net(
        {"Linear": 4},
        {"custom": custom, "name": "scale"},
        shape=(4,),
        parameters={"size": 2},
    )
    texts = {style: api.render(loaded, style)["net.py"] for style in api.STYLES}
    assert (
        "from torch import Tensor, nn\n\nfrom own_scale import Scale\n"
        in texts["explicit"]
    )
    assert "Scale(start=0.5, size=size)" in texts["sequential"]
    (tmp_path / "own_scale.py").write_text(OWN.lstrip(), encoding="utf-8")
    for style, text in texts.items():
        (tmp_path / f"{style}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    one, other = (module(text).Net() for text in texts.values())
    other.load_state_dict(one.state_dict())
    x = torch.randn(2, 4)
    assert torch.equal(one(x), other(x))
    assert sum(p.numel() for p in one.parameters()) == loaded.graph.total_parameters


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"class": "import os"}, "MG231"),
        ({"class": "class"}, "MG231"),
        ({"path": "../own.py"}, "MG231"),
        ({"path": "/own.py"}, "MG231"),
        ({"path": "own.txt"}, "MG231"),
        ({"path": "torch.py"}, "MG231"),
        ({"arguments": {"a b": 1}}, "MG231"),
        ({"arguments": {"a": {"b": 1}}}, "MG203"),
        ({"arguments": {"a": "${nothing}"}}, "MG210"),
        ({"output": [0]}, "MG231"),
        ({"output": "some"}, "MG231"),
        ({"output": True}, "MG204"),
        ({"parameters": -1}, "MG204"),
        ({"colour": 1}, "MG201"),
    ],
    ids=str,
)
def test_invalid_custom_layers(change: Any, code: str) -> None:
    custom = {"path": "own.py", "class": "Own", **change}
    assert codes({"custom": custom}) == [code]


BLOCKS = """blocks:
  Twice:
    layers:
      - add:
        from: [input, input]
"""


def spec_file(folder: Path, includes: str) -> Path:
    path = folder / "net.yaml"
    text = f"name: Net\ninput: [4]\ninclude: {includes}\nlayers: [Twice]\n"
    path.write_text(text, encoding="utf-8")
    return path


def test_blocks_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "twice.yaml").write_text(BLOCKS, encoding="utf-8")
    path = spec_file(tmp_path, "[blocks/twice.yaml]")
    x = torch.randn(2, 4)
    for made in both(api.load(path)):
        assert torch.equal(made(x), x + x)
    before = api.render(path)
    (tmp_path / "blocks" / "twice.yaml").write_text(
        BLOCKS.replace("add", "mul"), encoding="utf-8"
    )
    assert api.render(path) != before


@pytest.mark.parametrize(
    "include",
    ["[../twice.yaml]", "[/etc/passwd]", "[nothing.yaml]", "[net.yaml]", "[link.yaml]"],
)
def test_files_that_cannot_be_included(tmp_path: Path, include: str) -> None:
    (tmp_path / "twice.yaml").write_text(BLOCKS, encoding="utf-8")
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "twice.yaml")
    with pytest.raises(SpecError) as error:
        api.load(spec_file(folder, include))
    first = error.value.diagnostics[0]
    assert first.code == "MG230"
    assert first.place and first.place.span.line == 3


def test_files_that_include_each_other(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        text = BLOCKS.replace("Twice", f"Twice{name}") + f"include: [{other}.yaml]\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as error:
        api.load(spec_file(tmp_path, "[a.yaml]"))
    found = {each.code: each for each in error.value.diagnostics}
    place = found["MG230"].place
    assert place is not None and place.path.endswith("b.yaml")


def test_a_mistake_in_another_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "twice.yaml").write_text(BLOCKS.replace("add", "ad"), encoding="utf-8")
    with pytest.raises(SpecError) as error:
        api.load(spec_file(tmp_path, "[twice.yaml]"))
    (only,) = error.value.diagnostics
    assert only.place is not None
    assert only.place.path.endswith("twice.yaml") and only.place.span.line == 4


class Tied(nn.Module):
    """Reference in torch: two layers with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.wte = nn.Embedding(11, 6)
        self.linear_1 = nn.Linear(6, 6)
        self.head = nn.Linear(6, 11, bias=False)
        self.head.weight = self.wte.weight

    def forward(self, tokens: Tensor) -> Tensor:
        y: Tensor = self.head(self.linear_1(self.wte(tokens)))
        return y


def test_tied_weights_are_those_of_torch() -> None:
    loaded = net(
        {"Embedding": {"num_embeddings": 11, "embedding_dim": 6}, "name": "wte"},
        {"Linear": 6},
        {"Linear": {"out_features": 11, "bias": False}, "share": "wte", "name": "head"},
        shape={"tokens": {"shape": [5], "dtype": "int64"}},
    )
    torch.default_generator.manual_seed(1)
    wanted = Tied()
    tokens = torch.randint(11, (2, 5))
    for made in both(loaded):
        assert list(made.state_dict()) == list(wanted.state_dict())
        made.load_state_dict(wanted.state_dict())
        assert torch.equal(made(tokens), wanted(tokens))
        assert made.head.weight is made.wte.weight


def test_a_shared_layer_is_one_module() -> None:
    loaded = net(
        {"Linear": 3, "from": "left", "name": "encode"},
        {"share": "encode", "from": "right", "name": "again"},
        {"sub": None, "from": ["encode", "again"]},
        shape={"left": [4], "right": [4]},
    )
    a, b = torch.randn(2, 2, 4)
    for made in both(loaded):
        assert list(made.state_dict()) == ["encode.weight", "encode.bias"]
        assert torch.allclose(made(a, b), made.encode(a) - made.encode(b))


def test_both_norms_are_imported(tmp_path: Path, gathered: Gathered) -> None:
    loaded = net(
        {**CONV, "parametrize": "weight_norm"}, {**CONV, "parametrize": "spectral_norm"}
    )
    both(loaded)
    (tmp_path / "net.py").write_text(api.render(loaded)["net.py"], encoding="utf-8")
    gathered.take(tmp_path)


@pytest.mark.parametrize("name", ["Net", "DropPath", "weight_norm", "nn"])
def test_custom_classes_that_hide_another(name: str) -> None:
    custom = {"path": "own.py", "class": name}
    assert codes({"custom": custom}) == ["MG231"]


def test_two_files_with_one_class() -> None:
    layers = [{"custom": {"path": f"{each}.py", "class": "Own"}} for each in "ab"]
    assert codes(*layers) == ["MG231"]


@pytest.mark.parametrize(
    ("joined", "shape"), [("cat", (2, 4, 6, 6)), ("stack", (2, 1, 4, 6, 6))]
)
def test_one_tensor_is_joined_where_from_lists_it(
    joined: str, shape: tuple[int, ...]
) -> None:
    loaded = net({joined: {"dim": 1}, "from": ["input"]}, "ReLU", shape=(4, 6, 6))
    x = torch.randn(2, 4, 6, 6)
    for made in both(loaded):
        assert torch.equal(made(x), x.relu().view(shape))


@pytest.mark.parametrize("joined", ["cat", "stack"])
@pytest.mark.parametrize("ahead", [[], [1]])
@pytest.mark.parametrize("dim", [1, 2])
def test_a_tensor_without_a_batch_is_joined_to_each_example(
    joined: str, ahead: list[int], dim: int
) -> None:
    tensor = {
        "parameter": {"shape": [*ahead, 3, 4], "init": "normal_"},
        "name": "tensor",
    }
    loaded = net(
        tensor, {joined: {"dim": dim}, "from": ["input", "tensor"]}, shape=(3, 4)
    )
    x = torch.randn(2, 3, 4)
    for made in both(loaded):
        for each in (x, x[:1]):
            one = made.get_parameter("tensor").view(1, 3, 4).expand(len(each), 3, 4)
            assert torch.equal(made(each), getattr(torch, joined)([each, one], dim))


@pytest.mark.parametrize("ahead", [[], [1]])
@pytest.mark.parametrize("beside", ["input", "conv"])
def test_a_tensor_without_a_batch_takes_that_of_another(
    ahead: list[int], beside: str
) -> None:
    queries = {"parameter": {"shape": [*ahead, 5, 4], "init": "normal_"}, "name": "q"}
    layers = [
        {"Conv1d": {"out_channels": 6, "kernel_size": 1}, "name": "conv"},
        queries,
        {"expand": [-1, 4], "from": ["q", beside], "name": "each"},
        {"MultiheadAttention": 2, "from": ["each", "input"]},
    ]
    loaded = net(*layers, shape=(7, 4), outputs=["multihead_attention_1", "conv"])
    x = torch.randn(3, 7, 4)
    for made in both(loaded):
        one = made.get_parameter("q").view(1, 5, 4).expand(3, 5, 4)
        attention = made.get_submodule("multihead_attention_1")
        assert torch.equal(made(x)[0], attention(one, x, x, need_weights=False)[0])


def test_only_what_has_no_batch_takes_that_of_another() -> None:
    layers = [{"parameter": [8, 8], "name": "q"}, {"expand": [8, 8], "from": ["q"]}]
    layers[1]["from"] = ["input", "q"]
    assert codes(*layers, shape=(8, 8)) == ["MG313"]
    layers[1]["from"] = ["q", "q"]
    assert codes(*layers, shape=(8, 8)) == ["MG313"]


@pytest.mark.parametrize("joined", ["cat", "stack"])
def test_what_is_joined_must_be_listed(joined: str) -> None:
    assert codes({joined: {"dim": 1}}, shape=(4, 6, 6)) == ["MG314"]


@pytest.mark.parametrize(
    "entry", [{"cat": {"dim": 1}}, {"add": None}, {"matmul": None}]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_condition_never_loses_the_batch(
    entry: dict[str, Any], *, first: bool
) -> None:
    tensor = {"parameter": {"shape": [4, 4], "init": "normal_"}, "name": "tensor"}
    order = ["tensor", "input"] if first else ["input", "tensor"]
    layer = {**entry, "from": order, "when": "${wide}"}
    rest: dict[str, Any] = {"shape": (4, 4), "parameters": {"wide": True}}
    if first:
        assert codes(tensor, layer, **rest) == ["MG225"]
        return
    loaded = net(tensor, layer, **rest)
    x = torch.randn(2, 4, 4)
    for made in both(loaded):
        one = made.get_parameter("tensor")
        right = {
            "cat": torch.cat([x, one.expand(2, 4, 4)], 1),
            "add": x + one,
            "matmul": x @ one,
        }[next(iter(entry))]
        assert torch.equal(made(x), right)


@pytest.mark.parametrize("key", ["size", "scale_factor"])
def test_images_are_resized_by_as_many_values_as_they_have_sizes(key: str) -> None:
    assert codes({"interpolate": {key: [4, 4, 4]}}, shape=(3, 8, 8)) == ["MG311"]
    assert codes({"Upsample": {key: [4]}}, shape=(3, 8, 8)) == ["MG311"]


def test_parts_of_a_function_have_the_names_of_the_author() -> None:
    loaded = net(
        {"chunk": {"chunks": 3, "dim": -1, "names": ["q", "k", "v"]}, "name": "qkv"},
        {
            "scaled_dot_product_attention": None,
            "from": ["qkv.q", "qkv.k", "qkv.v"],
        },
        shape=(5, 12),
    )
    assert "q, k, v = x.chunk(3, dim=-1)" in api.render(loaded)["net.py"]


def test_blocks_have_no_shape_comments_of_one_use() -> None:
    block = {
        "layers": [CONV | {"name": "kept"}, {"MaxPool2d": 2, "name": "small"}],
        "outputs": ["small", "kept"],
    }
    loaded = net("Half", "Half", shape=(3, 32, 32), blocks={"Half": block})
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        assert "  # (N" not in text[: text.index("class Net")]
    both(loaded)


def test_a_rule_fills_what_is_a_parameter_beside_a_computed_weight() -> None:
    first = {"Linear": 8, "parametrize": "weight_norm"}
    rules = {"Linear": {"bias": "ones_"}}
    loaded = net(first, {"Linear": 4}, shape=(8,), init=rules)
    for made in both(loaded):
        for name in ("linear_1", "linear_2"):
            assert made.get_submodule(name).bias.eq(1).all()


@pytest.mark.parametrize("stride", [1, 2])
def test_a_join_that_does_not_run_need_not_fit(stride: int) -> None:
    block = {
        "parameters": {"channels": 4, "stride": 1},
        "layers": [
            {"Conv2d": {"out_channels": "${channels}", "kernel_size": 3, "padding": 1,
                        "stride": "${stride}"}, "name": "body"},
            {"add": None, "from": ["body", "input"],
             "when": "${stride == 1 and channels == in_channels}"},
        ],
    }  # fmt: skip
    loaded = net(
        {"Residual": {"channels": 4, "stride": 2}},
        {"Residual": {"channels": 4, "stride": "${stride}"}},
        parameters={"stride": stride},
        blocks={"Residual": block},
    )
    for made in both(loaded):
        first = torch.nn.functional.conv2d
        x = torch.randn(2, 3, 8, 8)
        one, two = (made.get_submodule(f"residual_{n}").body for n in (1, 2))
        y = first(x, one.weight, one.bias, 2, 1)
        z = first(y, two.weight, two.bias, stride, 1)
        assert torch.equal(made(x), z + y if stride == 1 else z)
        other = type(made)(stride=3 - stride)
        assert other(x).shape == (2, 4, *[4 if stride == 2 else 2] * 2)


PLACES: dict[str, Any] = {
    "rim": (
        [
            {"pad": {"pad": ["${(width - 1) * 2}", 0]}},
            {"Conv1d": {"out_channels": 4, "kernel_size": "${width}", "dilation": 2}},
            "Flatten",
            {"Linear": 3},
        ],
        (4, 16),
    ),
    "end": ([{"slice": {"dim": 2, "end": "${width}"}}, {"Linear": 3}], (4, 16)),
    "start": (
        [{"slice": {"dim": 2, "start": "${width}", "step": 2}}, {"Linear": 3}],
        (4, 16),
    ),
    "both": (
        [{"slice": {"dim": 1, "start": "${width}", "end": -1, "step": 3}}, "Flatten"],
        (16, 4),
    ),
    "step": ([{"slice": {"dim": 2, "step": "${width}"}}, {"Linear": 3}], (4, 16)),
    "place": ([{"select": {"dim": 1, "index": "${width}"}}, {"Linear": 3}], (8, 16)),
    "size": ([{"interpolate": {"size": "${width}"}}, {"Linear": 3}], (4, 16)),
    "factor": ([{"Upsample": {"scale_factor": "${width}"}}, {"Linear": 3}], (4, 16)),
    "fraction": (
        [{"interpolate": {"scale_factor": "${factor}"}}, {"Linear": 3}],
        (4, 16),
    ),
    "module": ([{"Upsample": {"scale_factor": "${factor}"}}, {"Linear": 3}], (4, 16)),
    "pool": ([{"AdaptiveAvgPool2d": ["${width}", 2]}, "Flatten", {"Linear": 3}], None),
    "block": ([{"Resized": {"ratio": "${factor}"}}, {"Linear": 3}], (4, 16)),
}


@pytest.mark.parametrize("name", PLACES)
def test_sizes_and_places_may_be_parameters(name: str) -> None:
    layers, shape = PLACES[name]
    rest: Any = {
        "shape": shape or (3, 8, 8),
        "parameters": {"width": 2, "factor": 0.5},
        "blocks": {
            "Resized": {
                "parameters": {"ratio": 1.5},
                "layers": [{"interpolate": {"scale_factor": "${ratio}"}}],
            }
        },
    }
    other = {"width": 5, "factor": 1.3}
    loaded, changed = net(*layers, **rest), net(*layers, **rest | {"parameters": other})
    for style in api.STYLES:
        cls = type(model(loaded, style))
        torch.default_generator.manual_seed(1)
        made = cls(**other)
        wanted = model(changed, style)
        x = torch.rand(2, *rest["shape"])
        assert torch.equal(made(x), wanted(x))


@pytest.mark.parametrize("shape", [(6,), (5, 6), (4, 5, 6), (3, 4, 5, 6)])
def test_the_last_size_may_be_called_features(shape: tuple[int, ...]) -> None:
    sizes = {"in_features": "${in_features}", "out_features": "${2 * in_features}"}
    blocks = {"Wide": {"layers": [{"Linear": sizes}]}}
    loaded = net("Wide", "Wide", shape=shape, blocks=blocks)
    for made, style in zip(both(loaded), api.STYLES, strict=True):
        assert made(torch.rand(2, *shape)).shape == (2, *shape[:-1], 24)
        text = api.render(loaded, style)["net.py"]
        assert "in_features: int" in text
        assert "in_width" not in text


def test_initial_values_may_depend_on_parameters() -> None:
    init: Any = {"weight": {"constant_": "${level / 2}"}, "bias": {"normal_": "${c}"}}
    loaded = net(
        {"parameter": {"shape": [8], "init": {"constant_": "${level}"}}, "name": "p"},
        {"add": None, "from": ["input", "p"]},
        {"Block": {"level": "${level}"}},
        shape=(8,),
        parameters={"level": 1.0},
        blocks={
            "Block": {
                "parameters": {"level": 3.0, "c": 2.0},
                "layers": [
                    {"Linear": 4, "init": init, "name": "a"},
                    {
                        "Linear": 4,
                        "init": {"weight": {"constant_": "${1 / in_features}"}},
                        "name": "b",
                    },
                ],
            }
        },
    )
    assert not loaded.warnings
    for style in api.STYLES:
        made = type(model(loaded, style))(level=4.0)
        assert made.p.eq(4).all()
        assert made.get_parameter("block_1.a.weight").eq(2).all()
        assert made.get_parameter("block_1.b.weight").eq(1 / 8).all()


class Translator(nn.Module):
    """Reference in torch: a recurrent layer with the final state of another one."""

    def __init__(self, recurrent: Any, both: bool) -> None:
        super().__init__()
        self.encoder = recurrent(6, 8, batch_first=True, bidirectional=both)
        self.decoder = recurrent(4, 8, batch_first=True, bidirectional=both)
        self.head = nn.Linear(8 * (1 + both), 11)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        _, states = self.encoder(source)
        x, _ = self.decoder(target, states)
        y: Tensor = self.head(x)
        return y


@pytest.mark.filterwarnings("ignore:The tensor attributes")  # of any recurrent layer
@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
@pytest.mark.thinned(2)
def test_a_decoder_begins_with_the_state_of_an_encoder(
    name: str, both_ways: bool, gathered: Gathered
) -> None:
    recurrent = {name: {"hidden_size": 8, "bidirectional": both_ways}}
    states = ["encoder.hidden", "encoder.cell"][: 1 + (name == "LSTM")]
    loaded = net(
        {**recurrent, "from": "source", "name": "encoder"},
        {**recurrent, "from": ["target", *states], "name": "decoder"},
        {"Linear": 11, "name": "head"},
        shape={"source": [7, 6], "target": [5, 4]},
    )
    wanted = Translator(getattr(nn, name), both_ways)
    source, target = torch.randn(3, 7, 6), torch.randn(3, 5, 4)
    for style, made in zip(api.STYLES, both(loaded), strict=True):
        made.load_state_dict(wanted.state_dict())
        assert torch.equal(made(source, target), wanted(source, target))
        exported = torch.export.export(made, (source, target)).module()
        assert torch.equal(exported(source, target), wanted(source, target))
        text = api.render(loaded, style)["net.py"]
        gathered.add(f"{style}_{name}", text)


@pytest.mark.parametrize("both_ways", [False, True])
def test_long_names_of_states(both_ways: bool, gathered: Gathered) -> None:
    names = [f"the_{part}_of_a_reader_of_words" for part in ("state", "cell")]
    size = 8 * (1 + both_ways)
    loaded = net(
        {"LSTM": {"hidden_size": 8, "bidirectional": both_ways},
         "from": ["sequence", *names]},
        shape={"sequence": [5, 4], **{name: [size] for name in names}},
    )  # fmt: skip
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        gathered.add(f"{style}_states", text)


def test_long_names_of_results(tmp_path: Path, gathered: Gathered) -> None:
    """Brackets go around the call, or the names stand one below the other."""
    reader = "the_reader_of_the_words_of_a_book"[:32]
    parts = [
        f"the_{each}_quarter_of_all_pages" for each in ("first", "second", "third")
    ]
    layers: dict[str, list[Any]] = {
        "call": [{"GRU": 8, "name": reader}],
        "both": [{"LSTM": {"hidden_size": 8, "bidirectional": True}, "name": reader}],
        "names": [{"chunk": {"chunks": 3, "dim": -1, "names": parts}, "name": reader}],
    }
    outputs = {
        "call": [reader, f"{reader}.hidden"],
        "both": [reader, f"{reader}.hidden", f"{reader}.last", f"{reader}.cell"],
        "names": [f"{reader}.{each}" for each in parts],
    }
    for name, given in layers.items():
        loaded = net(*given, shape=(5, 12), outputs=outputs[name])
        text = api.render(loaded, "explicit")["net.py"]
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)
    assert ", hidden = (\n" in (tmp_path / "call.py").read_text("utf-8")
    assert f"        (\n            {parts[0]},\n" in text


STATES = {"sequence": [5, 4], "state": [8], "cell": [8], "wide": [9]}


@pytest.mark.parametrize(
    ("layer", "sources", "code"),
    [
        ({"GRU": 8}, ["sequence", "wide"], "MG313"),
        ({"GRU": 8}, ["sequence", "sequence"], "MG313"),
        ({"GRU": {"hidden_size": 4, "bidirectional": True}}, ["sequence", "wide"],
         "MG313"),
        ({"GRU": {"hidden_size": 8, "num_layers": 2}}, ["sequence", "state"], "MG313"),
        ({"GRU": 8}, ["sequence", "state", "cell"], "MG314"),
        ({"LSTM": 8}, ["sequence", "state"], "MG314"),
        ({"LSTM": 8}, ["sequence", "state", "wide"], "MG313"),
        ({"LSTM": {"hidden_size": 9, "proj_size": 8}}, ["sequence", "wide", "state"],
         "MG313"),
        ({"LSTM": 8}, ["sequence", "learned", "cell"], "MG313"),
    ],
    ids=str,
)  # fmt: skip
def test_invalid_initial_states(layer: Any, sources: Any, code: str) -> None:
    learned = {"parameter": {"shape": [8]}, "name": "learned"}
    layers = ([learned] if "learned" in sources else []) + [{**layer, "from": sources}]
    assert codes(*layers, shape=STATES) == [code]


@pytest.mark.parametrize("reader", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers_need_a_batch(reader: str) -> None:
    """Without one, the last step would be taken from the wrong dimension."""
    table = {"parameter": {"shape": [4, 3]}, "name": "table"}
    layers = [table, {reader: 3, "select": "last"}, {"add": None, "from": [
        "input", f"{reader.lower()}_1"]}]  # fmt: skip
    assert codes(*layers, shape=(3,)) == ["MG302"]


MASKED = [
    ({"MultiheadAttention": {"num_heads": 2, "key_padding_mask": True}},
     ["words", "padding"], 1),
    ({"MultiheadAttention": {"num_heads": 2, "key_padding_mask": True}},
     ["target", "words", "padding"], 2),
    ({"TransformerEncoderLayer": {"nhead": 2, "src_key_padding_mask": True}},
     ["words", "padding"], 1),
    ({"TransformerEncoder":
      {"nhead": 2, "num_layers": 2, "src_key_padding_mask": True}},
     ["words", "padding"], 1),
    ({"TransformerDecoderLayer": {"nhead": 2, "memory_key_padding_mask": True}},
     ["target", "words", "padding"], 2),
    ({"TransformerDecoder":
      {"nhead": 2, "num_layers": 2, "tgt_key_padding_mask": True,
       "memory_key_padding_mask": True}},
     ["target", "words", "missing", "padding"], 2),
]  # fmt: skip
SEQUENCES = {
    "words": [7, 8],
    "target": [5, 8],
    "padding": {"shape": [7], "dtype": "bool"},
    "missing": {"shape": [5], "dtype": "bool"},
}


def sequences() -> dict[str, Tensor]:
    """Make inputs of two examples; each mask is true behind the end of a sequence."""
    torch.default_generator.manual_seed(4)
    padding = torch.arange(7) >= torch.tensor([[7], [4]])
    missing = torch.arange(5) >= torch.tensor([[2], [5]])
    words, target = torch.randn(2, 7, 8), torch.randn(2, 5, 8)
    return {"words": words, "target": target, "padding": padding, "missing": missing}


@pytest.mark.parametrize(("layer", "sources", "count"), MASKED, ids=str)
@pytest.mark.thinned(2)
def test_masks_of_padding_are_those_of_torch(
    layer: Any, sources: list[str], count: int, gathered: Gathered
) -> None:
    ((name, arguments),) = layer.items()
    shape = {each: SEQUENCES[each] for each in sources}
    loaded = net(
        {name: {"dropout": 0.0, **arguments}, "from": sources, "name": "read"},
        {"Linear": 3},
        shape=shape,
    )
    given = [sequences()[each] for each in sources]
    masks = [each for each in arguments if each.endswith("mask")]
    named = dict(zip(masks, given[count:], strict=True))
    for style, made in zip(api.STYLES, both(loaded), strict=True):
        first = given[:count]
        if name == "MultiheadAttention":
            quiet = {"need_weights": False}
            wanted = made.read(first[0], first[-1], first[-1], **named, **quiet)[0]
        else:
            wanted = made.read(*first, **named)
        found = made(*given)
        assert torch.equal(found, made.linear_1(wanted))
        with torch.no_grad():
            assert torch.allclose(made.eval()(*given), found, atol=1e-5)
            exported = torch.export.export(made, tuple(given)).module()
            assert torch.allclose(exported(*given), found, atol=1e-5)
        text = api.render(loaded, style)["net.py"]
        gathered.add(f"{style}_{name}", text)


CAUSAL = [
    ({"MultiheadAttention": {"num_heads": 2, "is_causal": True}}, ["words"]),
    ({"MultiheadAttention":
      {"num_heads": 2, "is_causal": True, "add_bias_kv": True, "add_zero_attn": True}},
     ["words"]),
    ({"MultiheadAttention":
      {"num_heads": 2, "is_causal": True, "key_padding_mask": True}},
     ["words", "padding"]),
    ({"TransformerEncoderLayer": {"nhead": 2, "is_causal": True}}, ["words"]),
    ({"TransformerEncoder": {"nhead": 2, "num_layers": 2, "is_causal": True}},
     ["words"]),
    ({"TransformerEncoder":
      {"nhead": 2, "num_layers": 2, "is_causal": True, "src_key_padding_mask": True}},
     ["words", "padding"]),
    ({"TransformerDecoderLayer": {"nhead": 2, "tgt_is_causal": True}},
     ["words", "target"]),
    ({"TransformerDecoder":
      {"nhead": 2, "num_layers": 2, "tgt_is_causal": True,
       "memory_key_padding_mask": True}},
     ["words", "target", "missing"]),
    ({"Transformer":
      {"nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 1,
       "tgt_is_causal": True}},
     ["target", "words"]),
]  # fmt: skip
MASK_NAMES = {
    "MultiheadAttention": "attn_mask",
    "TransformerEncoderLayer": "src_mask",
    "TransformerEncoder": "mask",
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("layer", "sources"), CAUSAL, ids=str)
@pytest.mark.thinned(3)
def test_causal_masks(layer: Any, sources: list[str], gathered: Gathered) -> None:
    ((name, arguments),) = layer.items()
    loaded = net(
        {"Linear": 8, "from": "words", "name": "first"},
        {name: {"dropout": 0.0, **arguments}, "name": "read",
         "from": [each.replace("words", "first") for each in sources]},
        {"Linear": 3, "name": "last"},
        shape={each: SEQUENCES[each] for each in sources},
    )  # fmt: skip
    given = [sequences()[each] for each in sources]
    masks = [each for each in arguments if each.endswith("mask")]
    count = len(given) - len(masks)
    named = dict(zip(masks, given[count:], strict=True))
    named[MASK_NAMES.get(name, "tgt_mask")] = torch.ones(7, 7).triu(1).bool()
    for style, made in zip(api.STYLES, both(loaded), strict=True):
        first = [
            made.first(value) if source == "words" else value
            for source, value in zip(sources, given[:count], strict=False)
        ]
        if name == "MultiheadAttention":
            wanted = made.read(first[0], first[-1], first[-1], **named)[0]
        else:
            wanted = made.read(*first, **named)
        found = made(*given)
        assert torch.allclose(found, made.last(wanted), atol=1e-6)
        changed = [*given]
        at = sources.index("words")
        changed[at] = given[at] + torch.tensor([0.0] * 4 + [1.0] * 3).unsqueeze(1)
        assert torch.allclose(made(*changed)[:, :4], found[:, :4], atol=1e-6)
        with torch.no_grad():
            assert torch.allclose(made.eval()(*given), found, atol=1e-5)
            exported = torch.export.export(made, tuple(given)).module()
            assert torch.allclose(exported(*given), found, atol=1e-5)
        text = api.render(loaded, style)["net.py"]
        gathered.add(f"{style}_{name}", text)


def test_causal_layers_cannot_be_in_a_sequential(
    tmp_path: Path, gathered: Gathered
) -> None:
    causal = {"TransformerEncoderLayer": {"nhead": 2, "is_causal": True}}
    loaded = net({"Linear": 8}, *[causal] * 3, "ReLU", shape=(5, 8))
    one, other = both(loaded)
    x = torch.randn(2, 5, 8)
    assert torch.equal(one.eval()(x), other.eval()(x))
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        assert text.count("is_causal=True") == 3
        (tmp_path / f"{style}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)
    assert codes({"Sequential": [causal]}, shape=(5, 8)) == ["MG220"]


def test_all_rounds_have_the_same_second_input() -> None:
    masks = {"is_causal": True, "src_key_padding_mask": True}
    loaded = net(
        {"TransformerEncoderLayer": {"nhead": 2, **masks}, "repeat": 2,
         "from": ["words", "padding"], "name": "encoder"},
        {"GRU": 8, "repeat": 3, "from": ["encoder", "state"], "name": "reader"},
        {"LSTMCell": 8, "repeat": 2, "from": ["state", "reader.last", "state"]},
        shape={"words": [5, 8], "padding": {"shape": [5], "dtype": "bool"},
               "state": [8]},
    )  # fmt: skip
    words, state = torch.randn(2, 5, 8), torch.randn(2, 8)
    padding = torch.zeros(2, 5, dtype=torch.bool)
    padding[1, 3:] = True
    later = torch.ones(5, 5, dtype=torch.bool).triu(1)
    for made in both(loaded):
        x = words
        for layer in made.eval().encoder:
            x = layer(x, later, padding)
        for layer in made.reader:
            x, _ = layer(x, state[None])
        y = state
        for layer in made.lstm_cell_1:
            y, _ = layer(y, (x[:, -1], state))
        assert torch.allclose(made(words, padding, state), y, atol=1e-6)


ATTENTION = {"MultiheadAttention": {"num_heads": 2, "key_padding_mask": True}}
ENCODER = {"TransformerEncoderLayer": {"nhead": 2, "src_key_padding_mask": True}}


@pytest.mark.parametrize(
    ("layer", "sources", "code"),
    [
        (ATTENTION, ["words"], "MG314"),
        (ATTENTION, ["words", "target"], "MG315"),
        (ATTENTION, ["words", "missing"], "MG313"),
        (ATTENTION, ["target", "words", "missing"], "MG313"),
        ({"MultiheadAttention": 2}, ["words", "words", "words", "padding"], "MG314"),
        ({"MultiheadAttention": 2}, ["words", "padding"], "MG315"),
        (ENCODER, ["words"], "MG314"),
        (ENCODER, ["words", "padding", "padding"], "MG314"),
        ({"TransformerEncoderLayer": 2}, ["words", "padding"], "MG314"),
        ({"TransformerEncoderLayer": {"nhead": 2, "src_key_padding_mask": "${b}"}},
         ["words", "padding"], "MG211"),
        ({"TransformerDecoderLayer": 2}, ["target", "words", "padding"], "MG314"),
        ({"TransformerDecoderLayer": {"nhead": 2, "tgt_key_padding_mask": True}},
         ["target", "words", "padding"], "MG313"),
        ({"Sequential": [ENCODER]}, ["words"], "MG314"),
        ({"MultiheadAttention": {"num_heads": 2, "is_causal": True}},
         ["words", "target"], "MG313"),
    ],
    ids=str,
)  # fmt: skip
def test_invalid_masks(layer: Any, sources: list[str], code: str) -> None:
    rest = {"shape": SEQUENCES, "parameters": {"b": True}}
    assert codes({**layer, "from": sources}, **rest) == [code]


def test_steps_of_an_lstm() -> None:
    loaded = net(
        {"select": {"dim": 1, "index": 0}, "from": "words", "name": "one"},
        {"LSTMCell": 6, "name": "first"},
        {"select": {"dim": 1, "index": 1}, "from": "words", "name": "two"},
        {"share": "first", "from": ["two", "first.hidden", "first.cell"]},
        {"LSTMCell": 6, "from": ["one", "start", "first.cell"], "name": "other"},
        shape={"words": [7, 8], "start": [6]},
        outputs=["share_1.hidden", "share_1.cell", "other.cell"],
    )
    words, start = torch.randn(3, 7, 8), torch.randn(3, 6)
    for made in both(loaded):
        states = made.first(words[:, 0])
        wanted = [*made.first(words[:, 1], states)]
        wanted.append(made.other(words[:, 0], (start, states[1]))[1])
        for given, each in zip(made(words, start), wanted, strict=True):
            assert torch.equal(given, each)
    shape = {"words": [8], "start": [6], "wide": [7]}
    sources = ["words", "start"]
    assert codes({"LSTMCell": 6, "from": sources}, shape=shape) == ["MG314"]
    sources = ["words", "start", "wide"]
    assert codes({"LSTMCell": 6, "from": sources}, shape=shape) == ["MG313"]


@pytest.mark.parametrize("name", ["RNNCell", "GRUCell"])
def test_a_learned_state_has_no_batch(name: str) -> None:
    learned = {"parameter": {"shape": [6]}, "name": "learned"}
    cell = {name: 6, "from": ["input", "learned"]}
    assert codes(learned, cell, shape=(8,)) == ["MG313"]


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("type_", ["Linear", "Conv1d"])
def test_initial_values_of_conditional_layers(
    type_: str, bias: bool, wide: bool, style: str
) -> None:
    sizes = {"Linear": {}, "Conv1d": {"kernel_size": 1}}[type_]
    name = {"Linear": "out_features", "Conv1d": "out_channels"}[type_]
    init = {"weight": "zeros_", "bias": {"constant_": {"val": 2}}}
    layer = {type_: {name: 8, "bias": "${bias}", **sizes}, "init": init}
    loaded = network(
        {
            "name": "Net",
            "parameters": {"bias": True, "wide": True},
            "input": [8, 8],
            "layers": [{**layer, "when": "${wide}"}, {**layer, "name": "always"}],
        }
    )
    made = module(api.render(loaded, style)["net.py"]).Net(bias=bias, wide=wide)
    found = made(torch.ones(2, 8, 8))
    assert torch.equal(found, torch.full((2, 8, 8), 2.0 if bias else 0.0))
    first = made[0] if style == "sequential" else getattr(made, f"{type_.lower()}_1")
    assert len(list(first.parameters())) == wide * (1 + bias)


@pytest.mark.parametrize("style", api.STYLES)
def test_a_rule_for_parameters_that_not_all_layers_have(
    style: str, tmp_path: Path, gathered: Gathered
) -> None:
    encoder = {"nhead": 2, "num_layers": 1, "dim_feedforward": 8}
    loaded = network(
        {
            "name": "Net",
            "input": [5, 8],
            "init": {
                "GRU": {"bias_ih_l0": "zeros_"},
                "TransformerEncoder": {
                    "layers.0.linear1.weight": "ones_",
                    "layers.0.linear1.bias": "zeros_",
                },
            },
            "layers": [
                {"GRU": 8, "select": "output"},
                {"GRU": {"hidden_size": 8, "bias": False}, "select": "output"},
                {"TransformerEncoder": encoder},
                {"TransformerEncoder": {**encoder, "bias": False}},
            ],
        }
    )
    made = model(loaded, style)
    found = dict(made.named_parameters())
    assert not found["gru_1.bias_ih_l0"].any()
    assert not found["transformer_encoder_1.layers.0.linear1.bias"].any()
    assert found["gru_1.bias_hh_l0"].any()
    (tmp_path / "net.py").write_text(api.render(loaded, style)["net.py"], "utf-8")
    gathered.take(tmp_path)


@pytest.mark.parametrize(
    "stride",
    ["${2 if index == 0 else 1}", "${1 + int(index < 1)}", "${max(1, 2 - index)}"],
)
def test_the_first_round_of_a_stage_is_another(stride: str) -> None:
    convolution = {"out_channels": 8, "kernel_size": 3, "padding": 1}
    block = {
        "parameters": {"stride": 1},
        "layers": [{"Conv2d": {**convolution, "stride": "${stride}"}}],
    }
    loaded = net(
        {"Block": stride, "repeat": 3}, shape=(8, 8, 8), blocks={"Block": block}
    )
    assert loaded.graph.total_parameters == 1752
    for made in both(loaded):
        assert made(torch.ones(2, 8, 8, 8)).shape == (2, 8, 4, 4)
        convolutions = [x for x in made.modules() if isinstance(x, nn.Conv2d)]
        assert [each.stride for each in convolutions] == [(2, 2), (1, 1), (1, 1)]


def _made_divisible(value: float, divisor: int = 8) -> int:
    """Round to a multiple, but to no less than 90 %, as MobileNets do."""
    found = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return found + divisor if found < 0.9 * value else found


def test_channels_by_a_ratio() -> None:
    """A rule for widths is said as in Python, and holds for any ratio."""
    near = "max(8, int(width * ratio + 4) // 8 * 8)"
    layers = [
        {"Conv2d": {"out_channels": "${max(1, int(24 * ratio))}", "kernel_size": 1}},
        {
            "Conv2d": {
                "out_channels": f"${{{near} + 8 * int({near} < 0.9 * width * ratio)}}",
                "kernel_size": 1,
            }
        },
    ]
    parameters = {"ratio": 0.25, "width": 32}
    loaded = net(*layers, shape=(24, 6, 6), parameters=parameters)
    for style in api.STYLES:
        made = module(api.render(loaded, style)["net.py"]).Net
        for ratio in (0.02, 0.25, 0.35, 0.5, 0.75, 1.0, 1.4):
            first, second = made(ratio=ratio).children()
            assert first.out_channels == max(1, int(24 * ratio)) == second.in_channels
            assert second.out_channels == _made_divisible(32 * ratio)


def test_what_is_joined_under_a_condition_is_as_wide_as_its_parts() -> None:
    """Inputs that only fit where the join runs still decide what comes behind it."""
    block = {
        "parameters": {"stride": 2},
        "input": ["small", "large"],
        "layers": [
            {"cat": None, "from": ["small", "large"], "when": "${stride == 1}"},
            {"Conv2d": {"out_channels": 2, "kernel_size": 1}},
        ],
    }
    convolution = {"out_channels": 4, "kernel_size": 3, "padding": 1}
    loaded = net(
        {"Conv2d": {**convolution, "stride": "${stride}"}},
        {"Joined": {"stride": "${stride}"}, "from": ["conv2d_1", "input"]},
        parameters={"stride": 2},
        blocks={"Joined": block},
    )
    for made in both(loaded):
        x = torch.randn(2, 3, 8, 8)
        assert made(x).shape == (2, 2, 4, 4)
        assert made.get_submodule("joined_1.conv2d_1").in_channels == 4
        other = type(made)(stride=1)
        assert other(x).shape == (2, 2, 8, 8)
        assert other.get_submodule("joined_1.conv2d_1").in_channels == 7


@pytest.mark.parametrize("key", ["start", "end"])
@pytest.mark.parametrize(
    ("parameters", "index"),
    [
        ({"k": -20}, "k"),
        ({"k": -3}, "k"),
        ({"k": 3}, "k - 5"),
        ({"k": 3}, "-k"),
        ({"k": 2}, "k"),
        ({"k": 3}, "-(k - 1)"),
        ({"k": 3}, "-k * (k - 1)"),
        ({"k": 0}, "-k if k > 2 else 3"),
        ({"k": 4}, "-1 if k > 0 else 4"),
    ],
)
def test_a_slice_may_begin_and_end_on_either_side(
    key: str, parameters: dict[str, int], index: str
) -> None:
    """The layer behind it is as wide as the slice for any value of the parameter."""
    if key == "end" and parameters == {"k": -20}:
        pytest.skip("nothing is before it")
    layers = [{"slice": {"dim": 1, key: f"${{{index}}}"}}, {"Linear": 3}]
    loaded = net(*layers, shape=(10,), parameters=parameters)
    x = torch.arange(20.0).view(2, 10)
    for style in api.STYLES:
        made = module(api.render(loaded, style)["net.py"]).Net
        for k in (*range(-25, 0, 4), 1, 2, 3, 4, 7, 9, parameters["k"]):
            at = eval(index, {"k": k})
            wanted = x[:, at:] if key == "start" else x[:, :at]
            if k * parameters["k"] >= 0 and wanted.shape[1]:
                assert made(k=k).linear_1.in_features == wanted.shape[1], (k, style)
                assert made(k=k)(x).shape == (2, 3)
