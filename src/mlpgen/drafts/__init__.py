"""Specs to start from, for data of one's own that is looked at first; without torch."""
