"""`weights` and `freeze`: trainings that start from what exists."""

from __future__ import annotations

import copy
import json
import pickle
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen.graph.training.parameter_names import Named, fits, named_parameters

from . import networks
from .shared_modules import shared
from .test_training import refused, rendered, tiny, train, weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

LAYERS = [
    {"Conv2d": {"out_channels": 4, "kernel_size": 3, "stride": 2}, "name": "stem"},
    {"BatchNorm2d": None, "name": "norm"},
    "ReLU",
    "Flatten",
    {"Linear": 16, "name": "hidden"},
    {"Linear": 10, "name": "logits"},
]
EPOCH = ("--epochs", "1")
RUN_ERROR = shared("errors").RunError


@cache
def made_once(style: str) -> nn.Module:
    spec = {"name": "Tried", "input": [1, 28, 28], "layers": LAYERS}
    return networks.model(networks.network(spec), style)


def model(style: str = "explicit") -> nn.Module:
    """Make the network with initial values of another seed."""
    made = copy.deepcopy(made_once(style))
    for each in made.parameters():
        nn.init.normal_(each, std=0.1)
    return made


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Render the training of a small network."""
    return rendered(LAYERS, {"optimizer": {"AdamW": {"lr": 0.01}}}, tmp_path)


def halved(state: dict[str, Any]) -> dict[str, Any]:
    """Return weights in half precision, which float32 holds."""
    return {
        name: value.half() if value.is_floating_point() else value
        for name, value in state.items()
    }


FORMS = {
    "plain": lambda state: state,
    "half": halved,
    "double": lambda state: {
        name: value.double() if value.is_floating_point() else value
        for name, value in halved(state).items()
    },
    "nested": lambda state: {"epoch": 3, "state_dict": state},
    "parallel": lambda state: {
        f"module.{name}": value for name, value in state.items()
    },
    "averaged": lambda state: {
        "model": {name: torch.zeros_like(value) for name, value in state.items()},
        "average": {
            "n_averaged": torch.tensor(3),
            **{f"module.{name}": value for name, value in state.items()},
        },
    },
}


def in_safetensors(
    path: Path, state: dict[str, Any], about: dict[str, str] | None = None
) -> None:
    """Write a file as https://huggingface.co/docs/safetensors says."""
    kinds = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}
    head: dict[str, Any] = {"__metadata__": about} if about else {}
    content = b""
    for name, value in state.items():
        values = value.numpy().tobytes()
        ends = [len(content), len(content) + len(values)]
        kind = {"dtype": kinds[value.dtype], "shape": [*value.shape]}
        head[name] = {**kind, "data_offsets": ends}
        content += values
    written = json.dumps(head).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + content)


def in_shards(path: Path, state: dict[str, Any]) -> None:
    """Write weights in two files, and the index of them."""
    names, listed = [*state], dict[str, str]()
    stem, _, suffix = path.name.removesuffix(".index.json").rpartition(".")
    for count, some in enumerate((names[::2], names[1::2]), 1):
        part = path.with_name(f"{stem}-0000{count}-of-00002.{suffix}")
        found = {name: state[name] for name in some}
        if suffix == "safetensors":
            in_safetensors(part, found)
        else:
            torch.save(found, part)
        listed |= dict.fromkeys(some, part.name)
    path.write_text(json.dumps({"metadata": {}, "weight_map": listed}))


WRITERS: dict[str, Callable[[Path, dict[str, Any]], None]] = {
    "start.pt": lambda path, state: torch.save(state, path),
    "start.pth": lambda path, state: torch.save(
        state, path, _use_new_zipfile_serialization=False
    ),
    "start.safetensors": in_safetensors,
    "start": in_safetensors,
    "model.safetensors.index.json": in_shards,
    "pytorch_model.bin.index.json": in_shards,
}
"""What writes weights into a file, by its name."""
PLACES = [*WRITERS, "in a run", "in a folder", "in shards of a folder"]


def written(path: Path, place: str, state: dict[str, Any]) -> Path:
    """Write weights, and return what names them."""
    if place in WRITERS:
        WRITERS[place](path / place, state)
        return path / place
    names = {"in a run": "best.pt", "in a folder": "model.safetensors"}
    name = names.get(place, "pytorch_model.bin.index.json")
    writers = {"best.pt": WRITERS["start.pt"], "model.safetensors": in_safetensors}
    writers.get(name, in_shards)(path / name, state)
    return path


