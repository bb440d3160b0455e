"""How a run continues: its checkpoint decides, and what differs is named."""

import copy
import math
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch.optim.lr_scheduler import ReduceLROnPlateau

import changes
import checkpoint
from changes import Change, Spec
from data_common import RANKS
from errors import RunError
from parting_marks import parted_anew

FLAGS = ("lr", "epochs", "batch_size", "seed", "freeze")
"""Keys of a training that are flags, which a run may continue with."""
FREE = {
    *("data_dir", "out", "resume", "checkpoint_every", "device", "threads"),
    *("look", "profile", "tensorboard", "plot", "traceback", *FLAGS),
    *("weights", "weights_except"),
}
"""Settings that may change; all others are of the network, or of what is learned."""
OF_DATA = ("data", "subset", "validation", "normalize", "fit")
"""Keys of a training that what is known of the data may depend on."""
HELD_OUT = {
    "validation": ("data", "subset", "validation", "seed"),
    "test": ("data", "seed"),
}
"""Parts of data that are never trained on, and keys that decide what is in them."""
OF_LOSS = ("class_weights", "pos_weight")
"""What is known of the data for the loss alone, which may be another one."""
RATES = ("lr", "initial_lr", "max_lr", "min_lr")
"""What a group of parameters has of its learning rate."""


def differences(
    path: Path,
    state: dict[str, Any],
    settings: dict[str, Any],
    about: dict[str, Any],
    spec: Spec | None,
    parts: dict[str, Any],
) -> tuple[list[str], Spec | None]:
    """Name what differs between a run and the scripts that it continues with.

    Args:
        path: The checkpoint.
        state: What is in it.
        settings: The command line of today, as plain data.
        about: What is known of the data today.
        spec: What the scripts were made from.
        parts: What has a state today.

    Returns:
        A line for each difference that the run can continue with, and what the spec is
        that it continues with: where its own is used, that is in it.

    Raises:
        RunError: It cannot continue: a line for each reason.
    """
    was: Spec | None = state.get("spec")
    found = changes.of_training(was, spec) if was and spec else []
    refused = [f"{each}: train anew" for each in found if _refused(each, state, parts)]
    held, reasons = _held_out(state["about"], about, found)
    refused += reasons
    refused += _other_settings(path, state, settings)
    network = changes.of_network(was, spec) if was and spec else []
    if _other_data(state["about"], about):
        others = [each for each in found if each.name in OF_DATA and each not in held]
        refused += map(str, others)
        if held or not reasons:  # which say more
            refused.append(f"{path} was made with other data")
    if network:
        raise RunError(*network, *refused, checkpoint.of_another_network(path))
    if refused:
        raise RunError(*dict.fromkeys(refused))
    if spec is None:
        return [], None
    if was is None:
        return [f"{path}: older scripts made it: it does not tell its network"], spec
    lines = [f"{each}: the run's is used" for each in changes.of_parameters(was, spec)]
    lines += [
        _outcome(each, state, settings) for each in found if not _is_so(each, state)
    ]
    used = {each.name: each.was for each in found if _is_kept(each, state, settings)}
    training = {**spec["training"], **used}
    return lines, {"network": was["network"], "training": training}


def _refused(change: Change, state: dict[str, Any], parts: dict[str, Any]) -> bool:
    """Tell whether what a run has learned does not fit a key of its training."""
    name, was, now = change
    if name == "optimizer":
        groups = [group["params"] for group in state["optimizer"]["param_groups"]]
        sizes = [len(group["params"]) for group in parts["optimizer"].param_groups]
        return _trained(was) != _trained(now) or [*map(len, groups)] != sizes
    if name == "scheduler":
        return _scheduler_kind(was) != _scheduler_kind(now)
    return changes.is_other_data(change) or (name == "ema" and None in (was, now))


def _held_out(
    was: dict[str, Any], now: dict[str, Any], found: list[Change]
) -> tuple[list[Change], list[str]]:
    """Find what is held out now, and may have been trained on.

    Args:
        was: What is known of the data that was trained on.
        now: What is known of that of today.
        found: The keys of the training that say something else.

    Returns:
        Those of them that are the reason, and what is said of it.
    """
    held: list[Change] = []
    reasons: list[str] = []
    for part, keys in HELD_OUT.items():
        said = parted_anew(was, now, part)
        older = "parted" not in was and part in now.get("parted", {})
        blamed = [each for each in found if each.name in keys]
        if said or older:
            held += blamed
            reasons += [
                f"{each}: what is held out now was trained on" for each in blamed
            ]
        if said and not blamed and not reasons:
            reasons.append(said)
    return held, reasons


def _trained(optimizer: str) -> list[str]:
    """Return of an optimizer its class, and what its groups are and are trained by."""
    chosen = r"parameters: (?:\[[^]]*]|[^,}]*)|kind: \w+|\b[A-Z]\w*"
    return re.findall(chosen, optimizer)


def _scheduler_kind(scheduler: str | None) -> tuple[object, ...]:
    """Return of a scheduler what its state depends on: classes, and when it moves."""
    text = scheduler or ""
    return (*re.findall(r"\b[A-Z]\w*", text), " per " in text, " warmup " in text)


