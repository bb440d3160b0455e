"""Headers, shared modules, notebook files, and atomic writes."""
