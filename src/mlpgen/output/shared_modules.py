"""The modules that the scripts of a folder share: their texts and their imports.

They are the files of `templates/shared/` with a header, and do not depend on any spec.
In a package they import each other by absolute names. A project can replace them by
its own.
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


def module_texts(
    names: Iterable[str], package: str = "", templates: TemplateFolder | None = None
) -> dict[str, str]:
    """Return the texts of shared modules, by file name.

    Args:
        names: The modules, such as `training`.
        package: The package of the folder, `mypkg.generated.explicit`; empty for none.
        templates: The project's templates.
    """
    return {f"{name}.py": _text(name, package, templates) for name in names}


@lru_cache(maxsize=256)
def _text(name: str, package: str, templates: TemplateFolder | None) -> str:
    text = module_source(name, templates)
    if package:
        from mlpgen.output.absolute_imports import with_absolute_imports

        text = with_absolute_imports(text, package, shared_modules())
    if templates is not None and templates.module(name) is not None:
        return stamp(with_slot(text), None, from_project=True)
    end = text.index(_END_OF_DOCSTRING) + len(_END_OF_DOCSTRING)
    return stamp(f"{text[:end]}{SLOT}\n\n{text[end:]}", None)


@lru_cache(maxsize=256)
def module_source(name: str, templates: TemplateFolder | None = None) -> str:
    """Read a shared module of the project, else the one of `templates/shared/`."""
    found = templates.module(name) if templates else None
    path = TEMPLATES / "shared" / f"{name}.py"
    return path.read_text("utf-8") if found is None else found


def needed_modules(
    texts: Iterable[str], templates: TemplateFolder | None = None
) -> list[str]:
    """Name the shared modules that texts import, directly or indirectly."""
    return with_dependencies(
        (name for text in texts for name in imported_modules(text)), templates
    )


def with_dependencies(
    names: Iterable[str], templates: TemplateFolder | None = None
) -> list[str]:
    """Name the shared modules among `names`, and those that they import."""
    return sorted(reachable(names, shared_modules(), partial(_imports, templates)))


@lru_cache(maxsize=256)
def _imports(templates: TemplateFolder | None, name: str) -> frozenset[str]:
    return imported_modules(module_source(name, templates))


def reachable(
    names: Iterable[str],
    among: Collection[str],
    imports: Callable[[str], Collection[str]],
) -> set[str]:
    """Return the modules that are imported, directly or indirectly.

    Args:
        names: The modules to begin with.
        among: The modules to look for; others are ignored.
        imports: Returns the imports of a module.
    """
    found: set[str] = set()
    waiting = {*names}.intersection(among)
    while waiting:
        found |= waiting
        more = {each for name in waiting for each in imports(name)}
        waiting = more.intersection(among) - found
    return found


def imported_modules(text: str, folder: str = "") -> frozenset[str]:
    """Name the modules beside a file that its text imports, anywhere in it.

    Args:
        text: Python code, which may have syntax errors.
        folder: The name of its folder, the last part of its package.
    """
    names = (_local_name(module, folder) for module in _modules(text))
    return frozenset(filter(None, names))


def _modules(text: str) -> Iterator[str]:
    """Yield the dotted names of everything imported that may be a module."""
    for found in _IMPORT.finditer(text):
        module, names, plain = found.groups()
        if module:
            yield module
        for each in (plain or names).strip("()").split(","):
            words = each.split()
            if words:
                yield f"{module.rstrip('.')}.{words[0]}" if module else words[0]


def _local_name(module: str, folder: str) -> str:
    """Return the name of a module if it may be in a folder of this name."""
    package, _, name = module.rpartition(".")
    inner = package.rpartition(".")[2]
    return name if not inner or inner == folder else ""
