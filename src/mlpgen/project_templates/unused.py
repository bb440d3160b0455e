"""Warns of files among the templates of a project that nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError, meta

from mlpgen.diagnostics.diagnostic import Diagnostic
from mlpgen.project_templates.folder import meant, replaces
from mlpgen.rendering import environment
from mlpgen.template_files import template_names

if TYPE_CHECKING:
    from mlpgen.template_files import TemplateFolder


def unused(folder: TemplateFolder) -> list[Diagnostic]:
    """Warn of templates that replace none of mlpgen's and that none includes."""
    used = {name for name in folder.texts if replaces(name)}
    waiting = [*used]
    while waiting:
        for name in _included(folder, waiting.pop()):
            if name is None:  # a computed name may mean any of them
                return []
            if name in folder.texts and name not in used:
                used.add(name)
                waiting.append(name)
    return [_warning(folder, name) for name in folder.texts if name not in used]


def _included(folder: TemplateFolder, name: str) -> list[str | None]:
    if name.endswith(".py"):
        return []
    try:
        tree = environment(folder).parse(folder.texts[name])
    except TemplateSyntaxError:  # reported when it is filled
        return [None]
    return [*meta.find_referenced_templates(tree)]


def _warning(folder: TemplateFolder, name: str) -> Diagnostic:
    message = (
        f"`{name}` does not replace a template of mlpgen, and no template includes it"
    )
    help = meant(name, template_names()) or "`mlpgen templates` lists them"
    return Diagnostic("MG606", message, folder.place(name, 1), help=help, warning=True)
