"""What `forward` is called with: `--input batch.image=3,8,8`, or an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn

from mlpgen.importer.recorder.examples import read_example
from mlpgen.importer.recorder.inputs import (
    Given,
    arguments,
    drawn,
    inputs_of,
    inputs_with_values,
    said,
)
from mlpgen.importer.recorder.target import TargetError
from mlpgen.importer.recording import Input

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Batch:
    image: Tensor
    tokens: Tensor


class Pair(NamedTuple):
    image: Tensor
    tokens: Tensor


def model(kind: Any) -> nn.Module:
    """Return a model whose only argument has an annotation."""

    class Net(nn.Module):
        def forward(self, batch: Any, mask: Any = None) -> Any: ...

    Net.forward.__annotations__ = {"batch": kind}
    return Net()


RAW: list[Any] = [("batch.image", (3,), "float32"), ("batch.tokens", (5,), "int64")]
EXAMPLE = {"image": torch.ones(4, 3), "tokens": torch.full((4, 5), 30)}


@pytest.mark.parametrize("kind", [Batch, Pair, dict, dict[str, Tensor], Any])
def test_an_argument_is_built_as_it_is_annotated(kind: Any) -> None:
    net = model(kind)
    given = drawn(inputs_of(net, RAW), 2)
    batch: Any
    (batch,) = arguments(net, given).values()
    fields = (
        batch
        if isinstance(batch, dict)
        else batch._asdict()
        if kind is Pair
        else vars(batch)
    )
    assert type(batch) is (kind if kind in (Batch, Pair) else dict)
    assert fields["image"] is given["batch.image"]
    assert fields["tokens"].shape == (2, 5)
    assert [each.name for each in said(inputs_of(net, RAW))] == ["image", "tokens"]


@pytest.mark.parametrize(("kind", "type_"), [(Any, list), (tuple[Tensor, ...], tuple)])
def test_numbers_are_the_members_of_a_list(kind: Any, type_: Any) -> None:
    net = model(kind)
    inputs = inputs_of(net, [(f"batch.{at}", (at + 1,), "bool") for at in range(11)])
    batch: Any
    (batch,) = arguments(net, drawn(inputs, 2)).values()
    assert type(batch) is type_
    assert [each.shape[1] for each in list(batch)] == [*range(1, 12)]
    assert said(inputs)[10] == Input("batch_10", (11,), "bool")


@pytest.mark.parametrize(
    "example",
    [EXAMPLE, {"batch": EXAMPLE}, [EXAMPLE]],
    ids=["the fields", "by name", "by place"],
)
def test_an_example_is_what_forward_takes(example: Any) -> None:
    net = model(Batch)
    if example is EXAMPLE:
        net.__class__.forward = lambda self, batch: batch
    inputs = inputs_with_values(net, example)
    assert [each[:3] for each in inputs] == RAW
    assert drawn(inputs, 9)["batch.tokens"].tolist() == [[30] * 5] * 9


def test_the_values_of_an_example_are_repeated() -> None:
    given = Given("x", (1,), "float32", torch.tensor([[1.0], [2.0]]))
    assert given.drawn(3).tolist() == [[1], [2], [1]]


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ("text", "the example is no tensor, list or dict but `str`"),
        ({"batch": 3}, "`batch` of the example is no tensor but `int`"),
        (torch.tensor(3.0), "`batch` of the example has no batch in its first"),
        (
            [torch.ones(2, 1), torch.ones(3, 1)],
            "the batch; here it has the sizes 2 and 3",
        ),
        ([torch.ones(2)] * 3, "the example has 3 tensors, `forward` takes 2"),
        ({"image": torch.ones(2)}, "`forward` of `Net` cannot be called so"),
    ],
)
def test_what_is_no_example_is_said(example: Any, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        inputs_with_values(model(Any), example)


def test_files_of_examples(tmp_path: Path) -> None:
    numpy, safetensors = (
        pytest.importorskip("numpy"),
        pytest.importorskip("safetensors.torch"),
    )
    x = torch.arange(6.0).reshape(2, 3)
    torch.save((x,), tmp_path / "x.pt")
    numpy.save(tmp_path / "x.npy", x.numpy())
    numpy.savez(tmp_path / "x.npz", x=x.numpy())
    safetensors.save_file({"x": x}, tmp_path / "x.safetensors")
    found = {path.suffix: read_example(str(path)) for path in tmp_path.iterdir()}
    for each in (
        found[".pt"][0],
        found[".npy"],
        found[".npz"]["x"],
        found[".safetensors"]["x"],
    ):
        assert torch.equal(each, x)


def test_a_file_that_is_no_example_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_text("text")
    with pytest.raises(
        TargetError, match=r"`.*x.pt` is no file with a tensor, or a list"
    ):
        read_example(str(tmp_path / "x.pt"))
    with pytest.raises(TargetError, match="there is no file"):
        read_example(str(tmp_path / "y.pt"))
