"""The `mlpgen` command, and `python -m mlpgen`."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class _NoPlugins(ModuleType):
    """Stands in for pydantic's loader of plugins, in a process that wants none.

    The loader imports `importlib.metadata`, and with it `email` and `zipfile`, before
    it looks whether plugins are switched off.
    """

    @staticmethod
    def get_plugins() -> tuple[()]:
        """Return no plugins."""
        return ()

    def __getattr__(self, name: str) -> object:
        """Leave whatever else pydantic may want to the loader itself."""
        if name.startswith("__"):  # the import system asks for `__path__`
            raise AttributeError(name)
        del sys.modules[self.__name__]
        found: object = getattr(import_module(self.__name__), name)
        return found


def _import_digests() -> None:
    """Import `hashlib`, and `hmac` that pydantic asks for, with Python's own digests.

    Jinja and the headers need little of them, and to load OpenSSL takes a twentieth of
    a command.
    """
    own = ["_blake2", "_md5", "_sha1", "_sha3"]
    own += ["_sha2"] if sys.version_info >= (3, 12) else ["_sha256", "_sha512"]
    if not all(map(find_spec, own)):
        return  # this Python has those of OpenSSL only
    modules: dict[str, Any] = sys.modules
    modules["_hashlib"] = None
    import_module("hashlib")
    import_module("hmac")
    del modules["_hashlib"]


def main() -> None:
    """Run the command line and leave at once.

    A command lives for a fraction of a second, most of it imports. Collecting garbage
    and taking the interpreter down in good order would take a quarter of that, and
    looking for plugins of pydantic a tenth, and OpenSSL a twentieth; none of it does
    anything for the user.
    """
    gc.disable()
    _import_digests()
    sys.modules["pydantic.plugin._loader"] = _NoPlugins("pydantic.plugin._loader")
    from mlpgen.cli import run

    code = run()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # it may be closed
                stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


if __name__ == "__main__":
    main()
