"""Names: those that a spec gives, those that are taken, and those of files."""
