"""Optimizers of torch.optim, by family."""
