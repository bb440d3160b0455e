"""The network under test: its models in all styles, their inputs, and running them."""

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
"""Batch size of checks that need several examples; small, as networks may be large."""


class Subject:
    """One network in all styles, with what mlpgen claims about it.

    Attributes:
        claims: See `mlpgen.proof.claims.Claims`.
        classes: The class of each style.
        arguments: Other constructor arguments; see
            `mlpgen.proof.constructor_arguments.ConstructorArguments`.
        entries: The spec as written; see `mlpgen.proof.spec_entries.SpecEntries`.
        captured: The model that also returns its inner values; see
            `mlpgen.proof.captured_model.CapturedModel`.
        sizes: Other values of free sizes; see `mlpgen.proof.other_sizes.OtherSizes`.
        models: One of each style, made with the same seed.
        interpreted: The result of interpreting the spec, while a check needs it.
    """

    def __init__(
        self,
        claims: dict[str, Any],
        classes: dict[str, type[nn.Module]],
        arguments: dict[str, Any],
        entries: dict[str, Any] | None,
        captured: dict[str, Any] | None = None,
        sizes: Sequence[dict[str, Any]] = (),
    ) -> None:
        self.claims = claims
        self.classes = classes
        self.arguments = arguments
        self.entries = entries
        self.captured = captured
        self.sizes = sizes
        self.interpreted: Any = None
        self.models: dict[str, nn.Module] = {}
        for style, cls in classes.items():
            torch.default_generator.manual_seed(SEED)
            self.models[style] = cls()

    def inputs(self, batch: int = BATCH) -> list[Tensor]:
        """Make inputs, the same ones each time for a batch size."""
        return made_inputs(self.claims, batch)

    def mode(self, *, training: bool) -> Iterator[tuple[str, nn.Module]]:
        """Yield the model of each style, in train or eval mode."""
        for style, model in self.models.items():
            yield style, model.train(training)


def made_inputs(claims: dict[str, Any], batch: int) -> list[Tensor]:
    """Make random inputs of the claimed shapes and dtypes."""
    source = torch.Generator().manual_seed(SEED)
    return [
        _random(each, tuple(sized(each["shape"], batch)), source)
        for each in claims["inputs"]
    ]


def longest_inputs(claims: dict[str, Any]) -> list[Tensor]:
    """Make one example, in which no sequence has padding."""
    pairs = zip(claims["inputs"], made_inputs(claims, 1), strict=True)
    return [
        torch.full_like(each, claim["high"] - 1) if claim["low"] else each
        for claim, each in pairs
    ]


def _random(
    claim: dict[str, Any], shape: tuple[int, ...], source: torch.Generator
) -> Tensor:
    if claim["dtype"] == "float32":
        return torch.randn(shape, generator=source)
    mask = claim["dtype"] == "bool"
    low, high = (0, 2) if mask else (claim["low"], claim["high"])
    values = torch.randint(low, high, shape, generator=source)
    if mask and len(shape) > 1:
        values[..., 0] = 0  # a mask that hides everything makes torch return NaN
    return values.to(getattr(torch, claim["dtype"]))


def sized(shape: Iterable[int | None], batch: int) -> list[int]:
    """Put the batch size into a claimed shape."""
    return [
        batch if size is None else -size * batch if size < 0 else size for size in shape
    ]


def call(model: Any, inputs: Sequence[Tensor], **keywords: Any) -> list[Tensor]:
    """Run a model on copies of its inputs, with the same random numbers each time."""
    torch.default_generator.manual_seed(SEED)
    return tensors(model(*(each.clone() for each in inputs), **keywords))


def tensors(value: Any) -> list[Tensor]:
    """Return all tensors in the arguments or the result of a module, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [tensor for each in value for tensor in tensors(each)]
    return []


def forget(folder: Path) -> None:
    """Unload the modules of a folder: another network may use the same names."""
    for name, loaded in [*sys.modules.items()]:
        paths = (getattr(loaded, "__file__", None), *vars(loaded).get("__path__", ()))
        if any(Path(each or "").is_relative_to(folder.resolve()) for each in paths):
            del sys.modules[name]


def load(path: str, name: str) -> type[nn.Module]:
    """Import the class of a rendered file; custom modules lie beside it."""
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
