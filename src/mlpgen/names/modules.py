"""Names of Python files and packages beside the generated code.

Names are compared without case, because some file systems ignore it.
"""

from __future__ import annotations

import keyword
import re
from functools import cache

from mlpgen.names.reserved.modules import DEVICES, PACKAGES, PRIVATE, STANDARD
from mlpgen.template_files import TEMPLATES

LONGEST = 72
"""The most characters of the path of an imported file: its line cannot be broken."""

LONGEST_PACKAGE = 100
"""The most characters of the name of a package, which is in each import."""

KINDS = ("train", "predict", "spec")
"""Files beside the model `x.py` of a spec with `training`: `train_x.py` and so on."""


@cache
def shared_modules() -> frozenset[str]:
    """Return the names of the modules that scripts share, without `.py`."""
    return frozenset(path.stem for path in (TEMPLATES / "shared").glob("*.py"))


def hidden_module(name: str) -> str:
    """Say which module a file or folder of this name would hide; empty if none.

    Args:
        name: Without `.py`.
    """
    if name.casefold() in shared_modules():
        return f"`{name}` is a module that all scripts share"
    return foreign_module(name)


def foreign_module(name: str) -> str:
    """Say which module of Python or of a package has this name; empty if none."""
    plain = name.casefold()
    if plain in STANDARD or plain in PRIVATE or plain.startswith("__"):
        return f"`{name}` is a module of the standard library"
    if plain in PACKAGES:
        return f"`{name}` is a module that torch or the generated code may import"
    return f"Windows does not allow a file `{name}.py`" if plain in DEVICES else ""


def wrong_package(name: str) -> str:
    """Say why a name cannot be a package of generated code; empty if it can.

    Args:
        name: With dots, `mypkg.generated`.
    """
    if len(name) > LONGEST_PACKAGE:
        return f"it has {len(name)} characters, the maximum is {LONGEST_PACKAGE}"
    parts = name.split(".")
    for part in parts:
        if keyword.iskeyword(part):
            return f"`{part}` is a Python keyword"
        if not re.fullmatch(r"[A-Za-z_]\w*", part, re.ASCII):
            return f"`{part[:40]}` is not a Python identifier"
    return foreign_module(parts[0])


def generated_files(stem: str) -> frozenset[str]:
    """Return the names of the files that are generated from a spec, without `.py`.

    Args:
        stem: The file of the model, without `.py`.
    """
    return frozenset([stem, *(f"{kind}_{stem}" for kind in KINDS)])


def wrong_file(path: str, stem: str) -> str:
    """Say why a file of the author cannot be beside the generated code.

    Args:
        path: As a spec has it.
        stem: The file of the model, without `.py`.

    Returns:
        An empty string if it can.
    """
    parts = path.split("/")
    if not path.endswith(".py") or not all(map(_is_plain, parts)):
        return "it is not a Python file in this folder or below it"
    first = parts[0].removesuffix(".py")
    if first.casefold() in generated_files(stem):
        return f"`{first}` is a generated file"
    return hidden_module(first)


def wrong_module(path: str, stem: str) -> str:
    """Say why a file of the author cannot be imported; empty if it can.

    Args:
        path: As a spec has it.
        stem: The file of the model, without `.py`.
    """
    parts = path.removesuffix(".py").split("/")
    if not path.endswith(".py") or not all(map(_is_importable, parts)):
        return "it is not a Python file that can be imported"
    if len(path) > LONGEST:
        return f"it has {len(path)} characters, the maximum is {LONGEST}"
    return wrong_file(path, stem)


def _is_plain(part: str) -> bool:
    """Return whether all systems allow this name, and it does not leave the folder."""
    return bool(re.fullmatch(r"\w[\w .-]*", part)) and part[-1] not in " ."


def _is_importable(part: str) -> bool:
    identifier = re.fullmatch(r"[A-Za-z_]\w*", part, re.ASCII)
    return bool(identifier) and not keyword.iskeyword(part) and part[:2] != "__"
