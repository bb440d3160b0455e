"""Free sizes: the code of a model holds for any length, height or width."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.proof.checks.errors import FailsError
from mlpgen.proof.checks.free_sizes import other_sizes
from tests.networks import model, network, network_of
from tests.test_prove_parameters import under

if TYPE_CHECKING:
    from pathlib import Path

ANY_LENGTH = """
name: AnyLength
input: {tokens: {shape: [length], dtype: int64}}
sizes: {length: 16}
layers:
  - Embedding: {num_embeddings: 32, embedding_dim: 8}
  - parameter: {shape: [16, 8], init: {normal_: {}}}
    name: position
  - slice: {dim: 0, end: "${length}"}
  - add:
    from: [embedding_1, slice_1]
"""


def code(text: str, style: str = "explicit") -> str:
    """Render the model of a spec."""
    loaded = network(yaml.safe_load(text))
    return api.render(loaded, style)[f"{loaded.graph.stem}.py"]


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("length", [1, 7, 16])
def test_positions_are_cut_to_the_length(style: str, length: int) -> None:
    """The case of the issue: any length up to that of the table."""
    loaded = network(yaml.safe_load(ANY_LENGTH))
    assert loaded.graph.total_parameters == 384
    made: Any = model(loaded, style)
    tokens = torch.arange(2 * length).view(2, length) % 32
    wanted = made.embedding_1.weight[tokens] + made.position[:length]
    assert torch.equal(made(tokens), wanted)
    text = code(ANY_LENGTH, style)
    assert "self.position[: tokens.shape[1]]" in text
    assert "tokens  int64 (N, length)" in text
    assert "float32 (N, length, 8)" in text


FORWARD = {
    "a single input is read before it is assigned to": (
        "[3, height, width]",
        """
  - Conv2d: {out_channels: 3, kernel_size: 3, stride: 2}
  - interpolate: {size: ["${height}", "${width}"]}
  - add:
    from: [input, interpolate_1]
""",
        """\
        height, width = x.shape[2:]
        return x + F.interpolate(self.conv2d_1(x), size=(height, width))
""",
    ),
    "one of its sizes": (
        "[3, height, width]",
        """
  - Conv2d: {out_channels: 3, kernel_size: 3, padding: 1}
  - slice: {dim: 2, start: "${height // 2}", end: "${height}"}
