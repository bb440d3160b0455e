"""The keys of the settings: what each takes, in words, in code and as a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.api import STYLES
from mlpgen.lints.codes import codes
from mlpgen.names.modules import shared_modules, wrong_package
from mlpgen.source.files import possible
from mlpgen.spec.ignore import meant
from mlpgen.spec.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_PATH = 500
MOST_FOLDERS = 4
"""How many `**` a pattern may have: each one walks all folders again."""


class WrongError(Exception):
    """A value is not valid for its key.

    Attributes:
        value: The wrong value, or the wrong element of it.
        code: MG203 for a wrong type, MG204 for a value out of bounds, MG205 for an
            invalid name.
        why: What is wrong with it, unless that is clear.
        help: What was probably meant.
    """

    def __init__(
        self, value: Any, code: str = "MG203", why: str = "", help: str = ""
    ) -> None:
        self.value = value
        self.code = code
        self.why = f": {why}" if why else ""
        self.help = help
        super().__init__(code)


def _path(value: Any) -> str:
    """Read a path that is valid on every system."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_PATH:
        raise WrongError(value)
    if not possible(value) or "\\" in value:
        raise WrongError(value)
    return value


def _pattern(value: Any) -> str:
    """Read a pattern of paths, without redundant parts.

    It must stay in the folder of the project.
    """
    text = _path(value)
    split = [part for part in text.split("/") if part not in ("", ".")]
    twice = ["**", "**"]
    parts = [a for at, a in enumerate(split) if split[at : at + 2] != twice]
    wild = ["**" in part and part != "**" for part in parts]
    if any(wild) or not parts or text.startswith("/") or text[1:2] == ":":
        raise WrongError(value)
    if ".." in parts or parts.count("**") > MOST_FOLDERS:
        raise WrongError(value)
    return "/".join(parts)


def _owned(value: Any) -> str:
    """Read a pattern of files that are a person's; their folder may be elsewhere."""
    text = _path(value)
    above = text
    while above.startswith("../"):
        above = above.removeprefix("../")
    pattern = text.removesuffix(above) + _pattern(above)
    name = pattern.rpartition("/")[2].removesuffix(".py")
    if name in shared_modules():
        why = f"all scripts share it; `mlpgen templates --copy {name}` is your own one"
        raise WrongError(value, "MG204", why)
    return pattern


def _style(value: Any) -> str:
    if not isinstance(value, str) or value not in STYLES:
        help = nearest(value, STYLES) if isinstance(value, str) else ""
        raise WrongError(value, "MG204", help=help)
    return value


def _package(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongError(value)
    if why := wrong_package(value):
        raise WrongError(value, "MG205", why)
    return value


def _code(value: Any) -> str:
    """Read the code of a warning or a hint."""
    if not isinstance(value, str):
        raise WrongError(value)
    known = codes()
    if value not in known.warnings:
        if value in known.every:
            raise WrongError(value, "MG204", "it is the code of a mistake")
        raise WrongError(value, "MG204", help=meant(value, known))
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongError(value)
    return value


def _each(read: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Read a list that is not empty."""

    def read_all(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise WrongError(value)
        if not value:
            raise WrongError(value, "MG204")
        return tuple(map(read, value))

    return read_all


class Key(NamedTuple):
    """What a key takes.

    Attributes:
        expects: What, in words.
        read: Checks a value and returns it as it is used.
        schema: The JSON Schema of its values.
        about: What it is for.
    """

    expects: str
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    about: str


def _text(pattern: str, **more: Any) -> dict[str, Any]:
    limits = {"minLength": 1, "maxLength": LONGEST_PATH}
    return {"type": "string", **limits, "pattern": pattern, **more}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": items}


_ANY = r"^[^\\\x00]*$"
_BELOW = (
    r"(?!/)(?!.:)(?=.*[^./])(?!(?:.*/)?\.\.(?:/|$))"
    r"(?!.*[^/]\*\*)(?!.*\*\*[^/])[^\\\x00]*$"
)

# Not a pydantic model: making one takes longer than reading a small spec.
KEYS: dict[str, dict[str, Key]] = {
    "": {
        "specs": Key(
            "a list of patterns of paths, such as `specs/**/*.yaml`",
            _each(_pattern),
            _list(_text(f"^{_BELOW}")),
            "Patterns of the paths of specs.",
        ),
        "out": Key(
            "the path of a folder",
            _path,
            _text(_ANY),
            "The folder of the generated files, with a subfolder for each style.",
        ),
        "styles": Key(
            f"a list of {', '.join(f'`{each}`' for each in STYLES)}",
            _each(_style),
            _list({"enum": list(STYLES)}),
            "The styles that each spec is rendered in; by default its own.",
        ),
        "package": Key(
            "a dotted name, such as `mypkg.generated`",
            _package,
            _text(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$"),
            "The import name of `out`; without it, files import each other directly.",
        ),
        "templates": Key(
            "the path of a folder",
            _path,
            _text(_ANY),
            "A folder of templates that replace mlpgen's of the same name.",
        ),
        "own": Key(
            "a list of patterns of paths, such as `generated/explicit/train_odd.py`",
            _each(_owned),
            _list(_text(rf"^(?:\.\./)*{_BELOW}")),
            "Files that are a person's from now on: neither written nor checked.",
        ),
    },
    "lint": {
        "ignore": Key(
            "a list of codes of warnings, such as `MG214`",
            _each(_code),
            _list(_text(r"^MG\d{3}$")),
            "The codes of warnings and hints that are not shown.",
        ),
        "strict": Key(
            "true or false",
            _flag,
            {"type": "boolean"},
            "Whether `mlpgen validate` takes warnings for mistakes.",
        ),
        "hints": Key(
            "true or false",
            _flag,
            {"type": "boolean"},
            "Whether `mlpgen validate` shows hints, which are matters of taste.",
        ),
    },
}
"""The keys of each table, which are also fields of `Settings` and of its tables."""
