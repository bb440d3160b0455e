"""What a spec can name, as classes: the base of all, and how they are found by name."""
