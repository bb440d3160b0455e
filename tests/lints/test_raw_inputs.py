"""MG568, MG569, MG578: what a network does first with images, words and numbers."""

from __future__ import annotations

import pytest

from mlpgen.diagnostics.explanations.explanation import trained

from .finds import in_spec

REST = ("Flatten", "Linear: 10")


def images(*layers: str) -> list[int]:
    return in_spec(trained(*layers, *REST), only=(568,))


@pytest.mark.parametrize(
    "first", ["div: 255", "mul: 0.0039", "div: 50", "mul: 255", "div: 0.02"]
)
def test_images_of_another_scale(first: str) -> None:
    assert images(first) == images("Flatten", first) == [568]
    assert images(f"Sequential: [{{{first}}}, Identity]") == [568]
    assert images(first, "BatchNorm2d") == []
    assert images("Conv2d: {out_channels: 4, kernel_size: 3}", first) == []


@pytest.mark.parametrize("first", ["div: 2", "mul: 2", "sub: 0.5", "div: {input: 1.0}"])
def test_images_that_are_changed_a_little(first: str) -> None:
    assert images(first) == []


def words(
    *layers: str, data: str = "{text: moods, units: words, vocabulary: 500}"
) -> list[int]:
    training = f"data: {data}, loss: CrossEntropyLoss, optimizer: Adam"
    listed = "".join(f"  - {each}\n" for each in (*layers, "Linear: 2"))
    text = "name: Net\ninput: {tokens: {shape: [6], dtype: int64}}\n"
    text += f"layers:\n{listed}training: {{{training}}}\n"
    return in_spec(text, only=(569,))


@pytest.mark.parametrize(
    "layers",
    [
        ("float",),
        ("float", "div: 5000"),
        ("float", "unsqueeze: 2", "GRU: 4\n    select: last"),
        (
            "unsqueeze: 1",
            "float",
            "Conv1d: {out_channels: 2, kernel_size: 3}",
            "Flatten",
        ),
    ],
    ids=str,
)
def test_words_that_are_taken_for_amounts(layers: tuple[str, ...]) -> None:
    assert words(*layers) == [569]
    assert words(*layers, data="{npz: a.npz}") == []


def test_words_with_vectors() -> None:
    assert words("Embedding: {num_embeddings: 500, embedding_dim: 4}", "Flatten") == []
    assert words("one_hot: 500", "float", "Flatten") == []


@pytest.mark.parametrize("first", ["ReLU", "GELU", "SiLU", "ELU"])
def test_examples_that_are_activated(first: str) -> None:
    def found(*layers: str) -> list[int]:
        return in_spec(trained(*layers, *REST), only=(578,))

    convolution = "Conv2d: {out_channels: 4, kernel_size: 3}"
    assert found(first, convolution) == found("Dropout: 0.1", first) == [578]
    assert found(convolution, first) == found("BatchNorm2d", first) == []
    assert found("sub: 0.5", first) == []
    both = (f"{first}:\n    name: a", f"{convolution}\n    from: input", "Identity")
    assert found(*both) == []


def test_activations_that_keep_what_is_below_0() -> None:
    assert in_spec(trained("Tanh", *REST), only=(578,)) == []
    assert in_spec(trained("LeakyReLU", *REST), only=(578,)) == []
