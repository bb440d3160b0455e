"""Turns a model of PyTorch into a spec: `mlpgen import`.

A process with torch records what the model is made of and what one forward pass calls
(`recorder`). The rest needs no torch: it translates the record to entries of a spec,
makes blocks of the author's classes, and writes the text.
"""
