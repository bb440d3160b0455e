"""One mistake with its places, what each code means, and how mistakes are shown."""
