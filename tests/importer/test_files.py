"""A file of torch.export becomes the spec of the model that it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mlpgen.cli import run
from mlpgen.importer import session
from mlpgen.importer.recorder.files.batches import with_batch
from mlpgen.importer.recorder.files.loaded import load_file
from mlpgen.importer.recorder.initial_values import InitialValues
from mlpgen.importer.recorder.inputs import drawn
from mlpgen.importer.recorder.main import record
from mlpgen.importer.recorder.target import TargetError
from mlpgen.importer.spec import spec_of

from .forked import Forked, start_server
from .networks import NETWORKS, Network

SPECS = Path(__file__).parent / "specs"


class Encoder(nn.Module):
    """An encoder with a mask, and attention to something else."""

    def __init__(self, depth: int = 2) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.last = nn.TransformerEncoderLayer(8, 2, 16, norm_first=True)
        self.cross = nn.MultiheadAttention(8, 4, batch_first=True)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        mask = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
        x = self.encoder(x)
        x = self.last(x.transpose(0, 1), mask).transpose(0, 1)
        found, _ = self.cross(x, memory, memory)
        return found + x


ENCODER = Network(Encoder, (("x", (5, 8), "float32"), ("memory", (6, 8), "float32")))


def exported(network: Network, path: Path, batch: int, *, fixed: bool) -> nn.Module:
    """Export a network, and return it."""
    torch.manual_seed(0)
    model = network.cls(**network.arguments).eval()
    args = tuple(
        torch.randn(batch, *shape)
        if dtype == "float32"
        else torch.zeros(batch, *shape, dtype=getattr(torch, dtype))
        for _, shape, dtype in network.inputs
    )
    size = torch.export.Dim("batch")
    dynamic = None if fixed else tuple({0: size} for _ in args)
    torch.export.save(torch.export.export(model, args, dynamic_shapes=dynamic), path)
    return model


@pytest.fixture
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    start_server()
    monkeypatch.setattr(session.subprocess, "Popen", Forked)


def test_a_file_reads_as_the_model_that_it_was_made_from(tmp_path: Path) -> None:
    path = tmp_path / "residual.pt2"
    exported(NETWORKS["residual"], path, 1, fixed=True)
    found = load_file(str(path))
    out = spec_of(record(found.model, {}, InitialValues(), found.inputs)).text
    golden = (SPECS / "residual.yaml").read_text("utf-8")
    known = [line for line in golden.splitlines() if "description" not in line]
    known = [line.replace("planes", "out_channels") for line in known]
    known = [line.replace("${num_classes}", "10") for line in known]
    lines = [line.replace('"10"', "10") for line in known if "num_classes" not in line]
    assert out.splitlines() == lines


@pytest.mark.filterwarnings("ignore:The tensor attributes")
@pytest.mark.parametrize(
    ("network", "batch", "fixed"),
    [
        (NETWORKS["tokens"], 1, True),
        (NETWORKS["shared"], 3, False),
        (NETWORKS["batch_second"], 1, True),
        (NETWORKS["in_place"], 2, True),
        (ENCODER, 2, False),
    ],
    ids=["tokens", "shared", "batch_second", "in_place", "encoder"],
)
def test_the_modules_of_a_file_are_those_of_its_author(
    tmp_path: Path, network: Network, batch: int, fixed: bool
) -> None:
    model = exported(network, tmp_path / "net.pt2", batch, fixed=fixed)
    found = load_file(str(tmp_path / "net.pt2"))
    assert [each["status"] for each in found.checks] == ["ok", "note"]
    assert [*found.model.state_dict()] == [*model.state_dict()]
    inputs = [*drawn(found.inputs, 4).values()]
    with torch.no_grad():
        wanted, got = model(*inputs), found.model(*inputs)
    torch.testing.assert_close(got, wanted, atol=1e-6, rtol=1e-5)
    layers = {
        path: type(module)
        for path, module in model.named_modules()
        if type(module).__module__.startswith("torch.nn.modules")
    }
    same = {path: type(module) for path, module in found.model.named_modules()}
    assert {path: same[path] for path in layers} == layers


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.pt2", "there is no file `none.pt2`"),
        ("text.pt2", "`text.pt2` is no file of torch.export.save"),
    ],
)
@pytest.mark.usefixtures("_forked")
def test_a_file_without_a_model_is_said(
    name: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.pt2").write_text("text", "utf-8")
    assert run(["import", name]) == 2
    assert message in capsys.readouterr().err.replace("\n", " ")


class Still(nn.Module):
    """A model without inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))

    def forward(self) -> Tensor:
        return self.weight * 2


def test_a_file_without_inputs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "still.pt2"
    torch.export.save(torch.export.export(Still(), ()), path)
    with pytest.raises(TargetError, match=r"still\.pt2` takes no inputs"):
        load_file(str(path))


