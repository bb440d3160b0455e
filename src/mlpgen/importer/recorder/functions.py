"""Functions of torch that are recorded in a way of their own."""

import torch

READS = {"item", "tolist", "__bool__", "__int__", "__float__", "__index__", "numpy"}
"""What makes a Python value of a tensor's numbers."""
IGNORED = {
    *("__get__", "__set__", "__len__", "__format__", "__repr__", "__hash__"),
    *("size", "dim", "stride", "numel", "element_size", "storage_offset", "data_ptr"),
    *("is_contiguous", "is_floating_point", "is_complex", "is_same_size", "is_tensor"),
    *("requires_grad_", "get_device", "finfo", "_assert", "_assert_async"),
    *("broadcast_shapes", "broadcast_tensors_shapes"),
}
"""What gives no tensor."""
GETTERS = {"T", "mT", "H", "mH", "data", "real"}
"""Attributes of a tensor that are tensors."""
ASSIGN = "assign"
"""The function that stands for a change through a slice."""
RANDOM = {
    *("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "bernoulli"),
    *("bernoulli_", "normal_", "uniform_", "dropout", "empty", "new_empty"),
}
"""Functions that give something else each time."""
DROPOUTS = {"dropout", "dropout1d", "dropout2d", "dropout3d"}
DROPOUTS |= {"feature_dropout", "alpha_dropout", "feature_alpha_dropout"}
"""Functions that return the very tensor that they are given, in evaluation mode."""
SHAPES_ONLY = {
    *("new_zeros", "new_ones", "new_full", "zeros_like", "ones_like", "full_like"),
}
"""Functions that take no more of a tensor than its shape."""
REPEATS = {"repeat", "expand", "expand_as", "broadcast_to", "tile", "cat", "stack"}
"""Functions that may make the batch of what is the same for all examples."""

PYTHON_NUMBERS = {torch.float32, torch.int64}
"""Dtypes of tensors without dimensions that are the same as a number."""
