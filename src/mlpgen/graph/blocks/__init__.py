"""Blocks: how they are defined, included from other files, and used."""
