"""Losses of torch.nn: for classification, and for regression."""
