"""Specs that are recombined at random, and what must hold for each."""
