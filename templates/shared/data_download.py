"""Files of data sets that are fetched from the internet, once for all ranks."""

import http.client
import os
import urllib.request
from collections.abc import Sequence
from hashlib import md5
from pathlib import Path

import torch.distributed as dist

from data_common import LOCAL_RANK, DataError
from errors import say
from file_errors import readable


def fetch(path: Path, mirrors: Sequence[str], checksum: str) -> None:
    """Download a file if it is missing: one rank of a machine, and the others wait.

    Raises:
        DataError: No mirror has it.
    """
    together = dist.is_initialized()
    try:
        if not path.is_file() and (LOCAL_RANK == 0 or not together):
            download(path, mirrors, checksum)
    finally:
        if together:
            dist.barrier()


def download(path: Path, mirrors: Sequence[str], checksum: str) -> None:
    """Download a file of this MD5 from the first mirror that has it.

    The addresses of mirrors end with a slash.

    Raises:
        DataError: None has.
    """
    errors = []
    for mirror in mirrors:
        say(f"downloading {mirror}{path.name}")
        try:
            with urllib.request.urlopen(mirror + path.name, timeout=30) as response:
                content: bytes = response.read()
        except (OSError, http.client.HTTPException) as error:
            errors.append(f"{mirror}: {error}")
            continue
        if md5(content, usedforsecurity=False).hexdigest() == checksum:
            with readable(path, "cannot be written"):
                path.parent.mkdir(parents=True, exist_ok=True)
                aside = path.with_suffix(f".{os.getpid()}.part")
                aside.write_bytes(content)
                aside.replace(path)
            return
        errors.append(f"{mirror}: another file than expected")
    where = "--data-dir names the folder that has it"
    raise DataError(f"{path} is not there; {where} ({'; '.join(errors)})")
