"""The statements of `__init__`: modules, tensors, initial values."""