def take(made: nn.Module, path: Path, *more: Any) -> None:
    shared("starting").take_weights(made, path, *more)


@pytest.mark.parametrize("form", FORMS)
def test_weights_are_taken_in_every_form(form: str, tmp_path: Path) -> None:
    start, other = model(), model()
    state = start.state_dict()
    torch.save(FORMS[form](state), tmp_path / "start.pt")
    take(other, tmp_path / "start.pt")
    wanted = halved(state) if form in ("half", "double") else state
    for name, value in other.state_dict().items():
        assert torch.equal(value, wanted[name].to(value.dtype)), name


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("style", ["explicit", "sequential"])
def test_weights_are_taken_from_every_file(
    place: str, style: str, tmp_path: Path
) -> None:
    """Those of one style by the other, too."""
    start, other = model(), model(style)
    state = start.state_dict()
    take(other, written(tmp_path, place, state))
    for name, value in other.state_dict().items():
        assert torch.equal(value, state[name]), name


def test_safetensors_are_read_as_its_package_does(tmp_path: Path) -> None:
    """Without it, in all types that it and torch have."""
    package = pytest.importorskip("safetensors.torch")
    module = shared("weight_files")
    state = {
        str(dtype): torch.ones(shape).to(dtype)
        for dtype in module.SAFE_TYPES.values()
        for shape in ((2, 3),)
    }
    state |= {"number": torch.tensor(3.0), "empty": torch.zeros(0, 4)}
    package.save_file(state, tmp_path / "all.safetensors", {"classes": "a,b"})
    read = module.read_weights(tmp_path / "all.safetensors")
    assert read.tensors.keys() == state.keys()
    assert read.classes == ["a", "b"]
    for name, value in state.items():
        assert read.tensors[name].dtype == value.dtype
        assert read.tensors[name].shape == value.shape
        assert torch.equal(read.tensors[name], value), name


NAMES: dict[str, Any] = {
    "a list": {"state_dict": {"a": torch.zeros(2)}, "classes": ["cat", "dog"]},
    "places": {"model": {"a": torch.zeros(2)}, "class_to_idx": {"dog": 1, "cat": 0}},
    "inside": {
        "model": {"state_dict": {"a": torch.zeros(2)}, "class_names": ("cat", "dog")}
    },
    "a run": {"model": {"a": torch.zeros(2)}, "about": {"classes": ["cat", "dog"]}},
    "beside": {"a": torch.zeros(2)},
}
"""What is in files that tell the names of two classes, or lie beside them."""


@pytest.mark.parametrize("where", [*NAMES, "metadata"])
def test_names_of_classes_are_found(where: str, tmp_path: Path) -> None:
    path, names = tmp_path / "start", ["cat", "dog"]
    if where == "metadata":
        in_safetensors(path, NAMES["beside"], {"classes": json.dumps(names)})
    else:
        torch.save(NAMES[where], path)
    if where == "beside":
        told_there = {"id2label": {"0": "cat", "1": "dog"}}
        (tmp_path / "config.json").write_text(json.dumps(told_there))
    read = shared("weight_files").read_weights(path)
    assert (read.classes, [*read.tensors]) == (names, ["a"])


def test_classes_in_another_order_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, made = tmp_path / "start.pt", model()
    torch.save({"model": made.state_dict(), "classes": ["cat", "dog"]}, path)
    for names, count in ((["dog", "cat"], 1), (["cat", "dog"], 0), ([], 0)):
        take(made, path, (), names)
        said = f"warning: the classes are cat, dog in {path}, dog, cat in the data"
        assert capsys.readouterr().err.splitlines().count(said) == count


@pytest.mark.parametrize("own", ["", "module.", "_orig_mod.", "model.", "body."])
@pytest.mark.parametrize(
    "before", ["", "module.", "_orig_mod.module.", "module._orig_mod.", "model."]
)
def test_what_is_before_all_names_goes_but_for_names_of_layers(
    before: str, own: str, tmp_path: Path
) -> None:
    """A network may itself have one layer, with a name that torch puts there."""
    inner = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    made = nn.ModuleDict({own[:-1]: inner}) if own else inner
    state = {name: value + 1 for name, value in made.state_dict().items()}
    path = tmp_path / "start.pt"
    torch.save({before + name: value for name, value in state.items()}, path)
    take(made, path)
    for name, value in made.state_dict().items():
        assert torch.equal(value, state[name]), name


