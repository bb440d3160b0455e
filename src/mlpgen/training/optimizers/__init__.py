"""Optimizers of torch.optim that a spec can name, by family."""
