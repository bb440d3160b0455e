"""What `mlpgen templates` lists: each template, and what it may use."""

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
from mlpgen.scripts.script_values import Script
from mlpgen.spec.problems import nearest
from mlpgen.spec.training import Training
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
"""Settings that a recipe has resolved."""
_FILTERS = {
    "literal": "any value as Python writes it: a text in quotes, a list, a number",
    "code": "lines of a plan, moved right by so many columns",
    "moved": "of a block: what it prints, moved right by so many columns",
}


class Replaceable(NamedTuple):
    """A template, or a shared module, that a project can replace.

    Attributes:
        name: Of its file.
        about: A line on it.
        uses: What it may use: a key of `values`; empty for a module.
        path: Where mlpgen's own is.
    """

    name: str
    about: str
    uses: str
    path: Path


class Value(NamedTuple):
    """What templates may use.

    Attributes:
        name: As they name it.
        type: Only `Code` and numbers can be printed.
        about: A line on it.
    """

    name: str
    type: str
    about: str


def replaceable() -> list[Replaceable]:
    """List all that a project can replace: models first, shared modules last."""
    found = [_template(name) for name in template_names()]
    order = [*_KINDS.values()]
    found.sort(key=lambda each: (order.index(each.uses), each.name))
    return [*found, *map(_module, sorted(shared_modules()))]


def named(name: str) -> Replaceable | None:
    """Find one by its name, with its endings or without."""
    every = {each.name: each for each in replaceable()}
    endings = ("", f"{MODULE}{SUFFIX}", MODULE)
    return next((every[name + end] for end in endings if name + end in every), None)


def meant(name: str) -> str:
    """Say which one may be meant."""
    names = [each.name for each in replaceable()]
    short = [each.removesuffix(SUFFIX).removesuffix(MODULE) for each in names]
    return nearest(name, [*names, *short])


def _template(name: str) -> Replaceable:
    path = template_path(name)
    assert path is not None  # it was found in that folder
    said = _COMMENT.match(path.read_text("utf-8"))
    kind = _KINDS.get(path.parent.name, _KINDS["."])
    return Replaceable(name, said[1] if said else "", kind, path)


def _module(name: str) -> Replaceable:
    path = TEMPLATES / "shared" / f"{name}{MODULE}"
    first = path.read_text("utf-8").partition("\n")[0]
    return Replaceable(path.name, first.strip('"'), "", path)


def values() -> dict[str, list[Value]]:
    """List what templates may use, by their kinds."""
    header = Value("header", "Code", "Where the header of the file goes.")
    plan = Value("plan", "ModelPlan", "Of the file; print its lines with `| code`.")
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
    """List what templates of scripts may use, and what is in it."""
    inner = {
        "recipe": [*_named("recipe.", Recipe), *_named("recipe.dataset.", Dataset)],
        "settings": _settings(),
        "flags": _named("flags[…].", Flag),
        "forward": _named("forward.", Forward),
        "measured": _named("measured.", Measured),
    }
    values = _named("", Script)
    return [each for value in values for each in (value, *inner.get(value.name, ()))]


def filters() -> Mapping[str, str]:
    """Say what mlpgen's own filters give."""
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
    """Name the types of a field, without what they may hold."""
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
