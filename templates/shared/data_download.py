"""Files that are downloaded: data sets with a name."""

import http.client
import os
import urllib.request
from collections.abc import Sequence
from hashlib import md5
from pathlib import Path

from data_common import DataError, readable


def download(path: Path, mirrors: Sequence[str], checksum: str) -> None:
    """Fetch a file of this MD5 from the first mirror that has it.

    The addresses of mirrors end with a slash.
    """
    errors = []
    for mirror in mirrors:
        print(f"downloading {mirror}{path.name}")
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
