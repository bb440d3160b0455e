"""What is said of the lengths of texts: how many a model sees cut, or padded."""

from collections.abc import Iterator

from torch import Tensor


def of_lengths(sizes: Tensor, length: int, what: str, units: str) -> str:
    """Say how long texts are, and how many are cut and padded.

    Args:
        sizes: How many units each has, int64 (N,).
        length: How many the model takes.
        what: What they are called: texts, lines.
        units: What their units are called.
    """
    ends = (sizes.min(), sizes.median(), sizes.max())
    least, half, most = (f"{int(each):,}" for each in ends)
    cut, padded = int((sizes > length).sum()), int((sizes < length).sum())
    return (
        f"{len(sizes):,} {what} of {least} to {most} {units}, half of them up to "
        f"{half}; the model takes {length:,}: {cut:,} are cut, {padded:,} padded"
    )


def of_cuts(sizes: Tensor, length: int, what: str, units: str) -> Iterator[str]:
    """Warn where a model sees less than half of what there is."""
    seen, every = int(sizes.clamp(max=length).sum()), int(sizes.sum())
    if 2 * seen < every:
        yield (
            f"the model sees {seen / every:.0%} of the {units} of the {what}: the "
            f"input takes {length:,} of each"
        )
