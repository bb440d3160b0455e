"""From a document to a graph: `build` is the table of contents."""
