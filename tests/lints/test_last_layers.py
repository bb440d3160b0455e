"""What is between the last layer that learns and a loss (MG504)."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec

CROSS, NLL, BINARY = "CrossEntropyLoss", "NLLLoss", "BCELoss"
LOGITS, MARGIN, RATES = "BCEWithLogitsLoss", "MultiMarginLoss", "PoissonNLLLoss"
END = "{Linear: 4}"
WRONG: list[tuple[str, str, int]] = [
    (f"{END}, ReLU", CROSS, 1),
    (f"{END}, relu", CROSS, 1),
    (f"{END}, Tanh", CROSS, 1),
    (f"{END}, LeakyReLU", CROSS, 1),
    (f"{END}, GELU, Identity", CROSS, 1),
    (f"{END}, {{clamp: {{min: 0}}}}", CROSS, 1),
    (f"{END}, {{Hardtanh: {{min_val: -2}}}}", CROSS, 1),
    (f"{END}, {{normalize: {{dim: 1}}}}", CROSS, 1),
    (f"{END}, {{Dropout: 0.5}}", CROSS, 1),
    (f"{END}, {{div: 100}}", CROSS, 1),
    (f"{END}, {{mul: 1000}}", CROSS, 1),
    (f"{END}, {{mul: 0.001}}, {{LogSoftmax: 1}}", NLL, 1),
    (f"{END}, {{dropout: 0.1}}", CROSS, 1),
    (f"{END}, AlphaDropout", CROSS, 1),
    (f"{END}, square, neg", CROSS, 1),
    (f"{END}, BatchNorm1d", CROSS, 1),
    (f"{END}, LayerNorm", CROSS, 1),
    (f"{END}, BatchNorm1d, ReLU, {{Dropout: 0.5}}", CROSS, 3),
    (f"{END}, ReLU, {{unsqueeze: 1}}, {{squeeze: 1}}", CROSS, 1),
    (f"{END}, tanh, {{mul: 2}}", CROSS, 1),
    (f"{{Sequential: [{END}, ReLU]}}", CROSS, 1),
    (f"{{Sequential: [{END}, ReLU], repeat: 2}}", CROSS, 1),
    (f"{END}, {{ReLU: , when: true}}", CROSS, 1),
    ("{LSTM: 4, select: last}", CROSS, 1),
    ("{GRU: 4, select: last}, {Dropout: 0.5}", CROSS, 2),
    (f"{END}, ReLU, {{LogSoftmax: 1}}", NLL, 1),
    (f"{END}, relu, {{softmax: 1}}, log", NLL, 1),
    (f"{END}, {{LogSoftmax: 1}}, Dropout", NLL, 1),
    (f"{END}, Softplus, Sigmoid", BINARY, 1),
    (f"{END}, Softplus, {{clamp: {{max: 1}}}}", BINARY, 1),
    (f"{END}, {{Dropout: 0.2}}, sigmoid", BINARY, 1),
    (f"{END}, Tanh", LOGITS, 1),
    (f"{END}, BatchNorm1d", LOGITS, 1),
    (f"{END}, Softmax", BINARY, 1),
    (f"{END}, {{Sequential: [{{softmax: 1}}]}}", BINARY, 1),
    (f"{END}, BatchNorm1d", "MSELoss", 1),
    (f"{END}, {{Sequential: [BatchNorm1d]}}, {{mul: 2}}", "L1Loss", 1),
    (f"{END}, Softmax", MARGIN, 1),
    (f"{END}, Sigmoid", MARGIN, 1),
    (f"{END}, {{Dropout: 0.5}}", "MSELoss", 1),
    (f"{END}, {{Dropout: 0.5}}", "L1Loss", 1),
    (f"{END}, Softplus", RATES, 1),
    (f"{END}, exp", RATES, 1),
]
RIGHT: list[tuple[str, str]] = [
    (END, CROSS),
    (f"{END}, {{div: 8}}", CROSS),
    (f"{END}, {{mul: 30}}", CROSS),
    (f"{END}, {{mul: 1000}}", "MSELoss"),
    (f"ReLU, {{Dropout: 0.5}}, {END}", CROSS),
    (f"{END}, LayerNorm, {END}", CROSS),
    (f"{END}, {{div: 30}}, tanh, {{mul: 30}}", CROSS),
    (f"{END}, {{clamp: {{min: -10, max: 10}}}}", CROSS),
    (f"{END}, {{Dropout: 0.0}}", CROSS),
    (f"{END}, {{ReLU: , when: false}}", CROSS),
    (f"{END}, {{mul: 0.5}}, {{add: 1}}", CROSS),
    ("{LSTM: {hidden_size: 8, proj_size: 4}, select: last}", CROSS),
    ("{LSTM: 4, select: last}, {Linear: 4}", CROSS),
    (f"{END}, {{LogSoftmax: 1}}", NLL),
    (f"{END}, Sigmoid", BINARY),
    ("{Linear: 2}, Softmax", BINARY),
    (f"{END}, {{clamp: {{min: 0, max: 1}}}}", BINARY),
    (f"{END}, tanh, {{add: 1}}, {{div: 2}}, Identity", BINARY),
    (f"{END}, {{LogSoftmax: 1}}", MARGIN),
    (f"{END}, ReLU", "MSELoss"),
    (f"{END}, Softplus", "MSELoss"),
    (f"{END}, LayerNorm", "MSELoss"),
    (f"{END}, BatchNorm1d, {END}", "MSELoss"),
    (f"{END}, BatchNorm1d, Softplus", "MSELoss"),
    ("{LSTM: 4, select: last}", "MSELoss"),
    (f"{END}, Tanh", "HuberLoss"),
    (f"{END}, Softplus", "{PoissonNLLLoss: {log_input: false}}"),
    (END, RATES),
    (
        "{Linear: 4, name: a}, {parameter: [4, 4], name: b}, "
        "{cdist: , from: [a, b]}, square, neg",
        CROSS,
    ),
    (f"{END}, {{custom: {{path: a.py, class: A, output: [4]}}}}", CROSS),
    (f"{END}, ReLU", "{custom: {path: a.py, function: loss_of}}"),
]


def found(layers: str, loss: str, image: str = "[4]", data: str = "") -> list[str]:
    """Return the names that messages begin with."""
    data = data or "{npz: a.npz}"
    shape = "[3, 4]" if "LSTM" in layers or "GRU" in layers else image
    text = f"name: Net\ninput: {shape}\nlayers: [{layers}]\n"
    text += f"training: {{data: {data}, loss: {loss}, optimizer: Adam}}\n"
    found = [each for each in api.lint(network_of(text)) if each.code == "MG504"]
    return [each.message.split("`")[1] for each in found]


@pytest.mark.parametrize(("layers", "loss", "count"), WRONG)
def test_what_bends_scores(layers: str, loss: str, count: int) -> None:
    assert len(found(layers, loss)) == count


@pytest.mark.parametrize(("layers", "loss"), RIGHT)
def test_what_leaves_them(layers: str, loss: str) -> None:
    assert found(layers, loss) == []


CONV = "{Conv2d: {out_channels: 4, kernel_size: 1}}"
IMAGES = [
    (f"{CONV}, ReLU", 1),
    (f"{CONV}, ReLU, {{Upsample: {{scale_factor: 2}}}}", 1),
    (f"{CONV}, BatchNorm2d, ReLU", 2),
    (f"{CONV}, {{Upsample: {{scale_factor: 2}}}}", 0),
    (f"{CONV}, ReLU, {{AdaptiveAvgPool2d: 1}}, Flatten", 0),  # SqueezeNet
    (f"{CONV}, Dropout2d, {{AdaptiveAvgPool2d: 1}}, Flatten", 0),
    (f"{CONV}, ReLU, {{mean: [2, 3]}}", 0),
]


@pytest.mark.parametrize(("norm", "count"), [("LayerNorm", 1), ("ReLU", 0)])
def test_columns_of_a_table_have_no_common_scale(norm: str, count: int) -> None:
    table = "{csv: a.csv, target: [a, b, c, d]}"
    assert len(found(f"{END}, {norm}", "MSELoss", data=table)) == count


@pytest.mark.parametrize(("layers", "count"), IMAGES)
def test_scores_of_places_and_their_means(layers: str, count: int) -> None:
    assert len(found(layers, CROSS, image="[3, 8, 8]")) == count


REBUILT = "Flatten, {Linear: 784}, {Unflatten: {dim: 1, unflattened_size: [1, 28, 28]}}"


@pytest.mark.parametrize(
    ("layers", "loss", "count"),
    [
        (f"{REBUILT}, BatchNorm2d, Sigmoid", BINARY, 0),
        (f"{REBUILT}, Sigmoid", BINARY, 0),
        (f"{REBUILT}, ReLU, Sigmoid", BINARY, 1),
        (f"{REBUILT}, ReLU", "MSELoss", 0),
        (f"{REBUILT}, Dropout", "MSELoss", 1),
    ],
)
def test_images_that_are_restored(layers: str, loss: str, count: int) -> None:
    assert len(found(layers, loss, "[1, 28, 28]", "mnist")) == count


def test_each_loss_has_its_output() -> None:
    layers = "{Linear: 4, name: a}, {ReLU: , name: b}, {Linear: 4, name: c}"
    text = f"""
