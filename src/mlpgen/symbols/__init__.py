"""Sizes as sums of products over parameters, and expressions that compute with them."""
