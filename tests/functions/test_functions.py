"""Every function of the catalogue against the installed torch."""

from __future__ import annotations

import random
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from mlpgen.diagnostics.explanations.every import EXPLANATIONS
from mlpgen.functions import FUNCTIONS
from mlpgen.functions.base import Operation
from mlpgen.layers.base import ShapeError, Value, Values

from .harness import (
    arguments_of,
    assert_as_predicted,
    expanded,
    operation,
    plain_kernels,
    refusal,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="module")
def _plain_kernels() -> Iterator[None]:
    with plain_kernels():
        yield


DRAWS = 40
SELDOM_DRAWS = 100
ALL_DRAWS = 300


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_works(name: str) -> None:
    cls = FUNCTIONS[name]
    values = cls.examples()
    layer = operation(name, arguments_of(name), values)
    layer.check_number(len(values))
    layer.check_inputs(values)
    assert_as_predicted(layer, values)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_documented(name: str) -> None:
    cls = FUNCTIONS[name]
    assert cls.title() == name
    assert cls.__doc__ and cls.__doc__ != Operation.__doc__
    assert cls.example.startswith(name)
    module = import_module("torch")
    *path, last = (cls.page or name).split(".")
    for part in path:
        module = getattr(module, part)
    assert hasattr(module, last)


def test_families_name_all_functions_of_their_files() -> None:
    for family, members in FUNCTIONS.families.items():
        module = import_module(f"mlpgen.functions.{family}")
        defined = [
            value.title()
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Operation)
            and value.__module__ == module.__name__
            and value.example
            and not value.__name__.startswith("_")
        ]
        assert sorted(defined) == sorted(members)


DIM = [-3, -2, -1, 0, 1, 2, 3]
SIGNED = [-3, -2, -1, 0, 1, 2, 3, 5]
SIZES = [[2, 3], [6], [-1], [1, 4], [-1, 2], [2, -1], [3, 1, 2], [4, -1], [-1, -1]]
NUMBER = [2, 0, 0.5, -1, 1.0, 3]
POOLS: dict[str, list[Any]] = {
    "other": NUMBER,
    "input": NUMBER,
    "fill_value": NUMBER,
    "steps": [1, 2, 5],
    "nan": [0.5],
    "posinf": [2.0],
    "neginf": [-2.0],
    "indexing": ["ij"],
    "n": [1, 3],
    "m": [2, None],
    "dtype": ["float32", "int64", "bool", None],
    "weight": [0.5, 2.0],
    "k": [1, 2, 3],
    "largest": [True, False],
    "descending": [True, False],
    "exponent": NUMBER,
    "value": NUMBER,
    "negative_slope": [0.2],
    "alpha": [0.5],
    "beta": [2.0],
    "threshold": [1.5],
    "approximate": ["tanh", "none"],
    "min": NUMBER,
    "max": NUMBER,
    "dim": DIM,
    "dim0": DIM,
    "dim1": DIM,
    "start_dim": DIM,
    "end_dim": DIM,
    "keepdim": [True, False],
    "correction": [0, 1, 2],
    "ord": [1.0, 2.0, 3.0],
    "p": [1.0, 2.0],
    "eps": [1e-5],
    "chunks": [1, 2, 3, 4],
    "split_size_or_sections": [1, 2, 3, [1, 2], [2, 2], [4], [1, 1, 2]],
    "names": [None],
    "dropout_p": [0.0, 0.3, 1.0],
    "is_causal": [True, False],
    "enable_gqa": [True, False],
    "scale": [0.3, None],
    "equation": [
        "nij,nkj->nik",
        "nij,njk->nik",
        "nij,nij->ni",
        "nij,nij->nij",
        "ni,nj->nij",
        "ni,nj",
        "ni, ij -> nj",
        "ni,ij,jk->nk",
        "nij,nj,nk->nik",
        "nij->nji",
        "nii->ni",
        "nij->n",
        "nij->i",
        "ni,mj->nm",
        "nij,nj->in",
        "nij,njk->nijk",
        "nij,nk->nij",
        "n,nj->nj",
        "nij->nijk",
    ],
    "sizes": SIZES,
    "shape": SIZES,
    "repeats": [1, 2, [1], [2], [2, 1], [1, 2], [1, 1, 3]],
    "source": [*DIM, [1, 2], [-1, 1]],
    "destination": [*DIM, [2, 1], [1, -1]],
    "dims": [*DIM, [0, 2, 1], [0, 1], [0, -1, 1], [1, 0], [0, 3, 1, 2], [1, 2]],
    "shifts": [1, -2, [1], [1, 2]],
    "diagonal": [-1, 1],
    "index": SIGNED,
    "start": SIGNED,
    "end": SIGNED,
    "step": [1, 2, 3],
    "length": [1, 2, 4],
    "num_classes": [2, 5],
    "size": [1, 2, 3, [2, 3]],
    "scale_factor": [0.5, 1, 1.5, 2.0, [2.0, 1.0]],
    "mode": [],
    "align_corners": [True, False],
    "antialias": [True, False],
    "stride": [1, 2],
    "padding": [0, 1, "same"],
    "dilation": [1, 2],
    "groups": [1, 2, 3],
    "recompute_scale_factor": [True, False],
    "pad": [[1, 1], [0, 2, 1, 0], [1, 0, 1, 0, 1, 0], [-1, 0], [2, 2], [3], [9, 9]],
}
MODES = {
    "pad": ["constant", "reflect", "replicate", "circular"],
    "interpolate": ["nearest", "linear", "bilinear", "bicubic", "trilinear"],
}
MANY = ["mean", "sum", "amax", "logsumexp", "var", "vector_norm", "squeeze", "flip"]


