"""The `mlpgen` command, and `python -m mlpgen`."""

from __future__ import annotations

import gc
import os
import sys
from types import ModuleType


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
        from importlib import import_module

        del sys.modules[self.__name__]
        found: object = getattr(import_module(self.__name__), name)
        return found


def main() -> None:
    """Run the command line and leave at once.

    A command lives for a fraction of a second, most of it imports. Collecting garbage
    and taking the interpreter down in good order would take a quarter of that, and
    looking for plugins of pydantic a tenth; none of it does anything for the user.
    """
    gc.disable()
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
