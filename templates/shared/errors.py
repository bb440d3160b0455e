"""How scripts speak: a mistake is one line, and no terminal obeys it."""

import os
import sys
from collections.abc import Callable

from data_common import RANK, DataError


class RunError(Exception):
    """Why a script cannot begin or go on, and what to do, in one line or several."""


def guarded(main: Callable[[], None]) -> None:
    """Run a script: what goes wrong is said, a line each, and the exit code is 2."""
    if "--traceback" in sys.argv:
        main()
        return
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:  # of `| head`; what is still to print goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
    except Exception as error:
        for line in error.args if isinstance(error, RunError) else [told(error)]:
            print(printable(f"error: {' '.join(str(line).split())}"), file=sys.stderr)
        raise SystemExit(2) from None


def told(error: Exception) -> str:
    """Say in one line what went wrong; of an unforeseen error, of which kind it is."""
    text = one_line(error)
    if isinstance(error, RunError | DataError | OSError):
        return text
    return f"{type(error).__name__}: {text} (--traceback shows where)"


def one_line(error: Exception) -> str:
    """Return what an error says, as one line, without its end if it is long."""
    return " ".join(str(error).split())[:300]


def say(text: str) -> None:
    """Print something once, whatever the number of ranks."""
    if RANK == 0:
        print(printable(text), flush=True)


def note(text: str) -> None:
    """Print once what is no result, beside those."""
    if RANK == 0:
        print(printable(text), file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Escape what a terminal or a workflow obeys, since names may be anybody's."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    shown = shown.replace("##", r"#\x23")
    obeyed = shown.lstrip().startswith("::")
    return shown.replace(":", r"\x3a", 1) if obeyed else shown


def short(number: float) -> str:
    """Write a number as short as people do: 0.4242, 13.2, 250,000."""
    return f"{number:,.0f}" if 10_000 <= abs(number) < 1e12 else f"{number:.4g}"
