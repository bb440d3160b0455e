"""Read `weights:`, which a training starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlpgen.spec.training import StartKeys

if TYPE_CHECKING:
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems


def resolve_start(
    raw: str | dict[str, Any] | None, path: Path, problems: Problems
) -> StartKeys | None:
    """Read which weights a training starts from; None without any, or a mistake.

    Args:
        raw: The value in the spec: a path, or a mapping with one.
        path: Its path.
        problems: Collects mistakes.
    """
    if raw is None:
        return None
    given = {"path": raw} if isinstance(raw, str) else raw
    try:
        return StartKeys.model_validate(given)
    except ValidationError as error:
        problems.add_invalid(error, StartKeys, "weights", path, given)
        return None
