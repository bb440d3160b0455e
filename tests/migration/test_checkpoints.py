"""Files of checkpoints: every form is read, bad ones are refused in a line."""

from __future__ import annotations

import json
import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen.migration import process
from mlpgen.migration.moving.errors import MoveError
from mlpgen.migration.moving.files import write
from mlpgen.migration.moving.main import moved
from mlpgen.migration.plan import migration
from tests.commands import run
from tests.networks import network_of
from tests.repositories import git

from .moving import trained

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

OLD = """name: Net
input: [4]
layers:
  - Linear: 3
    name: hidden
  - BatchNorm1d:
    name: norm
  - ReLU
  - Linear: 2
    name: head
"""
NEW = OLD.replace("Linear: 3", "Linear: 5")


def move(path: Path, folder: Path, out: str = "new.pt") -> dict[str, Any]:
    """Move a file; the name of the new one tells its form."""
    return move_between(OLD, NEW, path, folder, out)


def move_between(
    before: str, after: str, path: Path, folder: Path, out: str = "new.pt"
) -> dict[str, Any]:
    """Move a file from one spec to another."""
    old, new = network_of(before), network_of(after)
    plan = migration(old.graph, new.graph)
    safe = out.endswith(".safetensors")
    request = process.Request(str(path), "old.yaml", folder / out, safe)
    made = folder / "job"
    made.mkdir()
    with torch.no_grad():
        return moved(json.loads(json.dumps(process.job(old, new, plan, request, made))))


CUSTOM = """name: Net
input: [4]
layers:
  - custom: {path: own.py, class: Scale, output: [4]}
    name: scale
"""
SCALE = """from torch import nn, ones


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.factors = nn.Parameter(ones(4))

    def forward(self, value):
        return value * self.factors
"""
FACTORS = {
    "lacks": ({}, "old.pt has no `scale.factors`"),
    "complex": (
        {"scale.factors": torch.ones(4, dtype=torch.complex64)},
        "old.pt: `scale.factors` is complex64, which cannot become float32",
    ),
    "other size": (
        {"scale.factors": torch.ones(5)},
        "old.pt: `scale.factors` is [5], not [4]",
    ),
}


@pytest.mark.parametrize("name", FACTORS)
def test_tensors_of_custom_modules_are_looked_at(name: str, tmp_path: Path) -> None:
    state, why = FACTORS[name]
    (tmp_path / "own.py").write_text(SCALE, encoding="utf-8")
    (tmp_path / "net.yaml").write_text(CUSTOM, encoding="utf-8")
    path = plain(tmp_path, {"scale.none": torch.ones(1)} | state)
    done = run(
        ("migrate", "net.yaml", "net.yaml", path.name, "--out", "new.pt"), tmp_path
    )
    assert done.returncode == 2
    assert why in done.stderr.decode()


def plain(folder: Path, state: dict[str, Tensor]) -> Path:
    torch.save(state, folder / "old.pt")
    return folder / "old.pt"


def of_a_run(folder: Path, state: dict[str, Tensor]) -> Path:
    """Write what a training writes, as far as it matters here."""
    network = {"name": "Tall", "parameters": {"width": 3, "depth": 1}}
    found = {
        "model": state,
        "optimizer": {},
        "settings": {"model_width": 7, "model_depth": 1},
        "about": {},
        "spec": {"network": network},
    }
    torch.save(found, folder / "best.pt")
    return folder / "best.pt"


def nested(folder: Path, state: dict[str, Tensor]) -> Path:
    compiled = {f"_orig_mod.{key}": each for key, each in state.items()}
    torch.save({"state_dict": compiled, "epoch": 3}, folder / "old.pth")
    return folder / "old.pth"


def safetensors(folder: Path, state: dict[str, Tensor]) -> Path:
    write(state, folder / "old.safetensors", safe=True)
    return folder / "old.safetensors"


def sharded(folder: Path, state: dict[str, Tensor]) -> Path:
    index: dict[str, str] = {}
    for at, (key, each) in enumerate(state.items()):
        name = f"model-{at % 2 + 1:05}-of-00002.safetensors"
        index[key] = name
        del each
    for name in {*index.values()}:
        part = {key: each for key, each in state.items() if index[key] == name}
        write(part, folder / name, safe=True)
    file = folder / "model.safetensors.index.json"
    file.write_text(json.dumps({"weight_map": index}), encoding="utf-8")
    return file


