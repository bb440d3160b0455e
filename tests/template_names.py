"""Words of scripts and notebooks, as their templates have them.

`mlpgen.names.reserved.scripts` has them written down.
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
"""What is no code in a template, strings among it."""
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w|=[^=])")


@cache
def words() -> frozenset[str]:
    """Return all of these names.

    All of a template counts, whatever a spec takes of it; arguments by name are none.
    So do functions and imports of shared modules, which a notebook has beside the
    model; classes and constants of theirs make way for those of a model.
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
    """Go through the files of a folder; tools leave folders of their own there."""
    for path in sorted((TEMPLATES / folder).glob("*.*")):
        if path.suffix in (".py", ".jinja"):
            yield path


def written() -> str:
    """Return the text of the module that has all words."""
    known = {*keyword.kwlist, *dir(builtins)}
    own = {name for name in words() - known if not name.startswith("__")}
    lines = textwrap.wrap(" ".join(sorted(own)), 80)
    listed = "\n".join(f"    {line}" for line in lines)
    return (
        '"""Words of scripts and notebooks, which nothing may hide.\n\n'
        f"Read from their templates by `{UPDATE}`.\n"
        '"""\n\n'
        f'WORDS = frozenset(\n    """\n{listed}\n    """.split()\n)\n'
    )
