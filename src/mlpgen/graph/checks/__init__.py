"""Checks of a resolved network, one file for each kind of mistake."""
