"""The certificate of a spec that was imported, of what costs little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.session import Check, ModelError
from mlpgen.proof.job import job

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.importer.session import Session

NAME = "certificate of `prove`"
MOST = 20_000_000_000
"""The most multiply-adds of a network that is certified at once."""


def certificate(session: Session, network: Network, *, own: bool) -> Check:
    """Return how the checks of `mlpgen prove` went, as one check of the import.

    Args:
        session: The process, which has compared the spec with the original.
        network: The spec.
        own: Whether code of the author is in it, of which mlpgen claims less.
    """
    claimed = job("", network)
    if claimed.claims["multiply_adds"] > MOST:
        return Check(NAME, "note", "left out, as the network is large")
    try:
        found = session.certify(claimed)
    except ModelError:
        return Check(NAME, "note", "not finished in time")
    failed = next((each for each in found if each.status == "fails"), None)
    if failed is not None:
        status = "note" if own else "failed"
        return Check(NAME, status, f"`{failed.name}` fails: {failed.detail}")
    names = ", ".join(each.name for each in found if each.status == "holds")
    return Check(NAME, "ok", f"{len(found)} of its checks: {names}")
