"""The statements of `forward`: `flow` is the table of contents."""
