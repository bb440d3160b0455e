"""Sums of products over parameters: how sizes are computed with."""
