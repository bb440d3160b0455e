"""Names that Python, torch and the generated code use, as plain data."""
