"""What a script that uses a run says of it: which it is, and what differs today."""

from pathlib import Path
from typing import Any

import changes
import checkpoint
from changes import Spec
from errors import RunError


def run_told(path: Path, state: dict[str, Any], spec: Spec | None) -> tuple[str, ...]:
    """Say where weights come from, and how the spec differs from that of the run.

    Args:
        path: The checkpoint.
        state: What is in it.
        spec: What the scripts were made from.

    Raises:
        RunError: It is of another network: a line for each difference.
    """
    try:
        lines = [f"{checkpoint.summary(path, state)}"]
        if spec is not None:
            lines += _differences(path, state.get("spec"), spec)
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise RunError(f"{path} does not tell what it is of: it is damaged") from error
    return (*lines,)


def _differences(path: Path, was: Spec | None, now: Spec) -> list[str]:
    """Name what differs from the spec of a run; another network cannot be used."""
    if was is None:
        return ["older scripts made it: it does not tell its network"]
    keys = changes.of_training(was, now)
    lines = changes.of_network(was, now)
    lines += [str(each) for each in keys if changes.is_other_data(each)]
    if lines:
        raise RunError(*lines, checkpoint.of_another_network(path))
    found = [f"{each}: the run's is used" for each in changes.of_parameters(was, now)]
    for each in keys:
        kept = each.name in ("normalize", "fit")
        found.append(f"{each}: the run's is used" if kept else str(each))
    return [f"the spec has changed since: {each}" for each in found]