MANY_SHAPES = ("scatter", "conv1d", "conv2d", "conv3d")
"""Functions whose inputs fit seldom when they are drawn."""


def draw_arguments(rng: random.Random, name: str) -> dict[str, Any]:
    cls = FUNCTIONS[name]
    arguments = {}
    for field, info in cls.model_fields.items():
        if not info.is_required() and rng.random() < 0.5:
            continue
        pool = MODES[name] if field == "mode" else POOLS[field]
        if field == "dim" and name in MANY:
            pool = [*pool, [1, 2], [-1, 1], [2], [1, 1], []]
        arguments[field] = rng.choice(pool)
    return arguments


def draw_values(rng: random.Random, name: str) -> Values:
    """Draw inputs: mostly near the example, with sizes that fit together often."""
    cls = FUNCTIONS[name]
    examples = cls.examples() or (Value((8,)),)
    low, high = cls.arity
    count = rng.randint(low, min(high, 3) if high > 4 else high)
    dims = rng.choice([0, 1, 2, 3, 4, *[len(examples[0].shape)] * 5])
    shape = [rng.choice([1, 2, 3, 4, 6]) for _ in range(dims)]
    if name in MANY_SHAPES and rng.random() < 0.5:
        shape = [*examples[0].shape]
    values = []
    for index in range(count):
        example = examples[min(index, len(examples) - 1)]
        dtype = example.dtype
        if rng.random() < 0.25:
            dtype = rng.choice(["float32", "int64", "bool"])
        mine = list(shape)
        if index and rng.random() < 0.5:
            mine = vary(rng, mine)
        batched = rng.random() < (0.85 if index == 0 else 0.7)
        if not example.batched:
            several = len(example.shape) > 1
            mine = [*example.shape] if several else mine[:1] or [3]
            batched = rng.random() < 0.1
        elif not batched and (not mine or rng.random() < 0.5):
            mine = [1, *mine]
        values.append(Value(tuple(mine), dtype, batched))
    return tuple(values)


def vary(rng: random.Random, shape: list[int]) -> list[int]:
    if not shape:
        return [3]
    at = rng.randrange(len(shape))
    return rng.choice(
        [
            shape[1:],
            [*shape[:at], 1, *shape[at + 1 :]],
            [*shape[:at], 2, *shape[at + 1 :]],
            [*shape[:-2], *shape[-2:][::-1]],
            [2, *shape],
        ]
    )


def ours_alone(
    name: str, arguments: dict[str, Any], values: Values, error: ShapeError
) -> bool:
    """Tell whether we refuse on purpose what torch does without a word."""
    text = error.message
    return bool(
        (name in ("div", "floor_divide", "remainder") and arguments.get("other") == 0)
        or error.code in ("MG310", "MG205", "MG206")
        or "does not work with `mode" in text
        or "needs" in text
        or (name in ("tril", "triu") and error.code == "MG302")  # rows of the batch
        or (name == "gather" and values[0].batched != values[1].batched)
        or (arguments.get("is_causal") and len(values[0].shape) < 2)
        or "expects two tensors, or a tensor" in text
        or "`where` expects a mask and two tensors" in text
        or (name == "chunk" and error.code == "MG303")
        or (name in ("einsum", "cosine_similarity") and error.code == "MG315")
        or (name == "interpolate" and "recompute" in str(arguments))
        or (name == "pad" and error.code == "MG307")
        or "names no dimension" in text
        or "cannot write" in text
        or "`floor_divide` " in text  # there is no gradient
        or "gives its batch" in text  # a second input of `expand` has one
        or (name.startswith("conv") and error.code == "MG315")  # nor of whole numbers
    )


def names_the_batch(arguments: dict[str, Any], values: Values) -> bool:
    """Tell whether a dimension in the arguments is that of the batch."""
    dims: list[int] = []
    for key in ("dim", "dim0", "dim1", "dims", "start_dim", "end_dim", "source"):
        given = arguments.get(key, [])
        dims += given if isinstance(given, list) else [given]
    if not values:
        return False
    count = len(values[0].shape) + 1
    return values[0].batched and any(dim in (0, -count) for dim in dims)


def compare(name: str, arguments: dict[str, Any], values: Values) -> bool:
    """Compare one call with torch; tell whether it ran."""
    cls = FUNCTIONS[name]
    try:
        layer = cls.model_validate(arguments)
    except ValidationError:
        return False
    try:
        layer.check_number(len(values))
        layer.check_inputs(values)
        layer = operation(name, arguments, values)
        results = layer.results(values)
        if any(size < 1 for each in results.values() for size in each.shape):
            raise ShapeError("MG303", "nothing is left")
    except ShapeError as error:
        assert error.code in EXPLANATIONS
        if ours_alone(name, arguments, values, error) or names_the_batch(
            arguments, values
        ):
            return False
        try:
            function = layer.function_on(values)
            code = written(function, expanded(values, function))
        except (ShapeError, StopIteration):
            return False
        if code == "t0":
            return False  # one tensor and no number
        context = f"{code} {arguments} {values}: only we refuse it: {error}"
        assert refusal(code, values), context
        return False
    assert_as_predicted(layer, values)
    return True


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "draws", [DRAWS, pytest.param(ALL_DRAWS, marks=pytest.mark.exhaustive)]
)
def test_shapes_kinds_and_refusals_are_those_of_torch(name: str, draws: int) -> None:
    rng = random.Random(name)
    if name in MANY_SHAPES:
        draws = max(draws, SELDOM_DRAWS)
    ran = sum(
        compare(name, draw_arguments(rng, name), draw_values(rng, name))
        for _ in range(draws)
    )
    assert ran >= draws / (200 if name in MANY_SHAPES else 60)
