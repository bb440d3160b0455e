"""Mistakes with sequences: their ends, and their padding."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation, spec

_TRANSLATED = (
    "Transformer: {nhead: 2, num_encoder_layers: 1, num_decoder_layers: 1, "
    "dim_feedforward: 8, src_key_padding_mask: true"
)
_SENTENCES = "{source: [7, 8], target: [5, 8], padding: {shape: [7], dtype: bool}}"

_LENGTHS = "{steps: [12, 4], lengths: {shape: [1], dtype: int64}}"

SEQUENCES = {
    "MG323": Explanation(
        "The last step of two directions",
        "A layer with `bidirectional: true` also reads the sequence backwards. That "
        "half begins at the last step, so there it knows one step only; the forward "
        "half of the first step is no better. `hidden` is the state of both "
        "directions after they have read the whole sequence. torch says the same of "
        "`h_n` and the last `output` (https://docs.pytorch.org/docs/stable/generated/"
        "torch.nn.LSTM.html). A half of the features of such a step is fine. Nor does "
        "the first step of one direction know more, if it is the only one that is "
        "used. How sure: certain.",
        spec(
            "GRU: {hidden_size: 8, bidirectional: true}\n    select: last",
            image="[12, 4]",
        ),
        spec(
            "GRU: {hidden_size: 8, bidirectional: true}\n    select: hidden",
            image="[12, 4]",
        ),
    ),
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
    "MG325": Explanation(
        "The last step of a padded sequence",
        "A layer with `lengths` reads no padding, and its output is zero there. "
        "`select: {dim: 1, index: -1}` takes the last place, which is padding for all "
        "but the longest sequences. The part `last` is the last step that was read.",
        spec(
            "GRU: {hidden_size: 8, lengths: true}\n    from: [steps, lengths]",
            "select: {dim: 1, index: -1}",
            image=_LENGTHS,
        ),
        spec(
            "GRU: {hidden_size: 8, lengths: true}\n    from: [steps, lengths]\n"
            "    select: last",
            image=_LENGTHS,
        ),
    ),
}