HEADS: dict[str, Any] = {
    "nested": b"[" * 200_000,
    "nested classes": {"__metadata__": {"classes": "[" * 200_000}},
    "a negative shape": {
        "a": {"dtype": "F32", "shape": [-1, -4], "data_offsets": [0, 16]}
    },
    "a negative place": {"a": {"dtype": "U8", "shape": [9], "data_offsets": [-5, 4]}},
    "a far end": {"a": {"dtype": "U8", "shape": [9], "data_offsets": [0, 2**62]}},
}


@pytest.mark.parametrize("name", HEADS)
def test_a_damaged_head_is_told_in_a_line(name: str, tmp_path: Path) -> None:
    head, path = HEADS[name], tmp_path / "a.safetensors"
    written = head if isinstance(head, bytes) else json.dumps(head).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + bytes(16))
    with pytest.raises(RUN_ERROR) as raised:
        shared("weight_files").read_weights(path)
    assert str(raised.value) in (
        f"{path} is no file of weights: it is damaged",
        f"{path} cannot be read: it is incomplete",
    )


@pytest.mark.parametrize("name", ["model.safetensors.index.json", "config.json"])
def test_nested_json_beside_weights_is_no_traceback(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("[" * 200_000)
    if name == "config.json":
        path = tmp_path / "start.pt"
        torch.save({"a": torch.zeros(2)}, path)
        assert shared("weight_files").read_weights(path).config == {}
        return
    with pytest.raises(RUN_ERROR, match="is no index of weights in several files"):
        shared("weight_files").read_weights(tmp_path / name)


def test_tied_and_counted_tensors_may_lack(tmp_path: Path) -> None:
    """Files in the format safetensors have tied ones once, older ones no counters."""
    made = model()
    made.tied = made.get_submodule("hidden")
    state = {
        name: value
        for name, value in made.state_dict().items()
        if not name.startswith("tied") and "num_batches" not in name
    }
    torch.save(state, tmp_path / "start.pt")
    take(made, tmp_path / "start.pt")


OTHER: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], list[str]]] = {
    "a head of another size": (
        lambda state: {
            **state,
            "logits.weight": torch.zeros(5, 16),
            "logits.bias": torch.zeros(5),
        },
        [
            "logits.weight is [5, 16] in {}, [10, 16] here",
            "logits.bias is [5] in {}, [10] here",
            "to begin without these: --weights-except logits, "
            "or in the spec weights: {{path: {}, except: [logits]}}",
        ],
    ),
    "missing and more": (
        lambda state: {"more": state.pop("hidden.bias"), **state},
        [
            "hidden.bias [16] is not in {}",
            "more [16] is in {} alone",
            "to begin without these: --weights-except hidden more, "
            "or in the spec weights: {{path: {}, except: [hidden, more]}}",
        ],
    ),
    "much more": (
        lambda state: {
            **state,
            **{f"l{i}.{j}": torch.zeros(i) for i in range(6) for j in "ab"},
        },
        [
            *(f"l{i}.{j} [{i}] is in {{}} alone" for i in range(5) for j in "ab"),
            "2 more",
            "{} is of another network; --weights-except names what to leave out",
        ],
    ),
    "another network": (
        lambda _: {f"norm.{name}": torch.zeros(3) for name in "ab"},
        [
            "stem.weight [4, 1, 3, 3] is not in {}",
            "stem.bias [4] is not in {}",
            *(f"norm.{name} [4] is not in {{}}" for name in ("weight", "bias")),
            *(f"norm.running_{name} [4] is not in {{}}" for name in ("mean", "var")),
            "hidden.weight [16, 676] is not in {}",
            "hidden.bias [16] is not in {}",
            "logits.weight [10, 16] is not in {}",
            "logits.bias [10] is not in {}",
            "2 more",
            "{} has no weights that fit this network: "
            "none has the name and the shape of one of its own",
        ],
    ),
}


