"""What is wrong with files of data, in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_common import DataError


@contextmanager
def readable(path: Path, fault: str) -> Iterator[None]:
    """Say in one line what is wrong with a file: a damaged one can raise anything.

    The fault is what it must be if it cannot be read, such as "is no table".
    """
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = " ".join(str(said).split())
        raise DataError(f"{path} {fault}: {reason}") from None
