"""Checks of a network that is resolved otherwise: each names one kind of mistake."""
