"""The training of a spec, resolved: `resolve` is the table of contents."""
