"""Functions on tensors: a class for each, under torch's lower-case names.

To add a function:

1. Write a class in the file of its family. Its name is torch's in CamelCase
   (`MaskedFill` for `masked_fill`), its fields are torch's arguments. Define `results`
   (the shapes) and `function` (the call), or derive from `Pointwise` (in `base`).
2. Add its name to `FUNCTIONS` below.
3. Run `mlpgen schema`. The tests compare signature, shapes and errors with torch; give
   them values for new argument names in `POOLS` (`tests/functions/test_functions.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.functions.base import Operation

FUNCTIONS: Catalogue[Operation] = Catalogue(
    __name__,
    {
        "arithmetic": "add sub mul div pow minimum maximum",
        "comparison": "eq ne lt le gt ge logical_and logical_or logical_not where "
        "masked_fill",
        "elementwise": "neg abs floor ceil round sign square clamp "
        "exp expm1 log log1p sqrt rsqrt reciprocal sin cos erf",
        "activation": "relu leaky_relu elu gelu silu softplus sigmoid tanh",
        "casting": "float long bool",
        "concatenation": "cat stack",
        "splitting": "chunk split unbind",
        "products": "matmul bmm cdist",
        "attention": "scaled_dot_product_attention",
        "einsum": "einsum",
        "reduction": "mean sum prod amax amin argmax argmin logsumexp var std "
        "vector_norm cumsum",
        "reshaping": "flatten unflatten reshape view expand repeat repeat_interleave",
        "permutation": "permute transpose movedim squeeze unsqueeze flip roll "
        "tril triu",
        "indexing": "select slice narrow gather index_select one_hot",
        "normalization": "softmax log_softmax normalize cosine_similarity",
        "interpolation": "interpolate pad",
    },
)