@pytest.mark.parametrize("case", OTHER)
def test_what_does_not_fit_is_named(case: str, tmp_path: Path) -> None:
    """Nothing is taken then."""
    change, says = OTHER[case]
    path, made = tmp_path / "start.pt", model()
    before = copy.deepcopy(made.state_dict())
    torch.save(change(model().state_dict()), path)
    with pytest.raises(RUN_ERROR) as caught:
        take(made, path)
    assert [*caught.value.args] == [each.format(path) for each in says]
    for name, value in made.state_dict().items():
        assert torch.equal(value, before[name]), name


@pytest.mark.parametrize("style", ["explicit", "sequential"])
def test_what_is_left_out_begins_as_it_is(
    style: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, made = tmp_path / "start.pt", model(style)
    before = copy.deepcopy(made.state_dict())
    state = model().state_dict() | {"logits.weight": torch.zeros(5, 16)}
    torch.save({**state, "aux.weight": torch.zeros(3)}, path)
    take(made, path, ["logits", "aux.*", "norm.running_*"])
    assert capsys.readouterr().err.splitlines() == [
        f"{path}: 7 of 11 tensors are taken, but for logits, aux.*, norm.running_*"
    ]
    for name, value in made.state_dict().items():
        out = name.startswith(("logits", "norm.running"))
        assert torch.equal(value, (before if out else state)[name]), name
    for patterns, says in (
        (["logits", "aux", "logit"], "--weights-except logit fits no weights"),
        (["*"], "--weights-except leaves no weights to take"),
    ):
        with pytest.raises(RUN_ERROR, match=says):
            take(made, path, patterns)


def test_a_run_is_a_start(tiny: Path, tmp_path: Path) -> None:
    """The spec says what is left out of it, unless a flag does."""
    first, second = tmp_path / "first", tmp_path / "second"
    data = ("--data-dir", str(tiny))
    keys = {"optimizer": {"AdamW": {"lr": 0.01}}}
    train(rendered(LAYERS, keys, tmp_path), *EPOCH, *data, "--out", str(first))
    start = {"path": str(first), "except": ["logits"]}
    script = rendered(LAYERS, keys | {"weights": start}, tmp_path)
    train(script, *EPOCH, *data, "--lr", "0", "--out", str(second))
    one, two = weights(first, "best.pt"), weights(second)
    same = {name for name in one if torch.equal(one[name], two[name])}
    assert same >= {"stem.weight", "hidden.bias"}
    assert not same & {"logits.weight", "logits.bias"}
    settings = json.loads((second / "config.json").read_text("utf-8"))["settings"]
    assert settings["weights"] == str(first)
    assert settings["weights_except"] == ["logits"]
    args = ("--weights-except", "--lr", "0", "--out", str(tmp_path / "third"))
    train(script, *EPOCH, *data, *args)
    three = weights(tmp_path / "third")
    assert torch.equal(one["logits.weight"], three["logits.weight"])
    (first / "best.pt").unlink()  # a run continues without what it started from
    train(script, "--resume", str(second), "--epochs", "2")
    refused(
        script,
        *("--resume", str(second), "--weights", str(second)),
        says="--weights starts a training, --resume continues one",
    )
    refused(script, *EPOCH, *data, says=f"{first} has no best.pt and no model.safe")


BAD: dict[str, tuple[Any, str]] = {
    "no tensors": ({"a": 1}, "{} has no weights: no tensors with names"),
    "a list": ([1, 2], "{} has no weights: no tensors with names"),
    "whole numbers": (
        {"hidden.bias": torch.zeros(16, dtype=torch.int8)},
        "hidden.bias is int8 in {}, which cannot become float32",
    ),
    "rounded": (
        {"hidden.bias": torch.full([16], 0.1, dtype=torch.float64)},
        "hidden.bias is float64 in {}, and float32 would round it",
    ),
    "not a number": (
        {"hidden.bias": torch.full([16], torch.nan)},
        "hidden.bias in {} has values that are not numbers, but NaN or infinite",
    ),
    "sparse": (
        {"hidden.bias": torch.zeros(16).to_sparse()},
        "hidden.bias in {} is no plain tensor: save it as float32",
    ),
    "without values": (
        {"hidden.bias": torch.zeros(16, device="meta")},
        "hidden.bias in {} is no plain tensor: save it as float32",
    ),
    "code": (
        nn.Linear(2, 2),
        "{} cannot be read: it holds more than plain data and tensors; "
        "save a state_dict: `torch.save(model.state_dict(), path)`",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_weights_are_one_line(name: str, tmp_path: Path) -> None:
    value, says = BAD[name]
    path = tmp_path / "start.pt"
    if isinstance(value, dict) and "hidden.bias" in value:
        value = model().state_dict() | value
    torch.save(value, path)
    told(path, says.format(path))


def test_wrong_files_are_one_line(tmp_path: Path) -> None:
    """Whatever is in them, at whatever byte they end."""
    state = {"a": torch.ones(16)}
    for name, writer in WRITERS.items():
        if not name.endswith(".json"):
            writer(tmp_path / name, state)
            whole = (tmp_path / name).read_bytes()
            for count in (0, 1, 9, 40, 70, len(whole) // 2, len(whole) - 3):
                (tmp_path / name).write_bytes(whole[:count])
                told(tmp_path / name, f"{tmp_path / name} ", "read: it is inc", "no fi")
    pickled = pickle.dumps({"a": test_wrong_files_are_one_line})
    for name, content, says in (
        ("old.pkl", pickled, "cannot be read: it holds more than plain data"),
        ("page.pth", b"<html>not found</html>", "is no file of weights"),
        ("net.h5", b"\x89HDF\r\n\x1a\n" + bytes(80), "is no file of weights"),
        ("a.pth", b"version https://git-lfs.github.com/spec/v1", "a pointer to weigh"),
        ("x.index.json", b"{", "is no index of weights in several files"),
        ("y.index.json", b"[1]", "is no index of weights in several files"),
        ("z.index.json", b'{"weight_map": {"a": 1}}', "is no index of weights"),
        ("x.safetensors", (99).to_bytes(8, "little") + b"{}", "it is incomplete"),
        ("y.safetensors", (2).to_bytes(8, "little") + b"[]", "it is damaged"),
        ("z.safetensors", (9).to_bytes(8, "little") + b'{"a": {}}', "it is damaged"),
        ("model-00001-of-00002.safetensors", b"", "a part of weights in several files"),
    ):
        (tmp_path / name).write_bytes(content)
        told(tmp_path / name, f"{tmp_path / name} ", says)
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as file:
        file.writestr("x.npy", "")
    told(tmp_path / "x.npz", "is no file of weights: `torch.save` writes one")
    told(tmp_path / "none.pt", "none.pt cannot be read: No such file")
    told(tmp_path, "has no best.pt and no model.safetensors: name a run, or a file")


def test_a_shard_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors.index.json"
    in_shards(path, model().state_dict())
    part = path.with_name("model-00002-of-00002.safetensors")
    told(
        part, f"{part} is a part of weights in several files: name their index, {path}"
    )
    part.unlink()
    told(path, f"{path} lists 2 files, of which 1 are not there: {part.name}")


def told(path: Path, *says: str) -> None:
    """Start from a file, which must end with one line that says one of these."""
    with pytest.raises(RUN_ERROR) as caught:
        take(model(), path)
    (line,) = caught.value.args
    assert any(each in line for each in says), line


@pytest.mark.parametrize("by", ["spec", "flag"])
def test_frozen_layers_stay(by: str, tiny: Path, tmp_path: Path) -> None:
    """Their parameters and statistics; all others are trained."""
    patterns = ["stem", "norm.*", "hidden.bias"]
    keys: dict[str, Any] = {
        "optimizer": {"AdamW": {"lr": 0.01, "weight_decay": 0.5}},
        "ema": 0.5,
    }
    given = {"freeze": patterns} if by == "spec" else {}
    script = rendered(LAYERS, keys | given, tmp_path)
    out = tmp_path / "out"
    flags = ("--freeze", *patterns) if by == "flag" else ()
    train(script, *EPOCH, "--data-dir", str(tiny), "--out", str(out), *flags)
    torch.manual_seed(1)
    spec = {"name": "Tried", "input": [1, 28, 28], "layers": LAYERS}
    before = networks.model(networks.network(spec), "explicit").state_dict()
    after = weights(out)
    same = {name for name in after if torch.equal(before[name], after[name])}
    assert same == {
        name for name in after if not name.startswith(("logits", "hidden"))
    } | {"hidden.bias"}
    settings = json.loads((out / "config.json").read_text("utf-8"))["settings"]
    assert settings["freeze"] == patterns


def test_wrong_patterns_are_one_line(script: Path, tiny: Path) -> None:
    args = (*EPOCH, "--data-dir", str(tiny), "--freeze", "stem")
    for pattern in ("head.*", "stem.weigh", "relu"):
        says = f"--freeze {pattern} fits no parameter of the model"
        refused(script, *args, pattern, says=says)
    refused(script, *args, "*", says="--freeze leaves no parameter to train")


def test_frozen_layers_can_be_trained_later(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--out", str(out), "--freeze", "stem", "hidden")
    train(script, *EPOCH, *args)
    before = weights(out)
    train(script, "--resume", str(out), "--epochs", "2")
    kept = weights(out)
    assert torch.equal(before["stem.weight"], kept["stem.weight"])
    train(script, "--resume", str(out), "--epochs", "3", "--freeze")
    after = weights(out)
    assert not torch.equal(kept["stem.weight"], after["stem.weight"])


NETWORKS: dict[str, dict[str, Any]] = {
    "images": {
        "input": [3, 8, 8],
        "blocks": {
            "Unit": {
                "layers": [
                    {"Conv2d": {"out_channels": 4, "kernel_size": 1}, "name": "conv"},
                    {"BatchNorm2d": None, "name": "norm"},
                    {"parameter": {"shape": [4, 1, 1]}, "name": "scale"},
                    {"buffer": {"shape": [4, 1, 1]}, "name": "shift"},
                    {"mul": None, "from": ["norm", "scale"], "name": "scaled"},
                    {"add": None, "from": ["scaled", "shift"]},
                ]
            }
        },
        "layers": [
            {"Unit": None, "name": "stem"},
            {"Unit": None, "repeat": 2, "name": "stage"},
            {"Unit": None, "when": "${1 > 2}", "name": "left_out"},
            {"Sequential": ["ReLU", {"BatchNorm2d": {"affine": False}}]},
            {
                "Conv2d": {"out_channels": 2, "kernel_size": 3},
                "parametrize": "weight_norm",
            },
            "Flatten",
            {"Linear": 5, "parametrize": "spectral_norm"},
            {"Linear": 5, "name": "first"},
            {"Linear": 5, "share": "first"},
        ],
    },
    "texts": {
        "input": {"tokens": {"shape": [6], "dtype": "int64"}},
        "layers": [
            {"Embedding": {"num_embeddings": 9, "embedding_dim": 8}},
            {"LSTM": {"hidden_size": 4, "bidirectional": True}, "select": "output"},
            {"TransformerEncoderLayer": {"nhead": 2, "dim_feedforward": 8}},
            {
                "TransformerEncoder": {
                    "nhead": 2,
                    "dim_feedforward": 8,
                    "num_layers": 2,
                },
                "name": "several",
            },
            {"MultiheadAttention": {"num_heads": 2}},
            {"LayerNorm": {"normalized_shape": [8], "bias": False}},
            {"Linear": {"out_features": 9, "bias": False}},
        ],
    },
}


@pytest.mark.parametrize("style", ["explicit", "sequential"])
@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_are_known_by_name(name: str, style: str) -> None:
    """As torch names them, with their shapes and kinds."""
    found = networks.network({"name": "Tried", **NETWORKS[name]})
    made = networks.model(found, style)
    every = [each for each in named_parameters(found.graph.nodes) if each.known]
    assert {each.name: tuple(map(int, each.shape)) for each in every} == {
        key: tuple(value.shape)
        for key, value in made.named_parameters(remove_duplicate=False)
    }
    kinds = {
        f"{key}.{part}": type(inner).__name__
        for key, inner in made.named_modules(remove_duplicate=False)
        for part, _ in inner.named_parameters(recurse=False)
    }
    for each in every:
        assert each.norm == ("Norm" in kinds.get(each.name, "")), each.name
        assert each.embedding == ("Embedding" in kinds.get(each.name, "")), each.name


def test_patterns_may_fit_what_is_in_a_custom_module() -> None:
    custom = Named("features", (), "Mine", known=False)
    for pattern in ("features", "features.*", "fea*", "*.weight", "features.0.weight"):
        assert fits(custom, pattern), pattern
    for pattern in ("feature", "features2.*", "head.*", "featuresX"):
        assert not fits(custom, pattern), pattern
