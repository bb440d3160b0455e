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
    """Replaces pydantic's plugin loader in a process that needs no plugins.

    The loader imports `importlib.metadata`, and with it `email` and `zipfile`, before
    it checks whether plugins are disabled.
    """

    @staticmethod
    def get_plugins() -> tuple[()]:
        """Return no plugins."""
        return ()

    def __getattr__(self, name: str) -> object:
        """Load the real loader for anything else that pydantic asks for."""
        if name.startswith("__"):  # the import system asks for `__path__`
            raise AttributeError(name)
        del sys.modules[self.__name__]
        found: object = getattr(import_module(self.__name__), name)
        return found


def _import_digests() -> None:
    """Import `hashlib`, and `hmac` for pydantic, with Python's built-in digests.

    Jinja and the headers need no more, and loading OpenSSL takes a twentieth of the
    time of a command.
    """
    builtin = ["_blake2", "_md5", "_sha1", "_sha3"]
    builtin += ["_sha2"] if sys.version_info >= (3, 12) else ["_sha256", "_sha512"]
    if not all(map(find_spec, builtin)):
        return  # this Python has only the digests of OpenSSL
    modules: dict[str, Any] = sys.modules
    modules["_hashlib"] = None
    import_module("hashlib")
    import_module("hmac")
    del modules["_hashlib"]


def main() -> None:
    """Run the command line and exit at once.

    A command takes a fraction of a second, mostly imports. Garbage collection and an
    orderly shutdown would take a quarter of that, pydantic's plugins a tenth, and
    OpenSSL a twentieth, without any use for the user.
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