@pytest.mark.parametrize("form", [plain, of_a_run, nested, safetensors, sharded])
def test_every_form_is_read(
    form: Callable[[Path, dict[str, Tensor]], Path], tmp_path: Path
) -> None:
    import mlpgen.migration.moving.files as files

    state = trained(network_of(OLD))
    answer = move(form(tmp_path, state), tmp_path, "new.safetensors")
    assert answer["close"]
    assert answer["of_run"] == (form is of_a_run)
    found = files.read(str(tmp_path / "new.safetensors"), "").tensors
    assert [*found] == [*state]
    assert torch.equal(found["hidden.weight"][:3], state["hidden.weight"])
    assert int(found["norm.num_batches_tracked"]) == 3


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_the_type_of_numbers_stays(dtype: torch.dtype, tmp_path: Path) -> None:
    state = {
        key: each.to(dtype) if each.is_floating_point() else each
        for key, each in trained(network_of(OLD)).items()
    }
    answer = move(plain(tmp_path, state), tmp_path)
    assert answer["close"]
    found = torch.load(tmp_path / "new.pt", weights_only=True)
    assert found["head.weight"].dtype == dtype
    assert torch.equal(found["head.bias"], state["head.bias"])


def test_each_tensor_keeps_its_own_type(tmp_path: Path) -> None:
    """Statistics in float32 among weights in float16 lose nothing of their range."""
    state = {
        key: each.half() if each.is_floating_point() and "norm" not in key else each
        for key, each in trained(network_of(OLD)).items()
    }
    state["norm.running_var"] = torch.tensor([1e5, 2.0, 1e-9])
    answer = move(plain(tmp_path, state), tmp_path)
    assert answer["close"]
    assert answer["dtypes"] == ["float16", "float32"]
    found = torch.load(tmp_path / "new.pt", weights_only=True)
    assert {k: x.dtype for k, x in found.items()} == {
        key: each.dtype for key, each in state.items()
    }
    wide = state["norm.running_var"][[0, 1, 2, 0, 1]]
    assert torch.equal(found["norm.running_var"], wide)


def test_new_tensors_take_the_type_of_their_layer_or_of_most(tmp_path: Path) -> None:
    text = OLD.replace(
        "  - Linear: 3\n", "  - Linear: {out_features: 3, bias: false}\n"
    )
    new = OLD + "  - Linear: 2\n    name: more\n"
    state = {
        key: each.to(torch.float64 if "hidden" in key else torch.bfloat16)
        if each.is_floating_point()
        else each
        for key, each in trained(network_of(text)).items()
    }
    state["head.weight"] = state["head.weight"].to(torch.float64)
    found = move_between(text, new, plain(tmp_path, state), tmp_path)
    assert found["dtypes"] == ["float64", "bfloat16"]
    types = {
        key: each.dtype
        for key, each in torch.load(tmp_path / "new.pt", weights_only=True).items()
    }
    assert types["hidden.bias"] == types["more.weight"] == torch.float64
    assert types["head.bias"] == types["norm.running_mean"] == torch.bfloat16


def test_what_is_compared_is_what_is_written(tmp_path: Path) -> None:
    """Shares of 1/3 are rounded in bfloat16, which the outputs show."""
    state = {
        key: each.bfloat16() if each.is_floating_point() else each
        for key, each in trained(network_of(OLD)).items()
    }
    answer = move(plain(tmp_path, state), tmp_path)
    assert answer["close"]
    assert answer["rounded"]
    assert answer["largest"] > 1e-4


@pytest.mark.parametrize("own", ["hidden", "module"])
@pytest.mark.parametrize("before", ["", "_orig_mod.module.", "module._orig_mod."])
def test_what_torch_puts_before_keys_goes(
    own: str, before: str, tmp_path: Path
) -> None:
    """But for the name of the only layer, which may be the same."""
    text = f"name: Net\ninput: [4]\nlayers:\n  - Linear: 3\n    name: {own}\n"
    state = trained(network_of(text))
    path = plain(tmp_path, {before + key: each for key, each in state.items()})
    assert move_between(text, text, path, tmp_path)["close"]
    found = torch.load(tmp_path / "new.pt", weights_only=True)
    assert {k: x.tolist() for k, x in found.items()} == {
        key: each.tolist() for key, each in state.items()
    }


class Code:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, ("touch was-run",))


def wrong_shape(folder: Path) -> Path:
    state = trained(network_of(OLD))
    return plain(folder, state | {"hidden.weight": torch.zeros(9, 4)})


def run_of_another(folder: Path) -> Path:
    state = trained(network_of(OLD))
    return of_a_run(folder, state | {"hidden.weight": torch.zeros(7, 4)})


def another_network(folder: Path) -> Path:
    return plain(folder, {"body.weight": torch.zeros(2), "body.bias": torch.zeros(2)})


def truncated(folder: Path) -> Path:
    path = plain(folder, trained(network_of(OLD)))
    path.write_bytes(path.read_bytes()[:900])
    return path


def with_code(folder: Path) -> Path:
    (folder / "code.pt").write_bytes(pickle.dumps({"hidden.weight": Code()}))
    return folder / "code.pt"


def saved_with_code(folder: Path) -> Path:
    torch.save({"hidden.weight": Code()}, folder / "code.pt")
    return folder / "code.pt"


def other_tensor(
    key: str, change: Callable[[Tensor], Tensor]
) -> Callable[[Path], Path]:
    """Return what writes a checkpoint with one tensor of another kind."""

    def made(folder: Path) -> Path:
        state = trained(network_of(OLD))
        return plain(folder, state | {key: change(state[key])})

    return made


