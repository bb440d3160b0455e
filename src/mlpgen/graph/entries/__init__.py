"""What the keys of an entry mean: one file for each key."""
