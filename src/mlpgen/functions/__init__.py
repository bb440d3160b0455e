"""The catalogue of functions on tensors, under torch's own lower-case names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.functions.base import Operation

FUNCTIONS: Catalogue[Operation] = Catalogue(
    __name__,
    {
        "arithmetic": "add sub mul div pow minimum maximum",
        "comparing": "eq ne lt le gt ge logical_and logical_or logical_not where "
        "masked_fill",
        "smooth": "exp expm1 log log1p sqrt rsqrt reciprocal sin cos erf tanh sigmoid "
        "gelu silu elu softplus",
        "piecewise": "neg abs floor ceil round sign square relu leaky_relu clamp",
        "casting": "float long bool",
        "joining": "cat stack",
        "splitting": "chunk split unbind",
        "products": "matmul bmm cdist scaled_dot_product_attention",
        "summing": "einsum",
        "reducing": "mean sum prod amax amin argmax argmin logsumexp var std "
        "vector_norm cumsum",
        "reshaping": "flatten unflatten reshape view expand repeat repeat_interleave",
        "arranging": "permute transpose movedim squeeze unsqueeze flip roll tril triu",
        "picking": "select slice narrow gather index_select one_hot",
        "normalizing": "softmax log_softmax normalize cosine_similarity",
        "resizing": "interpolate pad",
    },
)
