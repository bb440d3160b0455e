"""Accepted specs, rendered and run: styles, predictions and the interpreter agree."""

from __future__ import annotations

import re
import sys
import warnings
from contextlib import contextmanager
from math import prod
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from mlpgen import SpecError, api
from mlpgen.graph.build import build
from mlpgen.proof.checks import predictions, reference
from mlpgen.proof.checks.common import (
    SEED,
    FailsError,
    Subject,
    UnknownError,
    call,
    difference,
    made_inputs,
    same,
    sized,
)
from mlpgen.proof.claims import claims
from mlpgen.proof.plan import plan

from .validation import EndlessError, Finding, crash, patience

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from mlpgen.api import Network

MOST_MULTIPLY_ADDS = 10**8
MOST_BYTES = 100 * 2**20
MOST_LAYERS = 400
BATCH = 3


def light(network: Network) -> bool:
    """Tell whether a network is small enough to be run here, by what is predicted."""
    graph = network.graph
    if graph.layers > MOST_LAYERS:
        return False
    said = claims(graph)
    sizes = [each["shape"] for each in (*said["inputs"], *said["outputs"])]
    sizes += said["layers"].values()
    values = sum(prod(sized(shape, BATCH)) for shape in sizes)
    return (
        said["multiply_adds"] < MOST_MULTIPLY_ADDS
        and 4 * said["parameters"] < MOST_BYTES
        and 4 * values < MOST_BYTES
    )


def rendered(
    network: Network, style: str, captured: Sequence[str] = ()
) -> type[nn.Module]:
    """Render a network and return its class."""
    file = f"{network.graph.stem}.py"
    code = api.render(network, style, capture=captured)[file]
    module = ModuleType("rendered")
    sys.modules["rendered"] = module
    exec(compile(code, file, "exec"), module.__dict__)
    found: type[nn.Module] = getattr(module, network.graph.name)
    return found


def renders(network: Network, *, notebook: bool) -> Iterator[Finding]:
    """Render all files of a spec, in both styles."""
    for style in api.STYLES:
        try:
            with patience():
                for name, code in api.render(network, style).items():
                    _compiled(code, name)
                if notebook:
                    api.render(network, style, notebook=True)
        except SyntaxError as error:
            yield _syntax(error, style)
        except SpecError as error:
            yield crash("render refuses what validate accepts", error)
        except (Exception, EndlessError) as error:
            yield crash("render raises", error)


