"""The spec as written: pydantic models of the file, layer entries, and mistakes."""
