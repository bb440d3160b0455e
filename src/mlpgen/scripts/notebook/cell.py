"""The cells of a notebook."""

from typing import NamedTuple


class Cell(NamedTuple):
    """One cell.

    Attributes:
        kind: What Jupyter calls it: `code` or `markdown`.
        source: Its text.
    """

    kind: str
    source: str
