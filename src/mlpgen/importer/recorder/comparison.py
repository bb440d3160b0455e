"""Compares a generated model with the original, with the original's weights."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from mlpgen.importer.recorder.dropout import Rates, WithoutDropout
from mlpgen.importer.recorder.gradients import OriginalFailsError, gradients
from mlpgen.importer.recorder.leaves import is_drop_path
from mlpgen.importer.recorder.results import results_of, with_inputs
from mlpgen.importer.recorder.target import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_Both = tuple[list[Tensor], list[Tensor]]
CLOSE = 1e-5
"""How far outputs may differ, relative to the largest of them."""


def compared(
    original: nn.Module,
    file: str,
    name: str,
    inputs: Mapping[str, Tensor],
    used: Sequence[int],
) -> list[dict[str, str]]:
    """Return the checks: `name`, `status` (`ok`, `failed`, `note`) and `detail`.

    Args:
        original: The model.
        file: The code of the generated one.
        name: Its class.
        inputs: What the original takes.
        used: Which of them the generated model takes.
    """
    checks: list[dict[str, str]] = []

    def check(title: str, fails: str, detail: str = "") -> bool:
        status = "failed" if fails else "ok"
        checks.append({"name": title, "status": status, "detail": fails or detail})
        return not fails

    model = with_inputs(_class(file, name)(), used)
    one, other = original.state_dict(), model.state_dict()
    keys = f"{len(one)} keys"
    if not check("keys, shapes and order", _keys_differ(one, other), keys):
        return checks
    model.load_state_dict(one)
    counts = [sum(p.numel() for p in each.parameters()) for each in (original, model)]
    check(
        "number of parameters",
        "" if counts[0] == counts[1] else f"{counts[0]:,} and {counts[1]:,}",
        f"{counts[0]:,}",
    )
    original.eval()
    model.eval()
    both = _results_of_both(original, model, inputs, training=False)
    order = _order_in_training(original, model, inputs, both)
    check("outputs in evaluation", *_compared_in_order(both, order, training=False))
    if checks[-1]["status"] == "ok":
        title = "gradients of all parameters"
        try:
            with _calmed(original, model, training=bool(order)):
                fails, detail = gradients(original, model, inputs, order)
        except OriginalFailsError as error:
            detail = f"the original has none: {error}"
            checks.append({"name": title, "status": "note", "detail": detail})
        else:
            check(title, fails, detail)
        both = _results_of_both(original, model, inputs, training=True)
        fails, detail = _compared_in_order(both, order, training=True)
        if not fails:
            check("outputs in training", "", detail)
        else:
            checks.append(_noiseless(original, model, inputs, fails, order))
        if order:
            detail = "those that only training returns are the last ones of the spec"
            checks.append(
                {"name": "further outputs", "status": "note", "detail": detail}
            )
    return checks


def _class(file: str, name: str) -> type[nn.Module]:
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: type[nn.Module] = getattr(module, name)
    return found


def _keys_differ(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> str:
    missing = [key for key in one if key not in other]
    added = [key for key in other if key not in one]
    if missing or added:
        parts = [_some("lacks", missing), _some("adds", added)]
        return "it " + " and ".join(part for part in parts if part)
    for key, tensor in one.items():
        if tensor.shape != other[key].shape:
            return f"`{key}` is {[*tensor.shape]}, here {[*other[key].shape]}"
    if [*one] != [*other]:
        at = next(
            i for i, pair in enumerate(zip(one, other, strict=True)) if len({*pair}) > 1
        )
        return f"the order differs from `{[*one][at]}` on"
    return ""


def _some(word: str, keys: list[str]) -> str:
    if not keys:
        return ""
    shown = ", ".join(f"`{key}`" for key in keys[:3])
    return f"{word} {shown}" + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")


def _results_of_both(
    original: nn.Module,
    model: nn.Module,
    inputs: Mapping[str, Tensor],
    *,
    training: bool,
) -> _Both | str:
    """Return what both models return in a mode, or why there is none."""
    try:
        one = _results(original, inputs, named=True, training=training)
        return one, _results(model, inputs, named=False, training=training)
    except Exception as error:
        return f"it fails: {in_words(error)}"


def _compared_in_order(
    both: _Both | str, order: Sequence[int], *, training: bool
) -> tuple[str, str]:
    """Return what differs in the results of both models, or how equal they are."""
    if isinstance(both, str):
        return both, ""
    one, other = both
    if order and training:
        one = [one[at] for at in order]
    elif order:
        other = other[: len(one)]
    return difference(one, other)


def _results(
    model: nn.Module, inputs: Mapping[str, Tensor], *, named: bool, training: bool
) -> list[Tensor]:
    """Return what a model returns in a mode, and leave it in evaluation."""
    with states_kept(model), torch.no_grad():
        model.train(training)
        return results_of(model, inputs, named=named)


def _order_in_training(
    original: nn.Module,
    model: nn.Module,
    inputs: Mapping[str, Tensor],
    evaluation: _Both | str,
) -> list[int]:
    """Return which result of training each one of a model is, if some are only there.

    Those of evaluation come first in the model, the others are not compared there.
    """
    if isinstance(evaluation, str) or len(evaluation[1]) <= len(evaluation[0]):
        return []
    try:
        one, other = _calm_results(original, model, inputs)
    except Exception:  # the checks of outputs say it
        return []
    rest, found = [*range(len(one))], []
    for each in other:
        alike = (at for at in rest if not difference([one[at]], [each])[0])
        found.append(next(alike, -1))
        rest = [at for at in rest if at != found[-1]]
    return found if not rest and -1 not in found else []


def _noiseless(
    original: nn.Module,
    model: nn.Module,
    inputs: Mapping[str, Tensor],
    why: str,
    order: Sequence[int],
) -> dict[str, str]:
    """Return whether outputs in training differ by nothing but dropout's numbers."""
    one, other = _calm_results(original, model, inputs)
    one = [one[at] for at in order] if order else one
    rates = []
    for each, named in ((original, True), (model, False)):
        with Rates() as drops:
            _results(each, inputs, named=named, training=True)
        rates.append(drops.said)
    status, detail = "failed", ""
    if difference(one, other)[0]:
        detail = "also without dropout: the model does something else there"
    elif rates[0] != rates[1]:
        detail = f"it drops at the rates {rates[0]}, the spec at {rates[1]}"
    else:
        status, detail = "note", "without dropout they are equal"
    name = "outputs in training"
    return {"name": name, "status": status, "detail": f"{why}, {detail}"}


