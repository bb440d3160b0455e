"""The statements of `forward`: `body` is the table of contents."""
