"""Specs that are recombined at random, and what must hold of each of them."""
