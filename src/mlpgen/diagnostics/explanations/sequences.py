"""Mistakes with sequences: their ends, and their padding."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation, spec

_TRANSLATED = (
    "Transformer: {nhead: 2, num_encoder_layers: 1, num_decoder_layers: 1, "
    "dim_feedforward: 8, src_key_padding_mask: true"
)
_SENTENCES = "{source: [7, 8], target: [5, 8], padding: {shape: [7], dtype: bool}}"

SEQUENCES = {
    "MG324": Explanation(
        "Attention to the padding of a source",
        "A `src_key_padding_mask` hides padding from the encoder. The decoder attends "
        "to what the encoder returns, where torch has zeros for padding in "
        "evaluation, and other numbers in training. A `memory_key_padding_mask` hides "
        "it there, too; mostly it is the same tensor.",
        spec(
            f"{_TRANSLATED}}}\n    from: [source, target, padding]",
            image=_SENTENCES,
        ),
        spec(
            f"{_TRANSLATED}, memory_key_padding_mask: true}}\n"
            "    from: [source, target, padding, padding]",
            image=_SENTENCES,
        ),
    ),
}
