"""Names that the templates of scripts and notebooks use.

`mlpgen.names.reserved.scripts` is the committed list.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import textwrap
from functools import cache
from typing import TYPE_CHECKING

from mlpgen.template_files import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = TEMPLATES.parent / "src" / "mlpgen" / "names" / "reserved" / "scripts.py"
UPDATE = "MLPGEN_UPDATE=1 pytest tests/test_reserved.py"

_PROSE = re.compile(
    r'\{% call cell\("markdown"\) %\}.*?\{% endcall %\}|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}'
    r'|""".*?"""|f?"[^"\n]*"|#[^\n]*',
    re.DOTALL,
)
"""Parts of a template that are not code, including strings."""
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w|=[^=])")


@cache
def words() -> frozenset[str]:
    """Return all names that templates and shared modules use.

    All branches of a template count; keyword arguments do not. Functions and imports of
    shared modules count too, since a notebook has them beside the model; their classes
    and constants are renamed if a model has the same names.
    """
    return frozenset((*_of_templates(), *_of_modules()))


def _of_templates() -> Iterator[str]:
    for path in (*_files("notebook"), *_files("scripts")):
        yield from _WORD.findall(_PROSE.sub(" ", path.read_text("utf-8")))


def _of_modules() -> Iterator[str]:
    for path in _files("shared"):
        yield path.stem
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield node.name
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = ((e.asname or e.name).split(".")[0] for e in node.names)
                yield from (name for name in names if name.islower())


def _files(folder: str) -> Iterator[Path]:
    """Yield the files of a folder, without caches of tools."""
    for path in sorted((TEMPLATES / folder).glob("*.*")):
        if path.suffix in (".py", ".jinja"):
            yield path


def written() -> str:
    """Return the text of the committed module."""
    known = {*keyword.kwlist, *dir(builtins)}
    own = {name for name in words() - known if not name.startswith("__")}
    lines = textwrap.wrap(" ".join(sorted(own)), 80)
    listed = "\n".join(f"    {line}" for line in lines)
    return (
        '"""Names in scripts and notebooks, which a spec must not hide.\n\n'
        f"Written from their templates by `{UPDATE}`.\n"
        '"""\n\n'
        f'WORDS = frozenset(\n    """\n{listed}\n    """.split()\n)\n'
    )
