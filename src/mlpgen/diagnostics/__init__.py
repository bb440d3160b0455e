"""Mistakes in a spec: the class of a diagnostic, its renderers, what codes mean."""
