"""Faults of design: networks that are valid, and never learn or waste what they have.

A rule is one function with its explanation, in `rules/` if it is about the network, in
`training/` if it is about the training. It needs no torch, as nothing runs.
"""
