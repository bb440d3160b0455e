"""Words of scripts and notebooks, as their templates have them.

`mlpgen.reserved.scripts` has them written down.
"""

from __future__ import annotations

import builtins
import keyword
import re
import textwrap
from functools import cache
from typing import TYPE_CHECKING

from mlpgen.installed import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = TEMPLATES.parent / "src" / "mlpgen" / "reserved" / "scripts.py"
UPDATE = "MLPGEN_UPDATE=1 pytest tests/test_reserved.py"

_PROSE = re.compile(
    r'\{% call cell\("markdown"\) %\}.*?\{% endcall %\}|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}'
    r'|""".*?"""|"[^"\n]*"|#[^\n]*',
    re.DOTALL,
)
"""What is no code in a template, strings among it."""
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w|=[^=])")
_TOP = re.compile(
    r"^(?:(?:def|class) (\w+)|([A-Z]\w*)(?:: [^=\n]+)? = "
    r"|from [\w.]+ import (\([^)]*\)|[^(\n]*)|import ([^\n]*))",
    re.MULTILINE,
)
"""What a module defines and imports, as it is written."""
_FOR_TYPES = re.compile(r"^if TYPE_CHECKING:\n((?: {4}.*\n)+)", re.MULTILINE)


@cache
def words() -> frozenset[str]:
    """Return all of these names.

    All of a template counts, whatever a spec takes of it; arguments by name are none.
    Of shared modules those count that a notebook has beside the model's: what they
    define and import.
    """
    return frozenset(filter(None, (*_of_templates(), *_of_modules())))


def _of_templates() -> Iterator[str]:
    for (folder, _), text in _texts().items():
        if folder != "shared":
            yield from _WORD.findall(_PROSE.sub(" ", text))


def _of_modules() -> Iterator[str]:
    for (folder, name), text in _texts().items():
        if folder == "shared":
            yield name.removesuffix(".py")
            for found in _TOP.findall(_FOR_TYPES.sub(_as_others, text)):
                for each in "".join(found).strip("()").split(","):
                    yield each.rpartition(" as ")[2].partition(".")[0].strip()


def _as_others(imports: re.Match[str]) -> str:
    """Write what is imported for types alone as other imports are."""
    return imports[1].replace("    from", "from")


@cache
def _texts() -> dict[tuple[str, str], str]:
    """Read the texts, by folder and name."""
    return {
        (folder, path.name): path.read_text("utf-8")
        for folder in ("notebook", "scripts", "shared")
        for path in sorted((TEMPLATES / folder).glob("*.*"))
        if path.suffix in (".py", ".jinja")  # tools leave folders of their own here
    }


def written() -> str:
    """Return the text of the module that has all words."""
    own = words() - {*keyword.kwlist, *dir(builtins)}
    lines = textwrap.wrap(" ".join(sorted(own)), 80)
    listed = "\n".join(f"    {line}" for line in lines)
    return (
        '"""Words of scripts and notebooks, which nothing may hide.\n\n'
        f"Read from their templates by `{UPDATE}`.\n"
        '"""\n\n'
        f'WORDS = frozenset(\n    """\n{listed}\n    """.split()\n)\n'
    )
