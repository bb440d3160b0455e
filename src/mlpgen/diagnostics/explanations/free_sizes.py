"""MG247 to MG249: sizes that are free."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation, spec

_IMAGE = "[3, height, 32]"
_SIZES = "sizes: {height: 32}\n"
_TOKENS = "{t: {shape: [length], dtype: int64}}"
_LENGTH = "sizes: {length: 16}\n"
_EMBEDDING = "Embedding: {num_embeddings: 50, embedding_dim: 8}\n    name: words"
_TABLE = "parameter: [16, 8]\n    name: table"

FREE_SIZES = {
    "MG247": Explanation(
        "A layer that is made for one size",
        "A free size differs in each call of the model, so nothing that the model "
        "holds can depend on it: no weight, no argument of a layer or a block, no "
        "number of rounds. A global pool makes a fixed size of any, and functions may "
        "use a free size. In a block it is a size of the input, such as `in_height`.",
        spec("Flatten", "Linear: 10", image=_IMAGE, rest=_SIZES),
        spec(
            "AdaptiveAvgPool2d: 4",
            "Flatten",
            "Linear: 10",
            image=_IMAGE,
            rest=_SIZES,
        ),
    ),
    "MG248": Explanation(
        "A free size that must have one value",
        "The layer fits with the example in `sizes`, but with no other size that was "
        "tried. Cut a table of positions to the length of the input.",
        spec(
            _EMBEDDING,
            _TABLE,
            "add:\n    from: [words, table]",
            image=_TOKENS,
            rest=_LENGTH,
        ),
        spec(
            _EMBEDDING,
            _TABLE,
            'slice: {dim: 0, end: "${length}"}\n    name: first',
            "add:\n    from: [words, first]",
            image=_TOKENS,
            rest=_LENGTH,
        ),
    ),
    "MG249": Explanation(
        "A free size without an example, or an example without a size",
        "A name in the shape of an input is a free size: the code holds for any "
        "value. `sizes` gives each an example, for which shapes are checked and "
        "shown. Two inputs with the same name must agree in that size.",
        spec("AdaptiveAvgPool2d: 1", "Flatten", "Linear: 10", image=_IMAGE),
        spec(
            "AdaptiveAvgPool2d: 1", "Flatten", "Linear: 10", image=_IMAGE, rest=_SIZES
        ),
    ),
}
