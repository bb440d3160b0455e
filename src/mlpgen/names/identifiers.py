"""Names that a spec gives, checked once: what passes here is safe in code."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from mlpgen.names.modules import hidden_module
from mlpgen.names.reserved.attributes import MODULE, PRIVATE
from mlpgen.names.reserved.scripts import WORDS
from mlpgen.names.reserved.words import BUILTINS, MODEL

if TYPE_CHECKING:
    from collections.abc import Container

LONGEST = 64
LONGEST_CLASS = 64
LONGEST_IMPORT = 60
LONGEST_FILE = 40
"""Characters of a name; longer ones would not leave room on a line of code."""


def snake_case(name: str) -> str:
    """Turn a class name into a file or attribute name: `MnistMLP` to `mnist_mlp`.

    Activations keep the spelling of torch's functions: `PReLU` is `prelu`.
    """
    for word in ("PReLU", "RReLU", "ReLU", "SiLU"):
        name = name.replace(word, word.capitalize())
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return name.lower()


def camel_case(text: str) -> str:
    """Turn a text into the name of a class; empty if that is none."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    name = "".join(word[0].upper() + word[1:] for word in words)
    return "" if wrong_class_name(name) else name


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name, with `_` behind it as long as it is taken."""
    while name in taken:
        name = f"{name}_"
    return name


def wrong_name(name: str) -> str:
    """Say why `name` cannot be a layer; an empty text if it can.

    A layer is an attribute of its class, so only what Python or `nn.Module` cannot take
    is refused; where the code needs a variable for it, that makes way.
    """
    if not re.fullmatch(r"_?[A-Za-z0-9]\w*", name, re.ASCII) or name[0].isdigit():
        return "a name has letters, digits and `_`, and begins with a letter or one `_`"
    if len(name) > LONGEST:
        return f"a name has at most {LONGEST} characters, this one {len(name)}"
    if keyword.iskeyword(name):
        return f"`{name}` is a keyword of Python"
    if name in MODULE or name in PRIVATE:
        return f"`{name}` is an attribute of `nn.Module`"
    return "`input` is what arrives" if name == "input" else ""


def wrong_input(name: str) -> str:
    """Say why `name` cannot be an input; an empty text if it can."""
    return _wrong_argument(name, _OF_FORWARD)


def wrong_parameter(name: str) -> str:
    """Say why `name` cannot be a parameter; an empty text if it can."""
    if name == "index":
        return "`index` is the number of a round, in a layer with `repeat`"
    if name in ("true", "false"):
        return f"`{name}` is a truth value in an expression"
    reason = _wrong_argument(name, _OF_INIT)
    if not reason and (name in MODULE or name in PRIVATE):
        return f"`{name}` is an attribute of `nn.Module`"
    return reason


_OF_FORWARD = frozenset(["nn", "recorded", "self", "torch"])
_OF_INIT = frozenset(["nn", "self", "spectral_norm", "torch", "weight_norm"])
"""What these use that is no variable of theirs, so that it cannot make way."""


def _wrong_argument(name: str, used: Container[str]) -> str:
    """Say why a name cannot be an argument of a function of the generated code."""
    if not re.fullmatch(r"_?[a-z][a-z0-9_]*", name):
        return "a name has lower-case letters, digits and `_`"
    if len(name) > LONGEST:
        return f"a name has at most {LONGEST} characters, this one {len(name)}"
    if keyword.iskeyword(name):
        return f"`{name}` is a keyword of Python"
    if name == "l":
        return "it looks like the number 1"
    if name in used:
        return f"`{name}` has a meaning of its own in the generated code"
    return f"`{name}` is a builtin of Python" if name in BUILTINS else ""


def wrong_class_name(name: str) -> str:
    """Say why `name` cannot be the class of a model or block; empty if it can."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        return "a class name is CamelCase: letters and digits, a capital first"
    if len(name) > LONGEST_CLASS or len(snake_case(name)) > 100:
        return f"a class name has at most {LONGEST_CLASS} characters"
    if _is_taken(name):
        return f"`{name}` has a meaning of its own in Python or the generated code"
    return ""


def wrong_stem(stem: str) -> str:
    """Say why `stem` cannot be the file of a model, without `.py`; empty if it can."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", stem):
        return "a file has lower-case letters, digits and `_`, without `.py`"
    if len(stem) > LONGEST_FILE:
        return f"it has {len(stem)} characters, the most is {LONGEST_FILE}"
    if keyword.iskeyword(stem):
        return f"`{stem}` is a keyword of Python"
    reason = hidden_module(stem)
    return f"its file would be `{stem}.py`, and {reason}" if reason else ""


def wrong_import(name: str) -> str:
    """Say why `name` cannot be a class that a model imports; empty if it can."""
    if not _is_identifier(name):
        return f"a class is {_IDENTIFIER}"
    if len(name) > LONGEST_IMPORT:
        return f"it has {len(name)} characters, the most is {LONGEST_IMPORT}"
    if re.fullmatch(r"[A-Z0-9_]+_[A-Z0-9_]*", name):
        return "it is spelt like a constant"
    if _is_taken(name) or re.fullmatch(r"_|(size|value)_\d+", name):
        return f"`{name}` has a meaning of its own in Python or the generated code"
    return ""


def wrong_argument(name: str) -> str:
    """Say why `name` cannot be an argument of such a class; empty if it can."""
    if not _is_identifier(name):
        return f"an argument is {_IDENTIFIER}"
    if len(name) > LONGEST_IMPORT:
        return f"it has {len(name)} characters, the most is {LONGEST_IMPORT}"
    return "it is the object itself" if name == "self" else ""


_IDENTIFIER = "an identifier of letters and digits, with at most one `_` before them"


def _is_taken(name: str) -> bool:
    return name in BUILTINS or name in MODEL or name in WORDS


def _is_identifier(name: str) -> bool:
    """Tell whether Python takes a name as it is: it changes `__name` in a class."""
    plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)
    return bool(plain) and not keyword.iskeyword(name) and name[:2] != "__"
