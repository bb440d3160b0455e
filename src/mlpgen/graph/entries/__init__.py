"""The keys of an entry: one file for each key."""
