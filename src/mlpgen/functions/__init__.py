"""Functions on tensors: a class for each, under torch's lower-case names.

To add a function:

1. Write a class in the file of its family. Its name is torch's in CamelCase
   (`MaskedFill` for `masked_fill`), its fields are torch's arguments. Define `results`
   (the shapes), or derive from `Pointwise` (in `base`), and `function` or `function_on`
   if the call is another than that of torch's function with these arguments.
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
        "arithmetic": "add sub mul div floor_divide remainder pow minimum maximum "
        "logaddexp atan2 lerp",
        "comparison": "eq ne lt le gt ge "
        "logical_and logical_or logical_xor logical_not where masked_fill",
        "elementwise": "neg abs floor ceil round trunc sign square clamp "
        "exp expm1 exp2 log log1p log2 log10 sqrt rsqrt reciprocal "
        "erf erfc erfinv logit sinc nan_to_num isnan isfinite detach",
        "trigonometry": "sin cos tan asin acos atan sinh cosh asinh acosh atanh",
        "activation": "relu relu6 leaky_relu elu selu gelu silu mish softplus softsign "
        "sigmoid logsigmoid hardsigmoid hardswish tanh",
        "casting": "float long bool",
        "concatenation": "cat stack",
        "splitting": "chunk split unbind meshgrid",
        "products": "matmul bmm outer cdist",
        "convolution": "conv1d conv2d conv3d",
        "attention": "scaled_dot_product_attention",
        "einsum": "einsum",
        "reduction": "mean sum prod amax amin argmax argmin any all logsumexp "
        "var std vector_norm cumsum cumprod logcumsumexp",
        "ordering": "topk sort argsort max min",
        "reshaping": "flatten unflatten reshape view expand repeat repeat_interleave",
        "permutation": "permute transpose movedim squeeze unsqueeze flip roll "
        "tril triu",
        "indexing": "select slice narrow gather index_select one_hot",
        "new_tensors": "arange linspace zeros ones full eye rand randn",
        "likes": "zeros_like ones_like full_like rand_like randn_like bernoulli",
        "scattering": "scatter scatter_add index_add",
        "normalization": "softmax log_softmax normalize cosine_similarity",
        "interpolation": "interpolate pad",
    },
)
