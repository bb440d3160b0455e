"""The notebook of a spec: its scripts in cells, run from top to bottom."""
