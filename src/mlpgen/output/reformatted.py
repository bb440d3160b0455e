"""Tells a formatter's work from an edit: the same code and comments, laid out anew."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
import warnings

from mlpgen.output import header


def is_reformatted(text: str, other: str) -> bool:
    """Tell whether two generated files differ only in their layout, and the header.

    That is what black and ruff change: line breaks, blank lines, indentation (that of
    docstrings, too), parentheses, quotes. Comments are the same, in the same order.
    """
    text, other = (
        header.slotted(each).replace(header.SLOT, header.MARK) for each in (text, other)
    )
    if _comments(text) != _comments(other):
        return False
    trees = (_tree(text), _tree(other))
    return trees[0] is not None and trees[0] == trees[1]


def _tree(text: str) -> str | None:
    """Return the syntax tree without places; None if the text is not Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text.encode("utf-8", "surrogateescape"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(docstring)) as constant):
                constant.value = inspect.cleandoc(docstring).rstrip()
    return ast.dump(tree)


def _comments(text: str) -> list[str]:
    """Return the comments; none, if the text is not Python."""
    found = tokenize.generate_tokens(io.StringIO(text).readline)
    try:
        return [each.string for each in found if each.type == tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError):
        return []