def _other_settings(
    path: Path, state: dict[str, Any], settings: dict[str, Any]
) -> Iterator[str]:
    """Name settings that cannot change in the middle of a run."""
    if state.get("ranks") != RANKS:
        yield f"{path} was made with ranks {state.get('ranks')}, not {RANKS}"
    kept = state["settings"]
    for name in [each for each in kept if each in settings and each not in FREE]:
        if kept[name] != settings[name]:
            yield f"{name} of a run cannot change: {kept[name]}, not {settings[name]}"


def _other_data(was: dict[str, Any], now: dict[str, Any]) -> bool:
    names = {*was, *now}.difference(OF_LOSS, {"parted", "ranges"})
    return any(was.get(name) != now.get(name) for name in names)


def _is_so(change: Change, state: dict[str, Any]) -> bool:
    """Tell whether a run has had what the spec says now from a flag."""
    used = state["settings"].get(change.name)
    return change.name in FLAGS and used is not None and used == change.now


def _is_kept(change: Change, state: dict[str, Any], settings: dict[str, Any]) -> bool:
    """Tell whether a run continues with its own of a key that says something else."""
    kept = state["settings"]
    if change.name in FLAGS:
        return bool(settings[change.name] == kept.get(change.name))
    same_rate = settings["lr"] == kept.get("lr")  # else the schedule is made anew
    return change.name == "optimizer" or (change.name == "scheduler" and same_rate)


def _outcome(change: Change, state: dict[str, Any], settings: dict[str, Any]) -> str:
    """Say what comes of a key that says something else."""
    name, _, now = change
    used, kept = state["settings"].get(name), _is_kept(change, state, settings)
    if name in FLAGS and kept:
        flag = f"--{name.replace('_', '-')}"
        patterns = (now or "").strip("[]").replace(",", "") if name == "freeze" else now
        said = f"{flag} {patterns}".rstrip()
        return f"{name} was {used}, the spec says {now or []}: {said} takes it"
    if name in FLAGS:
        return f"{name} was {used}, is {settings[name]}: from now on"
    if name == "weights" or name.startswith("init."):
        return f"{change}: the run has begun"
    return f"{change}: the run's is used" if kept else f"{change}: from now on"


def restore(path: Path, parts: dict[str, Any], state: dict[str, Any]) -> None:
    """Give all that has a state the state that it had.

    Raises:
        RunError: It is of something else.
    """
    checkpoint.check_weights(path, parts["model"], state["model"])
    for name, part in parts.items():
        if name == "scaler" and name not in state:
            continue  # it begins with its own
        try:
            checkpoint.restore(part, state[name])
        except Exception:
            raise RunError(f"{path} has no state of this {name}") from None


class Schedule:
    """The learning rates of a run that continues.

    If what they follow from has changed (the rate, the number of epochs or of steps),
    the schedule is made anew and moved to where the run is.
    """

    def __init__(self, parts: dict[str, Any]) -> None:
        """Take note of how rates begin, before the state of a run is restored."""
        self._optimizer = parts["optimizer"]
        self._scheduler: Any = parts.get("scheduler")
        self._rates = [
            {name: group[name] for name in RATES if name in group}
            for group in self._optimizer.param_groups
        ]
        if self._scheduler:
            self._fresh = copy.deepcopy(self._scheduler.state_dict())
        self._anew, self._factor, self._before = False, 1.0, 0

    def compare(
        self, state: dict[str, Any], settings: dict[str, Any], *, fixed: bool
    ) -> None:
        """See whether rates follow from something else than they did.

        Args:
            state: The checkpoint.
            settings: The command line of today.
            fixed: Whether they follow from the number of epochs.
        """
        kept = state["settings"]
        self._anew = settings["lr"] != kept["lr"]
        self._anew |= fixed and settings["epochs"] != kept["epochs"]
        self._factor = settings["lr"] / kept["lr"] if kept["lr"] else 0.0
        self._before = int(state.get("steps", 0))

    def fit(self, steps: int, epoch: int, step: int) -> int:
        """Fit the schedule to the steps of an epoch.

        Args:
            steps: How many there are now.
            epoch: The one in progress, from 1.
            step: How many of it are done, by their number before.

        Returns:
            How many of it are done.
        """
        before = self._before or steps
        moved = self._moved()
        by_step = moved != epoch - 1
        if self._anew or (by_step and steps != before):
            self._move(round(moved * steps / before) if by_step else moved)
        self._anew, self._before = False, 0
        return math.ceil(step * steps / before)

    def _moved(self) -> int:
        """Return how often the scheduler has moved on."""
        first = next(iter(getattr(self._scheduler, "_schedulers", [])), None)
        return int(
            getattr(self._scheduler, "last_epoch", getattr(first, "last_epoch", 0))
        )

    def _move(self, count: int) -> None:
        """Make the schedule anew and move it on.

        One that looks at metrics keeps what it has seen; its rates are multiplied.
        """
        groups = self._optimizer.param_groups
        if isinstance(self._scheduler, ReduceLROnPlateau) and self._factor:
            for group in groups:
                group["lr"] *= self._factor
            return
        for group, rates in zip(groups, self._rates, strict=True):
            group.update(rates)
        if self._scheduler:
            self._scheduler.load_state_dict(self._fresh)
            with warnings.catch_warnings(action="ignore"):  # no step was made before
                for _ in range(count):
                    self._scheduler.step()
