"""A cell of a notebook."""

from typing import NamedTuple


class Cell(NamedTuple):
    """A cell.

    Attributes:
        kind: `code` or `markdown`, as in Jupyter.
        source: Its text.
    """

    kind: str
    source: str
