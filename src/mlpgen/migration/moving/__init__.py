"""Reads a checkpoint, moves its tensors, compares the outputs: beside torch.

These modules run in a process of their own; mlpgen never imports them.
"""
