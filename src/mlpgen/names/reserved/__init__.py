"""Names that Python, torch and the generated code have, as plain data."""
