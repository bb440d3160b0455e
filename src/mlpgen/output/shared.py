"""The modules that the scripts of a folder share: their texts, and who needs them.

Nothing of a spec stands in them: they are the files of `templates/shared/`, with a
header, and the same bytes in every project; in a package they import each other by
absolute names. A project may have modules of its own in their place.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from mlpgen.names.modules import shared_modules
from mlpgen.output.header import SLOT, stamp, with_slot
from mlpgen.template_files import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from mlpgen.template_files import TemplateFolder

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)"
    r"|import[ \t]+([^\n#]*))",
    re.MULTILINE,
)
_END_OF_DOCSTRING = '"""\n\n'


def texts(
    names: Iterable[str], package: str = "", own: TemplateFolder | None = None
) -> dict[str, str]:
    """Return the texts of shared modules, by their files.

    Args:
        names: The modules, `training`.
        package: That of the folder, `mypkg.generated.explicit`; empty for none.
        own: Has those of the project.
    """
    return {f"{name}.py": _text(name, package, own) for name in names}


@lru_cache(maxsize=256)
def _text(name: str, package: str, own: TemplateFolder | None) -> str:
    text = source(name, own)
    if package:
        from mlpgen.output.package_imports import absolute

        text = absolute(text, package, shared_modules())
    if own is not None and own.module(name) is not None:
        return stamp(with_slot(text), None, own=True)
    end = text.index(_END_OF_DOCSTRING) + len(_END_OF_DOCSTRING)
    return stamp(f"{text[:end]}{SLOT}\n\n{text[end:]}", None)


@lru_cache(maxsize=256)
def source(name: str, own: TemplateFolder | None = None) -> str:
    """Read a shared module: that of the project, else that of `templates/shared/`."""
    found = own.module(name) if own else None
    path = TEMPLATES / "shared" / f"{name}.py"
    return path.read_text("utf-8") if found is None else found


def needed(texts: Iterable[str], own: TemplateFolder | None = None) -> list[str]:
    """Name the shared modules that texts import, with those that these import."""
    return with_needed((name for text in texts for name in imported(text)), own)


def with_needed(names: Iterable[str], own: TemplateFolder | None = None) -> list[str]:
    """Name shared modules among others, with those that they import."""
    return sorted(reached(names, shared_modules(), partial(_imports, own)))


@lru_cache(maxsize=256)
def _imports(own: TemplateFolder | None, name: str) -> frozenset[str]:
    return imported(source(name, own))


def reached(
    names: Iterable[str],
    among: Collection[str],
    imports: Callable[[str], Collection[str]],
) -> set[str]:
    """Follow imports from module to module.

    Args:
        names: Modules to begin with.
        among: Those that are looked for; others are passed over.
        imports: Tells what one of them imports.
    """
    found: set[str] = set()
    waiting = {*names}.intersection(among)
    while waiting:
        found |= waiting
        more = {each for name in waiting for each in imports(name)}
        waiting = more.intersection(among) - found
    return found


def imported(text: str, folder: str = "") -> frozenset[str]:
    """Name the modules beside a file that its text imports, anywhere in it.

    Args:
        text: Python, or what was it before a person edited it.
        folder: The name of its folder, with which the name of a package ends.
    """
    names = (_beside(module, folder) for module in _modules(text))
    return frozenset(filter(None, names))


def _modules(text: str) -> Iterator[str]:
    """Go through the dotted names of all that may be modules."""
    for found in _IMPORT.finditer(text):
        module, names, plain = found.groups()
        if module:
            yield module
        for each in (plain or names).strip("()").split(","):
            words = each.split()
            if words:
                yield f"{module.rstrip('.')}.{words[0]}" if module else words[0]


def _beside(module: str, folder: str) -> str:
    """Return the name of a module if it may lie in a folder of this name."""
    package, _, name = module.rpartition(".")
    inner = package.rpartition(".")[2]
    return name if not inner or inner == folder else ""
