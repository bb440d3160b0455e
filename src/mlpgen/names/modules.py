"""Python files beside the generated code, checked once: what such a file may be called.

Names are compared without their case, as file systems do that know none.
"""

from __future__ import annotations

import keyword
import re
from functools import cache

from mlpgen.names.reserved.modules import DEVICES, PACKAGES, PRIVATE, STANDARD
from mlpgen.template_files import TEMPLATES

LONGEST = 72
"""Characters of the path of a file that is imported: it is a line that has no break."""

LONGEST_PACKAGE = 100
"""Characters of the name of a package, which stands in each import."""

KINDS = ("train", "predict")
"""The scripts beside every model `x.py` that is trained: `train_x.py` and so on."""


@cache
def shared_modules() -> frozenset[str]:
    """Name the modules that the scripts of a folder share, without `.py`."""
    return frozenset(path.stem for path in (TEMPLATES / "shared").glob("*.py"))


def hidden_module(name: str) -> str:
    """Say what a file or folder of this name would hide from Python; empty if nothing.

    Args:
        name: Without `.py`.
    """
    if name.casefold() in shared_modules():
        return f"`{name}` is a module that the scripts of all models share"
    return foreign_module(name)


def foreign_module(name: str) -> str:
    """Say what of Python, or of its packages, has a name already; empty if nothing."""
    plain = name.casefold()
    if plain in STANDARD or plain in PRIVATE or plain.startswith("__"):
        return f"`{name}` is a module of Python itself"
    if plain in PACKAGES:
        return f"`{name}` is a module that torch or the generated code may import"
    return f"Windows has no file `{name}.py`" if plain in DEVICES else ""


def wrong_package(name: str) -> str:
    """Say why a name cannot be a package of generated code; empty if it can.

    Args:
        name: With dots, `mypkg.generated`.
    """
    if len(name) > LONGEST_PACKAGE:
        return f"it has {len(name)} characters, the most is {LONGEST_PACKAGE}"
    parts = name.split(".")
    for part in parts:
        if keyword.iskeyword(part):
            return f"`{part}` is a keyword of Python"
        if not re.fullmatch(r"[A-Za-z_]\w*", part, re.ASCII):
            return f"`{part[:40]}` is no name in Python"
    return foreign_module(parts[0])


def generated_files(stem: str) -> frozenset[str]:
    """Return the names of the files that a spec makes, without `.py`.

    Args:
        stem: That of the model.
    """
    return frozenset([stem, *(f"{kind}_{stem}" for kind in KINDS)])


def wrong_file(path: str, stem: str) -> str:
    """Say why a file of the author's cannot lie beside the generated code.

    Args:
        path: As a spec names it.
        stem: The file of the model, without `.py`.

    Returns:
        An empty text if it can.
    """
    parts = path.split("/")
    if not path.endswith(".py") or not all(map(_is_plain, parts)):
        return "it is no Python file of this folder, or of one in it"
    first = parts[0].removesuffix(".py")
    if first.casefold() in generated_files(stem):
        return f"`{first}` is a file that is generated here"
    return hidden_module(first)


def wrong_module(path: str, stem: str) -> str:
    """Say why a file of the author's cannot be imported; empty if it can.

    Args:
        path: As a spec names it.
        stem: The file of the model, without `.py`.
    """
    parts = path.removesuffix(".py").split("/")
    if not path.endswith(".py") or not all(map(_is_importable, parts)):
        return "it is no Python file that could be imported"
    if len(path) > LONGEST:
        return f"it has {len(path)} characters, the most is {LONGEST}"
    return wrong_file(path, stem)


def _is_plain(part: str) -> bool:
    """Tell whether all systems have files of this name, and none leaves a folder."""
    return bool(re.fullmatch(r"\w[\w .-]*", part)) and part[-1] not in " ."


def _is_importable(part: str) -> bool:
    identifier = re.fullmatch(r"[A-Za-z_]\w*", part, re.ASCII)
    return bool(identifier) and not keyword.iskeyword(part) and part[:2] != "__"
