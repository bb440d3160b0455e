"""Long lines of a script that templates of a project have printed.

Of mlpgen's own it is known what their lines look like; here whatever is not surely
right to change stays as it is.
"""

from __future__ import annotations

import ast

from mlpgen.scripts.imports import parsed
from mlpgen.scripts.line_breaks import fitted as broken


def fitted(text: str) -> str:
    """Break long lines, if what is said stays the same."""
    found = broken(text)
    return found if found == text or _same(text, found) else text


def _same(one: str, other: str) -> bool:
    """Tell whether two texts say the same to Python."""
    try:
        return ast.dump(parsed(one)) == ast.dump(parsed(other))
    except (SyntaxError, ValueError):
        return False
