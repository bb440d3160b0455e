"""Losses of torch.nn that a spec can name, by what they compare."""