""",
        """\
        height = x.shape[2]
        output: Tensor = self.conv2d_1(x)[:, :, height // 2 : height]
        return output
""",
    ),
    "a plain slice": (
        "[3, height, width]",
        """
  - Conv2d: {out_channels: 3, kernel_size: 3, padding: 1}
  - slice: {dim: 2, start: 1, end: "${height}", step: 2}
""",
        """\
        height = x.shape[2]
        output: Tensor = self.conv2d_1(x)[:, :, 1:height:2]
        return output
""",
    ),
    "the size of one example": (
        "{image: [3, height, 8], more: [3, height, 8]}",
        """
  - cat: {dim: 1}
    from: [image, more]
  - reshape: [6, 2, "${4 * height}"]
""",
        """\
        x = torch.cat([image, more], dim=1)  # (N, 6, height, 8)
        return x.reshape(-1, 6, 2, 4 * image.shape[2])  # (N, 6, 2, 4 * height)
""",
    ),
    "a condition of a function": (
        "{image: [3, height, 8]}",
        """
  - Conv2d: {out_channels: 3, kernel_size: 1}
    name: height
  - flip: {dims: 2}
    when: "${height > 16}"
""",
        """\
        x: Tensor = self.height(image)
        if image.shape[2] > 16:
            x = x.flip(2)
        return x
""",
    ),
}


@pytest.mark.parametrize("name", FORWARD)
def test_forward_reads_sizes(name: str) -> None:
    """It reads them from inputs, as a person would write it."""
    inputs, layers, wanted = FORWARD[name]
    sizes = "{height: 32, width: 32}" if "width" in inputs else "{height: 32}"
    text = f"name: Net\ninput: {inputs}\nsizes: {sizes}\nlayers:{layers}"
    assert code(text).endswith(wanted)


BLOCKS = """
name: Net
parameters: {channels: 4, crop: 2}
input: {image: [3, height, width], other: [3, height, width]}
sizes: {height: 24, width: 16}
blocks:
  Shrink:
    parameters: {channels: 4}
    layers:
      - Conv2d: {out_channels: "${channels}", kernel_size: 3, stride: 2, padding: 1}
      - GroupNorm: 1
      - ReLU
  Same:
    input: [small, large]
    layers:
      - interpolate: {size: ["${large_height}", "${large_width}"]}
        from: small
      - cat: {dim: 1}
        from: [interpolate_1, large]
  Halves:
    parameters: {crop: 1}
    layers:
      - slice: {dim: 2, end: "${max(1, in_height // crop)}"}
      - Same:
        from: [slice_1, input]
  Whole:
    layers:
      - Shrink: {channels: "${in_channels}"}
        repeat: 2
      - Same:
        from: [shrink_1, input]
layers:
  - Sequential:
      - Shrink: {channels: "${channels}"}
      - Dropout: 0.25
    name: stem
    from: image
  - Whole:
    name: whole
  - Halves: {crop: "${crop}"}
  - Shrink: {channels: "${channels}"}
    name: second
    from: other
  - Same:
    from: [halves_1, second]
  - flatten: 2
  - Sequential:
      - Conv1d: {out_channels: 6, kernel_size: 1}
      - AdaptiveAvgPool1d: 1
  - flatten: 1
    name: features
outputs: [features, whole]
"""
SEQUENCES = """
name: Tagger
parameters: {width: 8}
input: {tokens: {shape: [length], dtype: int64}, mask: {shape: [length], dtype: bool}}
sizes: {length: 12}
blocks:
  Attend:
    input: [steps, mask]
    layers:
      - MultiheadAttention: {num_heads: 2, key_padding_mask: true}
        from: [steps, steps, steps, mask]
      - add:
        from: [steps, multihead_attention_1]
      - LayerNorm
layers:
  - Embedding: {num_embeddings: 30, embedding_dim: "${width}"}
    name: words
  - LSTM: {hidden_size: "${width // 2}", bidirectional: true}
    name: read
  - Attend:
    from: [read, mask]
  - transpose: {dim0: 1, dim1: 2}
  - Conv1d: {out_channels: 5, kernel_size: 3, padding: 1}
  - reshape: ["${length}", 5]
"""


def proved(text: str, folder: Path, change: str = "") -> str:
    """Run the check of other sizes on a spec; its code may get a mistake."""
    old, _, new = change.partition(" => ")
    assert all(old in code(text, style) for style in api.STYLES)
    tried = under(yaml.safe_load(text), folder, *[(old, new)] * bool(old))
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return other_sizes(tried)


def test_sequences_of_any_length(tmp_path: Path) -> None:
    """Recurrent layers and attention take any length."""
    assert "length 2, length 3, length 4" in proved(SEQUENCES, tmp_path)
    assert "x.reshape(-1, tokens.shape[1], 5)" in code(SEQUENCES)


def test_blocks_of_any_size(tmp_path: Path) -> None:
    """Blocks take sizes of any input, in nested blocks, rounds and `Sequential`s."""
    found = proved(BLOCKS, tmp_path)
    assert found.startswith("as the spec says with height 2 and width 2, height 3 and ")
    text = code(BLOCKS)
    assert "def __init__(self, channels: int = 4, crop: int = 2)" in text
    assert "large_height, large_width = large.shape[2:]" in text
    assert "in_height" not in text.replace("N, in_channels, in_height", "")


def test_prove_finds_code_that_is_made_for_the_example(tmp_path: Path) -> None:
    """It says with which sizes the code fails."""
    found = proved(ANY_LENGTH, tmp_path)
    assert found == "as the spec says with length 2, length 3, length 4"
    with pytest.raises(FailsError, match=r"with length 2$"):
        proved(ANY_LENGTH, tmp_path, ": tokens.shape[1] => : 16")
    with pytest.raises(FailsError, match=r"is not what the spec says.*with length 3$"):
        rolled = ".roll(int(tokens.shape[1] == 3), 0)"
        change = f": tokens.shape[1]] => : tokens.shape[1]]{rolled}"
        proved(ANY_LENGTH, tmp_path, change)


def test_the_code_does_not_depend_on_the_example() -> None:
    """Only the hash of the spec does not either: it covers the code."""
    other = ANY_LENGTH.replace("length: 16", "length: 9")
    for style in api.STYLES:
        assert code(ANY_LENGTH, style) == code(other, style)


TWO_LENGTHS = """
name: TwoLengths
input: {source: [long, 4], target: [short, 4]}
sizes: {long: 7, short: 5}
blocks:
  Position:
    layers:
      - parameter: {shape: [16, 4], init: {normal_: {}}}
        name: table
      - slice: {dim: 0, end: "${in_channels}"}
      - add:
        from: [input, slice_1]
  Embedded:
    layers:
      - Linear: 4
      - Position:
        name: position
layers:
  - Embedded:
    from: source
    name: embedded
  - mean: 1
    name: first
  - share: embedded
    from: target
  - mean: 1
  - add:
    from: [first, mean_1]
"""


def test_lengths_share_a_block_that_reads_its_own(tmp_path: Path) -> None:
    """What reads its size in each call is not made for the size of one of them."""
    assert "long 2 and short 3" in proved(TWO_LENGTHS, tmp_path)
    text = code(TWO_LENGTHS)
    assert text.count("= Embedded(4)") == 1
    assert "self.embedded(source)" in text
    assert "self.embedded(target)" in text


UNSLICED = """
name: Net
input: [3, height, width]
sizes: {height: 16, width: 16}
layers:
  - Conv2d: {out_channels: 3, kernel_size: 3, stride: 2, padding: 1}
  - Upsample: {scale_factor: 2}
  - add:
    from: [input, upsample_1]
"""


def test_a_size_that_fits_now_and_then_is_free() -> None:
    """The network takes even sizes only; with an odd example it is a mistake."""
    assert "height" in code(UNSLICED)
    with pytest.raises(SpecError, match="cannot combine"):
        code(UNSLICED.replace("height: 16", "height: 17"))


def test_a_causal_convolution_cuts_what_it_padded_for_any_kernel() -> None:
    """The end of the slice is below 0 for any kernel with something to cut."""
    loaded = network_of("""\
name: Net
parameters: {kernel: 3, depth: 2}
input: [4, length]
sizes: {length: 12}
blocks:
  Causal:
    parameters: {kernel: 3, dilation: 1}
    layers:
      - Conv1d: {out_channels: "${in_channels}", kernel_size: "${kernel}",
                 padding: "${(kernel - 1) * dilation}", dilation: "${dilation}"}
        name: conv
      - slice: {dim: 2, end: "${-(kernel - 1) * dilation}"}
      - add:
        from: [slice_1, input]
layers:
  - Causal: {kernel: "${kernel}", dilation: "${2 ** index}"}
    repeat: "${depth}"
""")
    assert loaded.warnings == ()
    for style in api.STYLES:
        made = model(loaded, style)
        for length in (12, 5):
            assert made(torch.randn(2, 4, length)).shape == (2, 4, length)
