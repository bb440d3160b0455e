"""A checkpoint of one spec for another: what becomes of each tensor, and moving them.

`plan` says it without torch; `moving` runs beside torch, in a process of its own.
"""