def _compiled(code: str, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(code, name, "exec")
    longest = max(code.splitlines(), key=len)
    if len(longest) > 88 and not longest.lstrip().startswith(("#", '"')):
        raise ValueError(f"a line is {len(longest)} long: {longest.strip()}")


def _syntax(error: SyntaxError, style: str) -> Finding:
    detail = f"{error.msg} in {style}: {(error.text or '').strip()}"
    return Finding("generated code is no Python", detail, f"syntax {error.msg[:40]}")


class Choice(NamedTuple):
    """What is tried of a network beside what it is.

    Attributes:
        captures: Lists of layers to capture.
        others: Other arguments of the class.
    """

    captures: tuple[tuple[str, ...], ...]
    others: tuple[dict[str, Any], ...]


def drawn(network: Network, rng: random.Random) -> Choice:
    """Choose up to three layers to capture, and other values of up to two arguments."""
    known = api.layer_names(network.graph)
    captured = rng.sample(known, min(len(known), rng.randint(1, 3)))
    free = _free(network)
    names = rng.sample(free, min(len(free), rng.randint(1, 2)))
    others = {name: rng.choice(_others(network, name)) for name in names}
    return Choice((tuple(captured),), (others,) if others else ())


def every(network: Network) -> Choice:
    """Try each layer, all layers, and some values of each argument."""
    known = tuple(api.layer_names(network.graph))
    some = [(name,) for name in known[:30]]
    others = [
        {name: value} for name in _free(network) for value in _others(network, name)
    ]
    return Choice((*some, known), tuple(others))


def _free(network: Network) -> list[str]:
    graph = network.graph
    return [name for name in graph.parameters if name not in graph.bound]


def _others(network: Network, name: str) -> list[Any]:
    value = network.graph.parameters[name]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        near = [value + 1, value + 2, value * 2, value // 2, value - 1, 0]
        return [each for each in dict.fromkeys(near) if each != value and each >= 0]
    return [0.25, 0.75, 1.5, value / 2]


def runs(network: Network, choice: Choice) -> Iterator[Finding]:
    """Run a network in both styles; hold it against all that is said of it."""
    try:
        with quiet(), patience(60):
            yield from _runs(network, choice)
    except EndlessError as error:
        yield crash("a model never ends", error)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings of torch to itself, and give the same numbers each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _runs(network: Network, choice: Choice) -> Iterator[Finding]:
    said: Any = claims(network.graph)
    try:
        classes = {style: rendered(network, style) for style in api.STYLES}
    except Exception as error:
        yield wrong("importing a model raises", error)
        return
    try:
        subject = Subject(said, classes, {}, plan(network))  # type: ignore[arg-type]
    except Exception as error:
        yield wrong("making a model raises", error)
        return
    try:
        with torch.no_grad():
            for _, model in subject.mode(training=False):
                call(model, subject.inputs())
    except Exception as error:
        if not _by_values(error):
            yield wrong("running a model raises", error)
        return
    found = [*_predicted(subject), *_equal(subject)]
    yield from found
    if not found:
        yield from _by_the_spec(subject)
        for chosen in choice.captures:
            yield from _captured(network, subject, chosen)
        for others in choice.others:
            yield from _other_arguments(network, subject, others)


def _by_values(error: Exception) -> bool:
    """Tell whether whole numbers were too large, which no shape says beforehand."""
    said = str(error)
    return any(
        each in said for each in ("out of range in self", "out of bounds", _ONE_HOT)
    )


_ONE_HOT = "Class values must be"


def wrong(kind: str, error: Exception) -> Finding:
    """Describe what a model raised; names and numbers do not tell findings apart."""
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
    said = f"{type(error).__name__}: {lines[0] if lines else ''}"
    return Finding(kind, said[:300], f"{kind} {blurred(said)}")


def blurred(said: str) -> str:
    """Leave out what differs from case to case."""
    said = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"", "…", said)
    said = re.sub(r"\b[A-Z]\w*(?<!Error)\b", "…", said)
    return re.sub(r"[-+]?\d[\d.,e+-]*|\bnan\b|\[.*\]", "#", said)[:90]


def _predicted(subject: Subject) -> Iterator[Finding]:
    """Shapes, kinds of numbers and counts are as predicted."""
    checks = [
        predictions.parameters,
        predictions.outputs,
        predictions.layers,
        predictions.multiply_adds,
    ]
    for check in checks:
        try:
            with torch.no_grad():
                check(subject)
        except FailsError as error:
            yield wrong(f"{check.__name__} are not as predicted", error)
        except predictions.UnsupportedError:
            continue
        except Exception as error:
            yield wrong(f"checking {check.__name__} raises", error)


def _equal(subject: Subject) -> Iterator[Finding]:
    """Both styles have equal states, outputs and gradients, in eval and train mode."""
    one, other = subject.models.values()
    yield from _equal_states(one, other, "states differ")
    for training in (False, True):
        mode = "train" if training else "eval"
        try:
            results = [
                _gradients(each.train(training), subject) for each in (one, other)
            ]
        except Exception as error:
            yield wrong(f"running a model in {mode} mode raises", error)
            return
        yield from _equal_tensors(*results, f"styles differ in {mode} mode")
    yield from _equal_states(one, other, "states differ after a run")


def _gradients(model: nn.Module, subject: Subject) -> dict[str, Tensor | None]:
    given = subject.inputs()
    for each in given:
        each.requires_grad_(each.is_floating_point())
    found = call(model, given)
    sums = [each.square().sum() for each in found if each.requires_grad]
    if sums:
        torch.autograd.backward(sums)
    names = [each["name"] for each in subject.claims["outputs"]]
    results: dict[str, Tensor | None] = {
        f"output {name}": each.detach() for name, each in zip(names, found, strict=True)
    }
    for index, each in enumerate(given):
        results[f"gradient of input {index}"] = each.grad
    for name, weight in model.named_parameters():
        results[f"gradient of {name}"] = weight.grad
    model.zero_grad(set_to_none=True)
    return results


def _equal_tensors(
    one: dict[str, Tensor | None], other: dict[str, Tensor | None], kind: str
) -> Iterator[Finding]:
    if [*one] != [*other]:
        yield Finding(kind, f"{[*one]} and {[*other]}"[:300], f"{kind} names")
        return
    for name, left in one.items():
        right = other[name]
        if not same(left, right):
            found = "one is None"
            if left is not None and right is not None:
                found = difference(left, right)
            yield Finding(kind, f"{name}: {found}", f"{kind} {name.split()[0]}")
            return


def _equal_states(one: nn.Module, other: nn.Module, kind: str) -> Iterator[Finding]:
    yield from _equal_tensors({**one.state_dict()}, {**other.state_dict()}, kind)


def _by_the_spec(subject: Subject) -> Iterator[Finding]:
    """The interpreter of the spec gives the same."""
    try:
        with torch.no_grad():
            reference.as_written(subject)
    except FailsError as error:
        yield wrong("the interpreter differs", error)
    except UnknownError:
        return
    except Exception as error:
        yield wrong("the interpreter raises", error)


def _captured(
    network: Network, subject: Subject, chosen: Sequence[str]
) -> Iterator[Finding]:
    """Captured layers give what hooks on the model see, in both styles."""
    try:
        classes = {style: rendered(network, style, chosen) for style in api.STYLES}
    except SpecError:
        return  # no hook sees it
    except Exception as error:
        yield wrong("rendering a captured model raises", error)
        return
    extra = [name for name in chosen if name not in network.graph.outputs]
    names = [*network.graph.outputs, *extra]
    results, seen = [], []
    for style, cls in classes.items():
        try:
            model = cls().eval()
            # These have run in train mode: their buffers are others than at first.
            model.load_state_dict(subject.models[style].state_dict())
            given = subject.inputs()
            torch.manual_seed(SEED)
            with torch.no_grad():
                returned = model(*given)
        except Exception as error:
            yield wrong("a captured model raises", error)
            return
        whole = returned if isinstance(returned, tuple) else (returned,)
        if len(whole) != len(names) or not all(isinstance(x, Tensor) for x in whole):
            found = [getattr(x, "shape", type(x).__name__) for x in whole]
            yield Finding(
                "captured layers are no tensors", f"{chosen}: {found}", "captured type"
            )
            return
        results.append({**dict(zip(names, whole, strict=True))})
        seen.append(_hooked(subject.models[style].eval(), subject, extra))
    yield from _equal_tensors(*results, "captured styles differ")
    with torch.no_grad():
        plain = call(next(iter(subject.models.values())).eval(), subject.inputs())
    for name, left in zip(names, plain, strict=False):
        if not same(left, results[0][name]):
            yield Finding("capturing changes an output", name, "capturing output")
    for name in extra:
        for hooked in seen:
            if name in hooked and not same(hooked[name], results[0][name]):
                found = difference(hooked[name], results[0][name])
                yield Finding(
                    "a captured layer is another", f"{name}: {found}", "captured value"
                )


def _hooked(
    model: nn.Module, subject: Subject, names: Sequence[str]
) -> dict[str, Tensor]:
    """Return what the modules of these names give, where each runs once."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    modules = dict(model.named_modules())
    shared = [*model.named_modules(remove_duplicate=False)]
    handles = []
    for name in names:
        module = modules.get(name)
        if module is None or sum(each is module for _, each in shared) > 1:
            continue

        def keep(_m: Any, _args: Any, y: Any, name: str = name) -> None:
            found[name].append(y.clone() if isinstance(y, Tensor) else y)

        handles.append(module.register_forward_hook(keep))
    with torch.no_grad():
        call(model, subject.inputs())
    for handle in handles:
        handle.remove()
    return {
        name: some[0]
        for name, some in found.items()
        if len(some) == 1 and isinstance(some[0], Tensor)
    }


def _other_arguments(
    network: Network, subject: Subject, others: dict[str, Any]
) -> Iterator[Finding]:
    """The class with other arguments is what the spec gives with these defaults."""
    try:
        built = build(network.document, others)
    except SpecError:
        return
    changed = network._replace(graph=built.graph, settings=others)
    if not light(changed):
        return
    said: Any = claims(built.graph)
    for style, cls in subject.classes.items():
        kind = "other arguments"
        try:
            torch.manual_seed(SEED)
            wanted = rendered(changed, style)().eval()
            torch.manual_seed(SEED)
            found = cls(**others).eval()
            kind = "running with other arguments"
            given = made_inputs(said, 2)
            with torch.no_grad():
                results = [call(each, given) for each in (found, wanted)]
        except Exception as error:
            yield wrong(f"{kind} raises", error)._replace(
                detail=f"{others}: {type(error).__name__}: {error}"[:300]
            )
            return
        kind = "with other arguments the model differs from the spec with --set"
        for each in _equal_states(found, wanted, kind):
            yield each._replace(detail=f"{others}: {each.detail}")
            return
        outputs = [
            dict(zip(built.graph.outputs, some, strict=False)) for some in results
        ]
        for each in _equal_tensors(*outputs, kind):
            yield each._replace(detail=f"{others}: {each.detail}")
            return