def test_inputs_beside_a_file_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "net.pt2", "--input", "3"]) == 2
    assert "`net.pt2` has its inputs and arguments inside" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "sizes", "shape", "now", "wanted"),
    [
        ("view", [2, 12], (2, 3, 4), (5, 3, 4), [5, 12]),
        ("view", [2, -1], (2, 3, 4), (5, 3, 4), [5, -1]),
        ("view", [-1, 12], (2, 3, 4), (5, 3, 4), [-1, 12]),
        ("view", [8, 4, 3], (2, 4, 4, 3), (5, 4, 4, 3), [20, 4, 3]),
        ("view", [1, 4, 3], (1, 12), (5, 12), [5, 4, 3]),
        ("view", [7, 8, 3], (7, 1, 24), (7, 5, 24), [7, 40, 3]),
        ("view", [3, 4], (12,), (12,), [3, 4]),
        ("expand", [2, -1, 4], (1, 1, 4), (1, 1, 4), [5, -1, 4]),
        ("expand", [-1, 3, 4], (2, 1, 4), (5, 1, 4), [-1, 3, 4]),
    ],
)
def test_a_fixed_batch_is_another_one(
    kind: str,
    sizes: list[int],
    shape: tuple[int, ...],
    now: tuple[int, ...],
    wanted: list[int],
) -> None:
    batch = 1 if (1 in (sizes[0], shape[0]) and kind == "view") or shape[0] == 7 else 2
    args: tuple[Any, ...] = (torch.zeros(now), sizes)
    assert with_batch(kind, args, shape, (batch, 5))[1] == wanted


def test_a_fixed_batch_of_tensors_that_are_made() -> None:
    assert with_batch("zeros", ([2, 3],), (), (2, 5)) == ([5, 3],)
    assert with_batch("arange", ([2, 3],), (), (2, 5)) == ([2, 3],)


def onnx_file(network: Network, path: Path) -> nn.Module:
    """Write a network as ONNX, for any batch, and return it."""
    torch.manual_seed(0)
    model = network.cls(**network.arguments).eval()
    args = tuple(torch.randn(2, *shape) for _, shape, _ in network.inputs)
    names = [name or f"x{at}" for at, (name, _, _) in enumerate(network.inputs)]
    axes = {name: {0: "batch"} for name in names}
    torch.onnx.export(
        model, args, path, dynamo=False, input_names=names, dynamic_axes=axes
    )
    return model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["residual", "shared", "tokens", "numbered", "loop"])
def test_a_file_of_onnx_computes_the_same(tmp_path: Path, name: str) -> None:
    pytest.importorskip("onnxruntime")
    path = tmp_path / "net.onnx"
    model = onnx_file(NETWORKS[name], path)
    found = load_file(str(path))
    assert [each["status"] for each in found.checks] == ["ok", "note"]
    inputs = [*drawn(found.inputs, 4).values()]
    with torch.no_grad():
        torch.testing.assert_close(
            found.model(*inputs), model(*inputs), atol=1e-5, rtol=1e-4
        )
    kinds = (nn.Linear, nn.Conv2d)
    layers = {path for path, m in model.named_modules() if isinstance(m, kinds)}
    same = {path for path, m in found.model.named_modules() if isinstance(m, kinds)}
    assert {path.removesuffix(".0") for path in same} == {
        path.removesuffix(".0") for path in layers
    }


@pytest.mark.filterwarnings("ignore")
def test_an_input_of_onnx_without_a_name_is_x(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    path = tmp_path / "net.onnx"
    torch.onnx.export(nn.Linear(8, 1), (torch.randn(2, 8),), path, dynamo=False)
    assert [each.name for each in load_file(str(path)).inputs] == ["x"]


@pytest.mark.filterwarnings("ignore")
def test_layers_that_begin_equal_have_tensors_of_their_own(tmp_path: Path) -> None:
    """The exporter keeps their equal tensors once."""
    pytest.importorskip("onnx")
    norms = [nn.LayerNorm(6), nn.ReLU(), nn.LayerNorm(6)]
    network = Network(lambda: nn.Sequential(*norms), (("x", (6,), "float32"),))
    model = onnx_file(network, tmp_path / "net.onnx")
    found = load_file(str(tmp_path / "net.onnx")).model
    assert {*found.state_dict()} == {*model.state_dict()}


def test_an_operator_that_is_not_known_is_named(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    made, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = made.make_graph(
        [made.make_node("Celu", ["x"], ["y"], name="odd")],
        "net",
        [made.make_tensor_value_info("x", kind, ["batch", 3])],
        [made.make_tensor_value_info("y", kind, ["batch", 3])],
    )
    opsets = [made.make_opsetid("", 17)]
    onnx.save(made.make_model(graph, opset_imports=opsets), tmp_path / "net.onnx")
    with pytest.raises(TargetError, match=r"there is nothing for `Celu` \(`odd`\)"):
        load_file(str(tmp_path / "net.onnx"))


def test_no_onnx_is_said(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    (tmp_path / "net.onnx").write_text("text")
    with pytest.raises(TargetError, match="is no file of ONNX"):
        load_file(str(tmp_path / "net.onnx"))