name: Net
input: [4]
layers: [{layers}]
outputs: [a, b, c]
training:
  data: {{npz: a.npz}}
  loss:
    - {{CrossEntropyLoss: , on: a}}
    - {{CrossEntropyLoss: , on: b}}
    - {{CrossEntropyLoss: , on: c}}
  optimizer: Adam
"""
    said = [each.message for each in api.lint(network_of(text)) if each.code == "MG504"]
    assert said == [
        "`b` makes the scores of `a` numbers of at least 0 before `CrossEntropyLoss`"
    ]


def test_in_a_block_that_is_used_elsewhere_it_cannot_be_removed() -> None:
    text = """
name: Net
input: [4]
blocks: {Layer: {layers: [{Linear: 4}, ReLU]}}
layers: [Layer, Layer]
training: {data: {npz: a.npz}, loss: CrossEntropyLoss, optimizer: Adam}
"""
    (said,) = [each for each in api.lint(network_of(text)) if each.code == "MG504"]
    assert said.help == "end with a layer of its own, without `ReLU`"
    assert said.fix is None


def test_the_fix_removes_the_layer() -> None:
    text = "name: Net\ninput: [4]\nlayers:\n  - Linear: 4\n  - ReLU\n"
    text += "training: {data: {npz: a.npz}, loss: CrossEntropyLoss, optimizer: Adam}\n"
    (said,) = [each for each in api.lint(network_of(text)) if each.code == "MG504"]
    assert said.fix is not None
    (edit,) = said.fix.edits
    assert edit.text == ""
    assert (edit.span.line, edit.span.end_line) == (5, 6)


COSINE = """\
name: Net
input: {{left: [8], right: [8]}}
layers:
  - Linear: 8
    from: left
  - cosine_similarity: {{dim: 1}}
    from: [linear_1, right]
  - unsqueeze: 1
{more}training: {{data: {{npz: a.npz}}, loss: {loss}, optimizer: Adam, epochs: 9}}
"""


@pytest.mark.parametrize(
    ("more", "loss", "codes"),
    [
        ("", "BCEWithLogitsLoss", [504]),
        ("  - mul: 20.0\n", "BCEWithLogitsLoss", []),
        ("  - Linear: 1\n", "BCEWithLogitsLoss", []),
        ("  - add: 1\n  - div: 2\n", "BCELoss", []),
        ("", "MSELoss", []),
    ],
)
def test_a_cosine_without_a_temperature(more: str, loss: str, codes: list[int]) -> None:
    assert in_spec(COSINE.format(more=more, loss=loss), only=(504,)) == codes


COSINES = {
    "matmul": "{normalize: {dim: 1}, name: a}, {parameter: [8, 100]}, "
    "{normalize: {dim: 0}, name: b}, {matmul: , from: [a, b], name: out}",
    "turned": "{normalize: {dim: 1}, name: a}, {parameter: [100, 8]}, "
    "{normalize: {dim: -1}}, {transpose: {dim0: 0, dim1: 1}, name: b}, "
    "{matmul: , from: [a, b], name: out}",
    "sum": "{normalize: {dim: 1}}, {unsqueeze: 1, name: a}, "
    "{parameter: [1, 100, 8]}, {normalize: {dim: -1}, name: b}, "
    "{mul: , from: [a, b]}, {sum: 2, name: out}",
    "letters": "{normalize: {dim: 1}, name: a}, {parameter: [100, 8]}, "
    "{normalize: {dim: 1}, name: b}, {einsum: 'nd,cd->nc', from: [a, b], name: out}",
    "divided": "{Linear: 8, name: x}, {vector_norm: {dim: 1, keepdim: true}, name: n}, "
    "{div: , from: [x, n], name: a}, {parameter: [8, 100]}, "
    "{normalize: {dim: 0}, name: b}, {matmul: , from: [a, b], name: out}",
}
LEARNED = ", {parameter: [1], name: scale}, {mul: , from: [out, scale]}"


@pytest.mark.parametrize("spelled", COSINES)
def test_cosines_are_too_close(spelled: str) -> None:
    layers = f"{{Linear: 8}}, {COSINES[spelled]}"
    assert found(layers, CROSS) == ["out"]
    assert found(f"{layers}, {{mul: 2}}", CROSS) == ["out"]
    assert found(f"{layers}, {{mul: 16}}", CROSS) == []
    assert found(layers + LEARNED, CROSS) == []


@pytest.mark.parametrize(
    "layers",
    [
        COSINES["matmul"].replace("{normalize: {dim: 0}, ", "{mul: 1.0, "),
        COSINES["matmul"].replace("dim: 0", "dim: 1"),
        COSINES["letters"].replace(
            "{parameter: [100, 8]}, {normalize: {dim: 1}",
            "{parameter: [100, 8]}, {normalize: {dim: 0}",
        ),
        COSINES["sum"].replace("{dim: -1}", "{dim: 1}"),
    ],
)
def test_products_that_are_no_cosines(layers: str) -> None:
    assert found(f"{{Linear: 8}}, {layers}", CROSS) == []