def _calm_results(
    original: nn.Module, model: nn.Module, inputs: Mapping[str, Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """Return what both models return in training, without noise."""
    with _calmed(original, model, training=True), torch.no_grad():
        one = results_of(original, inputs, named=True)
        return one, results_of(model, inputs, named=False)


@contextmanager
def states_kept(*models: nn.Module) -> Iterator[None]:
    """Put back the values of models, which are in evaluation mode then."""
    states = [{k: v.clone() for k, v in m.state_dict().items()} for m in models]
    try:
        yield
    finally:
        for each, values in zip(models, states, strict=True):
            each.eval()
            _restore(each, values)


@contextmanager
def _calmed(*models: nn.Module, training: bool) -> Iterator[None]:
    """Train models without noise and without the statistics of two examples."""
    if not training:
        yield
        return
    with states_kept(*models), WithoutDropout():
        for each in models:
            each.train()
            for module in each.modules():
                own = not type(module).__module__.startswith("torch.nn.")
                if not own or hasattr(module, "running_mean") or is_drop_path(module):
                    module.training = False
        yield


def _restore(model: nn.Module, values: Mapping[str, Tensor]) -> None:
    """Put values back; `load_state_dict` would ask for the versions of modules."""
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            tensor.copy_(values[key])


def difference(one: list[Tensor], other: list[Tensor]) -> tuple[str, str]:
    """Return what differs, or how equal they are."""
    if len(one) != len(other):
        return f"{len(one)} tensors, here {len(other)}", ""
    worst = 0.0
    for a, b in zip(one, other, strict=True):
        if a.shape != b.shape:
            return f"a result is {[*a.shape]}, here {[*b.shape]}", ""
        if torch.equal(a, b) or not a.numel():
            continue
        scale = max(float(a.abs().max()), 1e-3) if a.dtype.is_floating_point else 1.0
        gap = float((a.double() - b.double()).abs().nan_to_num().max()) / scale
        worst = max(worst, gap)
        if not torch.equal(a.isnan(), b.isnan()):
            worst = float("inf")
    if worst == 0:
        return "", "equal to the bit"
    if worst <= CLOSE:
        return "", f"equal within {worst:.0e} of the largest value"
    return f"they differ by {worst:.1e} of the largest value", ""
