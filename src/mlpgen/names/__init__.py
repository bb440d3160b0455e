"""Names: checks of names in a spec, reserved names, and names of files and modules."""
