"""Merges of what a person made of a generated file with what is rendered now."""
