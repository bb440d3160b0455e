"""Names that a spec gives, checked once: what passes here is safe in code."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

LONGEST = 32
LONGEST_CLASS = 32
"""Characters of a name; longer ones would not leave room on a line of code."""

MODULE_ATTRIBUTES = frozenset(
    [
        "T_destination",
        "add_module",
        "append",
        "apply",
        "bfloat16",
        "buffers",
        "call_super_init",
        "children",
        "compile",
        "cpu",
        "cuda",
        "double",
        "dump_patches",
        "eval",
        "extend",
        "extra_repr",
        "float",
        "forward",
        "get_buffer",
        "get_extra_state",
        "get_parameter",
        "get_submodule",
        "half",
        "insert",
        "ipu",
        "load_state_dict",
        "modules",
        "mtia",
        "named_buffers",
        "named_children",
        "named_modules",
        "named_parameters",
        "parameters",
        "pop",
        "register_backward_hook",
        "register_buffer",
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook",
        "register_module",
        "register_parameter",
        "register_state_dict_post_hook",
        "register_state_dict_pre_hook",
        "requires_grad_",
        "set_extra_state",
        "set_submodule",
        "share_memory",
        "state_dict",
        "to",
        "to_empty",
        "train",
        "training",
        "type",
        "xpu",
        "zero_grad",
    ]
)
"""The public attributes of `nn.Module` and `nn.Sequential`."""

NOT_EXPORTED = frozenset(
    [
        "add_submodule",
        "code",
        "delete_all_unused_submodules",
        "delete_submodule",
        "graph",
        "meta",
        "print_readable",
        "recompile",
        "shape_env",
        "to_folder",
    ]
)
"""The public attributes of the `GraphModule` that torch.export makes."""

_LOCALS = frozenset(
    [
        "f",
        "i",
        "layer",
        "layers",
        "nn",
        "outputs",
        "recorded",
        "self",
        "torch",
        "x",
    ]
)
"""Names that a model's file uses itself; `l` looks like a one."""

_CLASSES = frozenset(
    [
        "ACCUMULATE",
        "ARCHIVE",
        "ARCHIVES",
        "Any",
        "AveragedModel",
        "CHECKSUM",
        "CLASSES",
        "Callable",
        "Data",
        "DataError",
        "DistributedDataParallel",
        "EMA",
        "EPOCHS",
        "F",
        "FOLDER",
        "IMAGE",
        "Iterable",
        "Iterator",
        "KNOWN",
        "LABELS",
        "LENGTH",
        "MEAN",
        "MIRRORS",
        "NamedTuple",
        "OUTPUTS",
        "OrderedDict",
        "PADDING",
        "PATH",
        "PATIENCE",
        "Path",
        "RANK",
        "RANKS",
        "RESULT",
        "RUNS",
        "Run",
        "RunError",
        "SEED",
        "SHAPE",
        "STD",
        "SUBSET",
        "SimpleNamespace",
        "TARGET",
        "TEST",
        "TRAIN",
        "Tensor",
        "ThreadPoolExecutor",
        "VALIDATION",
        "VOCABULARY",
    ]
)
"""Names with a capital that a model's file or a training script uses itself."""

_MODULES = frozenset(
    [
        "torch",
        "functorch",
        "torchgen",
        "torchvision",
        "triton",
        "numpy",
        "scipy",
        "sympy",
        "mpmath",
        "networkx",
        "jinja2",
        "markupsafe",
        "filelock",
        "fsspec",
        "packaging",
        "setuptools",
        "typing_extensions",
        "opt_einsum",
        "psutil",
        "dill",
        "cuda",
        "nvidia",
        "pandas",
        "pytest",
        "tqdm",
        "yaml",
    ]
)
"""Modules that torch or the script may import, which a file beside it would hide."""

_GONE = frozenset(
    [
        "aifc",
        "asynchat",
        "asyncore",
        "audioop",
        "cgi",
        "cgitb",
        "chunk",
        "crypt",
        "distutils",
        "imghdr",
        "imp",
        "lib2to3",
        "mailcap",
        "msilib",
        "nis",
        "nntplib",
        "ossaudiodev",
        "pipes",
        "smtpd",
        "sndhdr",
        "spwd",
        "sunau",
        "telnetlib",
        "uu",
        "xdrlib",
    ]
)
"""Modules of Python 3.11 that later ones lack: a spec is right in all or in none."""


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
    """Say why `name` cannot be a layer or parameter; an empty text if it can."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return "a name has lower-case letters, digits and _"
    if len(name) > LONGEST:
        return f"a name has at most {LONGEST} characters, this one {len(name)}"
    if keyword.iskeyword(name):
        return f"`{name}` is a keyword of Python"
    if name in MODULE_ATTRIBUTES:
        return f"`{name}` is an attribute of `nn.Module`"
    if name == "l":
        return "it looks like the number 1"
    if name in _LOCALS:
        return f"`{name}` has a meaning of its own in the generated code"
    if hasattr(builtins, name):
        return f"`{name}` is a builtin of Python"
    return ""


def wrong_parameter(name: str) -> str:
    """Say why `name` cannot be a parameter; an empty text if it can."""
    if name == "index":
        return "`index` is the number of a round, in a layer with `repeat`"
    return wrong_name(name)


def wrong_class_name(name: str) -> str:
    """Say why `name` cannot be the class of a model; an empty text if it can."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        return "a class name is CamelCase: letters and digits, a capital first"
    if len(name) > LONGEST_CLASS or len(snake_case(name)) > 40:
        return f"a class name has at most {LONGEST_CLASS} characters"
    if keyword.iskeyword(name) or name in _CLASSES or hasattr(builtins, name):
        return f"`{name}` has a meaning of its own in Python or the generated code"
    stem = snake_case(name)
    if stem in sys.stdlib_module_names | _GONE | _MODULES:
        return f"its file `{stem}.py` would hide the module `{stem}`"
    return ""
