"""The `mlpgen` command, and `python -m mlpgen`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and leave at once.

    A command lives for a fraction of a second, most of it imports. Collecting garbage
    and taking the interpreter down in good order would take a quarter of that, and
    looking for plugins of pydantic a tenth; none of it does anything for the user.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from mlpgen.cli import run

    code = run()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


if __name__ == "__main__":
    main()
