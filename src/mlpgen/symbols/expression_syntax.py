"""Syntax of expressions: Python's, as far as arithmetic needs it, within limits."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache
from itertools import accumulate

from mlpgen.symbols.expressions import ExpressionError

LONGEST = 1000
DEEPEST = 40
MOST_STEPS = 200
"""Limits of an expression: characters, nested parentheses, nested operations."""
FUNCTIONS = ("abs", "ceil", "floor", "int", "len", "log", "max", "min", "round")
"""The functions that expressions can call."""
NOTHING_ELSE = (
    "expressions may only use numbers, parameters, + - * / // % **, comparisons, "
    f"`and`, `or`, `not`, `a if b else c`, {', '.join(FUNCTIONS)}"
)


@lru_cache(1024)
def parsed(text: str) -> ast.expr:
    """Parse the code of a size, or of what an author wrote.

    Raises:
        ExpressionError: It is no expression, or has too many parts.
    """
    if _nesting(text) > DEEPEST:
        raise ExpressionError(f"more than {DEEPEST} nested parentheses")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        if not text:
            raise ExpressionError("the expression is empty") from None
        message = f"`{text}` is not a Python expression"
        raise ExpressionError(message, help=_in_python(text)) from None
    if _height(tree) > MOST_STEPS:
        message = f"more than {MOST_STEPS} nested operations"
        raise ExpressionError(message)
    return tree


_OTHER_SIGNS = {
    r"\?": "a choice is `a if condition else b`",
    r"\bif\b(?!.*\belse\b)": "a choice is `a if condition else b`",
    r"&&|\|\||![^=]|![=]{2}": "conditions are joined by `and`, `or` and `not`",
    r"(?<![<>=!])=(?!=)": "`==` compares",
}
"""What other languages write, or people forget, and what Python has for it."""


def _in_python(text: str) -> str:
    """Say how Python writes what was probably meant; empty if that is not known."""
    found = (help for sign, help in _OTHER_SIGNS.items() if re.search(sign, text))
    return next(found, "")


@lru_cache(1024)
def parsed_of_author(text: str) -> ast.expr:
    """Parse an expression of a spec, which has no modules, as the code of sizes has."""
    tree = parsed(text)
    if any(isinstance(each, ast.Attribute) for each in ast.walk(tree)):
        raise ExpressionError(NOTHING_ELSE)
    return tree


@lru_cache(1024)
def names_in_code(text: str) -> tuple[str, ...]:
    """Return the names in an expression, each once."""
    nodes = ast.walk(parsed(text))
    return (*dict.fromkeys(each.id for each in nodes if isinstance(each, ast.Name)),)


def _nesting(text: str) -> int:
    """Return the nesting depth of parentheses."""
    open_ = (+1 if sign in "([" else -1 for sign in text if sign in "()[]")
    return max(accumulate(open_), default=0)


def _height(tree: ast.expr) -> int:
    """Return the nesting depth of operations."""
    height, level = 0, [*ast.iter_child_nodes(tree)]
    while level:
        height += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return height
