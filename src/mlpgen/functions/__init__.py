"""The catalogue of functions on tensors, under torch's own lower-case names."""

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
        "products": "matmul bmm cdist scaled_dot_product_attention",
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
