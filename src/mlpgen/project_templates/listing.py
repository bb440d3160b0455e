"""What `mlpgen templates` lists: the templates, and the values they can use."""

from __future__ import annotations

import inspect
import re
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Union,
    get_args,
    get_origin,
)

from mlpgen.graph.training.recipe import Dataset, Recipe
from mlpgen.names.modules import shared_modules
from mlpgen.scripts.flags import Flag
from mlpgen.scripts.loss import Forward
from mlpgen.scripts.metrics import Measured
from mlpgen.scripts.notebook.notebook import Learning, Notebook
from mlpgen.scripts.script_values import ScriptValues
from mlpgen.spec.training import Training
from mlpgen.spec.wording import nearest
from mlpgen.styles.plan import ClassPlan, ModelPlan
from mlpgen.template_files import (
    MODULE,
    SUFFIX,
    TEMPLATES,
    template_names,
    template_path,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_COMMENT = re.compile(r"{#-?\s*(.*?)\s*-?#}", re.DOTALL)
_KINDS = {"scripts": "script", ".": "model", "notebook": "notebook"}
_RESOLVED = ("data", "loss", "metrics", "optimizer", "scheduler", "augment")
"""Settings that templates read from the recipe."""
_FILTERS = {
    "literal": "any value as a Python literal: a quoted string, a list, a number",
    "code": "lines of a plan, indented by so many columns",
    "moved": "of a block: what it prints, indented by so many columns",
}


class Replaceable(NamedTuple):
    """A template, or a shared module, that a project can replace.

    Attributes:
        name: The name of its file.
        about: A line about it.
        kind: Whose values it can use: a key of `values`; empty for a module.
        path: The path of mlpgen's own.
    """

    name: str
    about: str
    kind: str
    path: Path


class Value(NamedTuple):
    """A value that templates can use.

    Attributes:
        name: Its name in templates.
        type: Its type; only `Code` and numbers can be printed.
        about: A line about it.
    """

    name: str
    type: str
    about: str


def replaceable() -> list[Replaceable]:
    """List all that a project can replace: models first, shared modules last."""
    found = [_template(name) for name in template_names()]
    order = [*_KINDS.values()]
    found.sort(key=lambda each: (order.index(each.kind), each.name))
    return [*found, *map(_module, sorted(shared_modules()))]


def named(name: str) -> Replaceable | None:
    """Find one by its name, with or without suffixes."""
    every = {each.name: each for each in replaceable()}
    endings = ("", f"{MODULE}{SUFFIX}", MODULE)
    return next((every[name + end] for end in endings if name + end in every), None)


def meant(name: str) -> str:
    """Suggest the one that is meant."""
    names = [each.name for each in replaceable()]
    short = [each.removesuffix(SUFFIX).removesuffix(MODULE) for each in names]
    return nearest(name, [*names, *short])


def _template(name: str) -> Replaceable:
    path = template_path(name)
    assert path is not None  # its name was found in that folder
    said = _COMMENT.match(path.read_text("utf-8"))
    kind = _KINDS.get(path.parent.name, _KINDS["."])
    return Replaceable(name, said[1] if said else "", kind, path)


def _module(name: str) -> Replaceable:
    path = TEMPLATES / "shared" / f"{name}{MODULE}"
    first = path.read_text("utf-8").partition("\n")[0]
    return Replaceable(path.name, first.strip('"'), "", path)


def values() -> dict[str, list[Value]]:
    """List the values that templates can use, by kind."""
    header = Value("header", "Code", "Marks the place of the header.")
    plan = Value(
        "plan", "ModelPlan", "The classes of the file; print lines with `| code`."
    )
    inner = [
        *_named("plan.", ModelPlan),
        *_named("plan.classes[…].", ClassPlan),
    ]
    learning = _named("learning.", Learning)
    return {
        "model": [header, plan, *inner],
        "script": [header, *_script()],
        "notebook": [header, *_named("", Notebook), *learning],
    }


def _script() -> list[Value]:
    """List the values that templates of scripts can use, with their attributes."""
    inner = {
        "recipe": [*_named("recipe.", Recipe), *_named("recipe.dataset.", Dataset)],
        "settings": _settings(),
        "flags": _named("flags[…].", Flag),
        "forward": _named("forward.", Forward),
        "measured": _named("measured.", Measured),
    }
    values = _named("", ScriptValues)
    return [each for value in values for each in (value, *inner.get(value.name, ()))]


def filters() -> Mapping[str, str]:
    """Describe mlpgen's filters."""
    return _FILTERS


def _named(prefix: str, kind: type) -> list[Value]:
    """Read the attributes of a class from its docstring."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
    entries = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", text, re.MULTILINE)
    types = inspect.get_annotations(kind)
    return [
        Value(f"{prefix}{name}", _type(types[name]), " ".join(about.split()))
        for name, about in entries
    ]


def _type(annotation: object) -> str:
    return str(getattr(annotation, "__forward_arg__", annotation))


def _settings() -> list[Value]:
    return [
        Value(
            f"settings.{name}",
            " | ".join(kinds) if (kinds := _kinds(field.annotation)) else "object",
            field.description or "",
        )
        for name, field in Training.model_fields.items()
        if name not in _RESOLVED
    ]


def _kinds(annotation: Any) -> list[str]:
    """Name the types of a field, without their arguments."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [
            *dict.fromkeys(k for each in get_args(annotation) for k in _kinds(each))
        ]
    if get_origin(annotation) is Literal:
        return [*dict.fromkeys(type(each).__name__ for each in get_args(annotation))]
    plain = get_origin(annotation) or annotation
    return ["None" if plain is type(None) else getattr(plain, "__name__", str(plain))]