BAD = {
    other_tensor("head.weight", lambda x: x.to(torch.complex64)): (
        "old.pt: `head.weight` is complex64, which cannot become float32"
    ),
    other_tensor("head.weight", lambda x: x.to(torch.int8)): (
        "old.pt: `head.weight` is int8, which cannot become float32"
    ),
    other_tensor("norm.num_batches_tracked", lambda x: x.double()): (
        "old.pt: `norm.num_batches_tracked` is float64, which cannot become int64"
    ),
    other_tensor("head.weight", lambda x: x.to("meta")): (
        "old.pt: `head.weight` is on the device meta: it has no numbers"
    ),
    other_tensor("head.weight", lambda x: x.to_sparse()): (
        "old.pt: `head.weight` is no plain tensor, but sparse_coo: save it dense"
    ),
    wrong_shape: "`hidden.weight` is [9, 4], not [3, 4]",
    run_of_another: "the run says it is of `Tall` --set-old width=7",
    another_network: "old.yaml: has no `hidden.weight`; has no `hidden.bias`;",
    truncated: "it is incomplete or damaged",
    with_code: "it holds more than plain data and tensors",
    saved_with_code: "it holds more than plain data and tensors",
    lambda folder: folder / "nothing.pt": "No such file or directory",
    lambda folder: folder: "has no best.pt",
}


@pytest.mark.parametrize("made", BAD)
def test_bad_files_are_refused_in_a_line(
    made: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MoveError) as raised:
        move(made(tmp_path), tmp_path)
    assert BAD[made] in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "new.pt").exists()
    assert not (tmp_path / "was-run").exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(NEW, encoding="utf-8")
    plain(tmp_path, trained(network_of(OLD)))
    return tmp_path


def test_the_command_prints_the_plan_and_writes_the_file(folder: Path) -> None:
    args = ("migrate", "old.yaml", "new.yaml", "old.pt", "--out", "made/new.pt")
    done = run(args, folder)
    said = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "│ widened │" in said
    assert "2 kept, 7 widened\nthe outputs stay what they are\n" in said
    assert "outputs equal within 1e-6 on random inputs" in said
    assert "wrote made/new.pt: 9 tensors, float32" in said
    assert [each.name for each in (folder / "made").iterdir()] == ["new.pt"]
    again = run(args, folder)
    assert again.returncode == 2
    assert again.stderr.decode() == "Error: made/new.pt exists: name another file\n"


def test_the_old_spec_may_be_that_of_a_revision(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main")
    (folder / "net.yaml").write_text(OLD, encoding="utf-8")
    git(folder, "add", "net.yaml")
    git(folder, "commit", "-q", "-m", "A network")
    (folder / "net.yaml").write_text(NEW, encoding="utf-8")
    args = ("migrate", "--against", "main", "net.yaml", "--dry-run")
    done = run(args, folder)
    assert done.returncode == 0, done.stderr.decode()
    assert "2 kept, 7 widened" in done.stdout.decode()
    lost = run((*args[:2], "nowhere", *args[3:]), folder)
    assert lost.returncode == 2
    assert "git knows no revision `nowhere`" in lost.stderr.decode()


@pytest.mark.parametrize("checkpoint", [(), ("none.pt",)])
def test_a_dry_run_reads_and_writes_no_checkpoint(
    folder: Path, checkpoint: tuple[str, ...]
) -> None:
    args = ("migrate", "old.yaml", "new.yaml", *checkpoint, "--dry-run")
    done = run((*args, "--format", "json"), folder)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["exact"] is True
    assert found["counts"] == {"kept": 2, "widened": 7}
    assert found["tensors"][0] == {
        "key": "hidden.weight",
        "status": "widened",
        "from": "hidden.weight",
        "shape": [5, 4],
        "why": "from [3, 4]: units repeated",
    }


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("old.yaml", "new.yaml", "old.pt"), "Missing option '--out', or --dry-run"),
        (("old.yaml", "old.pt", "--out", "a.pt"), "expected OLD, NEW and CHECKPOINT"),
        (("old.yaml", "--dry-run"), "expected OLD, NEW and CHECKPOINT"),
        (
            ("old.yaml", "new.yaml", "old.pt", "--out", "a.txt"),
            "a.txt must end with .pt, .pth, .bin or .safetensors",
        ),
        (
            ("old.yaml", "new.yaml", "old.pt", "--out", "old.pt"),
            "old.pt is the checkpoint itself",
        ),
        (
            (
                "old.yaml",
                "new.yaml",
                "old.pt",
                "--out",
                "new.yaml.pt",
                "--against",
                "x",
            ),
            "expected NEW and CHECKPOINT, but got 3 names",
        ),
    ],
)
def test_wrong_usage(args: tuple[str, ...], said: str, folder: Path) -> None:
    before = (folder / "old.pt").read_bytes()
    done = run(("migrate", *args), folder)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert (folder / "old.pt").read_bytes() == before
