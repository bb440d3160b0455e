"""What the checks share: the network under proof, its inputs, and comparing tensors."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SEED = 1
BATCH = 3
"""Examples in a batch, where a check needs several: few, for networks may be large."""

_PIECE = 1 << 20
"""Values that are compared at a time."""


class FailsError(Exception):
    """What is claimed does not hold; the message is the first difference."""


class UnsupportedError(Exception):
    """Torch itself cannot do it with the layers of this network."""


class UnknownError(Exception):
    """The check knows no way to do it for this network; the message says of what."""


class Subject:
    """One network in all styles, and what mlpgen says of it.

    Attributes:
        claims: See `mlpgen.proof.claims.Claims`.
        classes: The class of each style.
        trials: What is tried of other arguments; see `mlpgen.proof.variants.Trials`.
        plan: The spec as it is written; see `mlpgen.proof.spec_entries.Plan`.
        captured: The model that gives what is inside of it; see
            `mlpgen.proof.capture.CapturedTrial`.
        models: One of each, made with the same seed.
        walked: What an evaluation of the spec gave, as long as a check needs it.
    """

    def __init__(
        self,
        claims: dict[str, Any],
        classes: dict[str, type[nn.Module]],
        trials: dict[str, Any],
        plan: dict[str, Any] | None,
        captured: dict[str, Any] | None = None,
    ) -> None:
        self.claims = claims
        self.classes = classes
        self.trials = trials
        self.plan = plan
        self.captured = captured
        self.walked: Any = None
        self.models: dict[str, nn.Module] = {}
        for style, cls in classes.items():
            torch.default_generator.manual_seed(SEED)
            self.models[style] = cls()

    def inputs(self, batch: int = BATCH) -> list[Tensor]:
        """Make inputs, always the same for the same size of the batch."""
        return made_inputs(self.claims, batch)

    def mode(self, *, training: bool) -> Iterator[tuple[str, nn.Module]]:
        """Go through the models of all styles, in one mode."""
        for style, model in self.models.items():
            yield style, model.train(training)


def made_inputs(claims: dict[str, Any], batch: int) -> list[Tensor]:
    """Make what a network takes, by what is claimed of it."""
    source = torch.Generator().manual_seed(SEED)
    return [
        _random(each, tuple(sized(each["shape"], batch)), source)
        for each in claims["inputs"]
    ]


def _random(
    claim: dict[str, Any], shape: tuple[int, ...], source: torch.Generator
) -> Tensor:
    if claim["dtype"] == "float32":
        return torch.randn(shape, generator=source)
    mask = claim["dtype"] == "bool"
    values = torch.randint(0, 2 if mask else claim["high"], shape, generator=source)
    if mask and len(shape) > 1:
        values[..., 0] = 0  # no mask hides everything: torch gives NaN for that
    return values.to(getattr(torch, claim["dtype"]))


def sized(shape: Iterable[int | None], batch: int) -> list[int]:
    """Put the size of the batch into a claimed shape."""
    return [batch if size is None else size for size in shape]


def call(model: Any, inputs: Sequence[Tensor], **keywords: Any) -> list[Tensor]:
    """Run a model with the same random numbers each time; its inputs stay whole."""
    torch.default_generator.manual_seed(SEED)
    return tensors(model(*(each.clone() for each in inputs), **keywords))


def tensors(value: Any) -> list[Tensor]:
    """Return the tensors in what a module takes or gives, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [tensor for each in value for tensor in tensors(each)]
    return []


def same(a: Tensor | None, b: Tensor | None) -> bool:
    """Tell whether two tensors are equal in shape, kind and every bit; NaN is NaN."""
    if a is None or b is None:
        return a is b
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return torch.equal(a, b) or bool(((a == b) | ((a != a) & (b != b))).all())


def close(a: Tensor, b: Tensor) -> bool:
    """Tell whether two tensors are equal but for rounding."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if not a.is_floating_point():
        return torch.equal(a, b)
    # Piece by piece: the outputs of a language model are hundreds of megabytes.
    pieces = [*zip(_pieces(a), _pieces(b), strict=True)]
    largest = max((_largest(left) for left, _ in pieces), default=0.0)
    return all(
        torch.allclose(*each, rtol=1e-4, atol=1e-5 * largest, equal_nan=True)
        for each in pieces
    )


def _pieces(tensor: Tensor) -> Sequence[Tensor]:
    return tensor.reshape(-1).tensor_split([*range(_PIECE, tensor.numel(), _PIECE)])


def _largest(tensor: Tensor) -> float:
    finite = tensor.abs().nan_to_num(nan=0.0, posinf=0.0)
    return float(finite.max()) if finite.numel() else 0.0


def difference(a: Tensor, b: Tensor) -> str:
    """Say where two tensors differ first."""
    if a.shape != b.shape:
        return f"{tuple(a.shape)} and {tuple(b.shape)}"
    if a.dtype != b.dtype:
        return f"{dtype_name(a)} and {dtype_name(b)}"
    unequal = ((a != b) & ~((a != a) & (b != b))).nonzero()
    if not len(unequal):
        return "equal"
    place = tuple(unequal[0].tolist())
    at = f" at {list(place)}" if place else ""
    return f"{a[place].item():.6g} and {b[place].item():.6g}{at}"


def dtype_name(tensor: Tensor) -> str:
    """Return the name of a dtype as specs write it."""
    return str(tensor.dtype).removeprefix("torch.")


def shape_shown(shape: Iterable[int | None]) -> str:
    """Write a claimed shape for people: `(N, 10)`."""
    sizes = ["N" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def counted(count: int, thing: str) -> str:
    """Write a number with its thing: `1 key`, `2 keys`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def first_line(error: BaseException) -> str:
    """Return the kind of an error and the first line of its message."""
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
    return ": ".join([type(error).__name__, *lines[:1]])[:200]


def forget(folder: Path) -> None:
    """Forget the modules of a folder: those of another network may have their names."""
    for name, loaded in [*sys.modules.items()]:
        places = (getattr(loaded, "__file__", None), *vars(loaded).get("__path__", ()))
        if any(Path(each or "").is_relative_to(folder.resolve()) for each in places):
            del sys.modules[name]


def load(path: str, name: str) -> type[nn.Module]:
    """Import the class of a rendered file; modules of the author's are beside it."""
    folder = Path(path).parent.resolve()
    sys.path.insert(0, str(folder))
    key = "rendered_" + "_".join(Path(path).with_suffix("").parts)
    spec = spec_from_file_location(key, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[key] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    found: type[nn.Module] = getattr(module, name)
    return found
