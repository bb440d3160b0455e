"""Proves what mlpgen claims about networks."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mlpgen.proof.process import JOBS, Process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.proof.certificate import Certificate
    from mlpgen.proof.job import Job
    from mlpgen.proof.process import Tell


def prove(
    jobs: Sequence[Job],
    *,
    timeout: float = 300,
    tell: Tell = lambda spec, check: None,
) -> Iterator[Certificate]:
    """Prove what mlpgen claims about networks, in a process with torch.

    Args:
        jobs: The networks.
        timeout: How many seconds each of them may take.
        tell: Called when a check begins, with the spec and the name of the check.

    Yields:
        The certificate of each network, once all its checks are done.

    Raises:
        NoTorchError: Torch is not installed.
    """
    done = 0
    with TemporaryDirectory(prefix="mlpgen-") as name:
        folder = Path(name)
        written = [job.write(folder / str(index)) for index, job in enumerate(jobs)]
        while done < len(jobs):
            # If a process does not finish, another one takes the remaining jobs.
            (folder / JOBS).write_text(json.dumps(written[done:]))
            for certificate in Process(jobs[done:], folder, timeout, tell).run():
                done += 1
                yield certificate
