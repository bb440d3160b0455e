"""What is tested was never trained on, whatever has become of the data since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from mlpgen.scripts import spec_data

from .networks import network
from .shared_modules import load, shared
from .test_predict import NO_PILLOW

if TYPE_CHECKING:
    from collections.abc import Callable

PILLOW = pytest.mark.skipif(NO_PILLOW, reason="no Pillow")


def noise(count: int, *shape: int) -> np.ndarray[Any, Any]:
    """Return examples that all differ; the first ones are always the same."""
    return np.stack([np.random.default_rng(i).random(shape) for i in range(count)])


def a_table(folder: Path, order: list[int]) -> None:
    numbers = noise(max(order) + 1, 2)
    rows = [f"{a},{b},{'xy'[i % 2]}" for i, (a, b) in enumerate(numbers.tolist())]
    lines = ["a,b,kind", *(rows[i] for i in order)]
    (folder / "data.csv").write_text("\n".join(lines) + "\n")


def arrays(folder: Path, order: list[int]) -> None:
    x = noise(max(order) + 1, 2, 3)[order].astype("float32")
    np.savez(folder / "data.npz", x=x, y=np.array(order) % 2)


def named_arrays(folder: Path, order: list[int]) -> None:
    x = noise(max(order) + 1, 3)[order].astype("float32")
    np.savez(folder / "data.npz", one=x, other=x[:, :2], y=np.array(order) % 2)


def words_of(number: int) -> str:
    """Return a line of words, of which all lines have some."""
    return " ".join(
        "abcdefgh"[each] for each in np.random.default_rng(number).integers(8, size=5)
    )


def a_text(folder: Path, order: list[int]) -> None:
    (folder / "data.txt").write_text("".join(f"{words_of(i)}\n" for i in order))


def texts(folder: Path, order: list[int]) -> None:
    rows = [f"{words_of(i)},{'xy'[i % 2]}" for i in order]
    (folder / "data.csv").write_text("\n".join(["said,kind", *rows, ""]))


def pictures(
    folder: Path, name: str, order: list[int], values: Callable[..., Any]
) -> None:
    """Write an image of noise for each number, in its place."""
    from PIL import Image

    for place, number in enumerate(order):
        draw = np.random.default_rng(number)
        path = folder / name.format("xy"[place % 2]) / f"{place:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(values(draw).astype("uint8")).save(path)


def images(folder: Path, order: list[int]) -> None:
    pictures(folder, "data/{}", order, lambda draw: draw.integers(256, size=(9, 8)))


def masks(folder: Path, order: list[int]) -> None:
    pictures(folder, "data", order, lambda draw: draw.integers(256, size=(8, 8)))
    pictures(folder, "masks", order, lambda draw: draw.integers(2, size=(8, 8)))


LINEAR = ["Flatten", {"Linear": 2}]
WHOLE = {"shape": [4], "dtype": "int64"}
READER = [{"Embedding": {"num_embeddings": 20, "embedding_dim": 4}}]


class Case(NamedTuple):
    """A kind of data.

    Attributes:
        write: Writes examples of some numbers, in their order.
        spec: What the spec says, beside its training.
        training: Of this, what is not usual.
    """

    write: Callable[[Path, list[int]], None]
    spec: dict[str, Any]
    training: dict[str, Any]


CASES = {
    "table": Case(
        a_table,
        {"input": [2], "layers": [{"Linear": 2}]},
        {"data": {"csv": "data.csv", "target": "kind"}},
    ),
    "arrays": Case(
        arrays,
        {"input": [2, 3], "layers": LINEAR},
        {"data": {"npz": "data.npz"}, "normalize": "auto"},
    ),
    "named arrays": Case(
        named_arrays,
        {
            "input": {"one": [3], "other": [2]},
            "layers": [{"cat": {"dim": 1}, "from": ["one", "other"]}, {"Linear": 2}],
        },
        {"data": {"npz": "data.npz"}, "normalize": "auto"},
    ),
    "text": Case(
        a_text,
        {"input": {"tokens": WHOLE}, "layers": [*READER, {"Linear": 20}]},
        {"data": {"text": "data.txt"}},
    ),
    "words": Case(
        a_text,
        {"input": {"tokens": WHOLE}, "layers": [*READER, {"Linear": 20}]},
        {"data": {"text": "data.txt", "units": "words"}},
    ),
    "texts": Case(
        texts,
        {"input": {"tokens": WHOLE}, "layers": [*READER, {"mean": 1}, {"Linear": 2}]},
        {"data": {"text": "data.csv", "column": "said", "target": "kind"}},
    ),
    "images": Case(
        images,
        {"input": [1, 8, 8], "layers": LINEAR},
        {"data": {"images": "data"}, "normalize": "auto"},
    ),
    "masks": Case(
        masks,
        {
            "input": [1, 8, 8],
            "layers": [{"Conv2d": {"out_channels": 2, "kernel_size": 1}}],
        },
        {"data": {"images": "data", "masks": "masks"}},
    ),
}
KINDS = [
    pytest.param(name, marks=PILLOW if name in ("images", "masks") else ())
    for name in CASES
]


def about(case: Case, folder: Path, order: list[int], **more: Any) -> dict[str, Any]:
    """Return what is known of data of some numbers in an order."""
    folder.mkdir(exist_ok=True)
    case.write(folder, order)
    usual = {"loss": "CrossEntropyLoss", "optimizer": "SGD", "batch_size": 4}
    training = usual | case.training | {"validation": 0.2} | more
    spec = {"name": "Tried"} | case.spec | {"training": training}
    found: dict[str, Any] = load(spec, folder).about
    return found


def anew(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    parts = ("test", "validation")
    return [shared("parting_marks").parted_anew(was, now, part) for part in parts]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.thinned(2)
def test_what_the_seed_holds_out_is_known_again(kind: str, tmp_path: Path) -> None:
    """The same data is; more, less or otherwise ordered is not."""
    case, order = CASES[kind], [*range(60)]
    was = about(case, tmp_path / "a", order)
    assert anew(was, about(case, tmp_path / "b", order)) == ["", ""]
    for name, other in (
        ("more", [*order, 60]),
        ("less", order[:-10]),
        ("turned", order[::-1]),
    ):
        found = about(case, tmp_path / name, other)
        for said, part in zip(anew(was, found), ("test", "validation"), strict=True):
            assert said.startswith(f"the {part} is not what the training held out")
            differs = f"it has {found['parted']['count']} examples, not "
            same = was["parted"]["count"] == found["parted"]["count"]
            assert ("another order" if same else differs) in said
    for key, value in (("validation", 0.4), ("subset", 20)):
        found = about(case, tmp_path / "b", order, **{key: value})
        said, of_validation = anew(was, found)
        assert not said and of_validation


def test_a_part_that_is_given_apart_may_be_another(tmp_path: Path) -> None:
    """More to train on is no matter to a test of its own; a lost one is."""
    x, y = noise(60, 2, 3).astype("float32"), np.arange(60) % 2
    tests = {"x_test": x[:10], "y_test": y[:10]}

    def saved(**more: Any) -> Callable[[Path, list[int]], None]:
        return lambda folder, _: np.savez(folder / "data.npz", **more)

    case = CASES["arrays"]
    cases = (
        {"x": x[:40], "y": y[:40], **tests},
        {"x": x[10:], "y": y[10:], "x_test": x[:8], "y_test": y[:8]},
        {"x": x, "y": y},
    )
    writes = [saved(**more) for more in cases]
    found = [about(case._replace(write=each), tmp_path, []) for each in writes]
    of_test, of_validation = anew(found[0], found[1])
    assert not of_test and of_validation
    assert all(anew(found[0], found[2]))
    assert anew(found[2], found[0])[0] == ""


def test_older_checkpoints_do_not_tell(tmp_path: Path) -> None:
    now = about(CASES["arrays"], tmp_path, [*range(60)])
    was = {name: value for name, value in now.items() if name != "parted"}
    assert anew(was, now) == ["", ""]


SEED: dict[str, Any] = {"seed": 2}
VALIDATED = {"validation": 0.2}
HELD = "what is held out now was trained on"


class Run(NamedTuple):
    """What a run keeps of its spec, and of its data."""

    spec: dict[str, Any]
    about: dict[str, Any]


def run_of(case: Case, folder: Path, **more: Any) -> Run:
    """Return what a run keeps, of a training with other keys."""
    usual = {"loss": "CrossEntropyLoss", "optimizer": "SGD", "batch_size": 4}
    training = usual | case.training | {"epochs": 2} | more
    training["data"] = case.training["data"] | more.get("data", {})
    spec = {"name": "Tried"} | case.spec | {"training": training}
    graph = network(spec).graph
    assert graph.recipe is not None
    kept = spec_data.training(graph, graph.recipe)
    found = {"network": spec_data.network(graph), "training": kept}
    return Run(found, load(spec, folder).about)


def refused(was: Run, now: Run) -> list[str]:
    """Return why a run cannot go on, but for what is said of other data."""
    settings = {"lr": 0.001, "seed": 1, "epochs": 2, "batch_size": 4}
    state = {"spec": was.spec, "about": was.about, "settings": settings}
    state["ranks"] = shared("data_common").RANKS
    resume = shared("resume")
    try:
        resume.differences(Path("a.pt"), state, settings, now.about, now.spec, {})
    except shared("errors").RunError as error:
        return [each for each in error.args if each.endswith(HELD)]
    return []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.thinned(3)
def test_keys_that_part_data_anew(kind: str, tmp_path: Path) -> None:
    """They are named where the seed parts data, and only there."""
    case = CASES[kind]
    case.write(tmp_path, [*range(60)])
    plain, validated = (run_of(case, tmp_path, **more) for more in ({}, VALIDATED))
    seeded = [f"seed was 1, is 2: {HELD}"]
    assert refused(plain, run_of(case, tmp_path, **SEED)) == seeded
    (line,) = refused(plain, run_of(case, tmp_path, data={"test": 0.4}))
    assert line.startswith("data was {") and line.endswith(f"test: 0.4}}: {HELD}")
    assert refused(plain, validated) == [f"validation is new: 0.2: {HELD}"]
    assert refused(validated, plain) == []
    fewer = run_of(case, tmp_path, subset=20, **VALIDATED)
    assert refused(validated, fewer) == [f"subset is new: 20: {HELD}"]
    for same in (plain, run_of(case, tmp_path, subset=20)):
        assert refused(plain, same) == []
    older = Run(plain.spec, {k: v for k, v in plain.about.items() if k != "parted"})
    assert refused(older, run_of(case, tmp_path, **SEED)) == seeded
    assert refused(older, plain) == []


def given_table(folder: Path) -> Case:
    for name, last in (("test.csv", 80), ("other.csv", 79)):
        a_table(folder, [*range(60, last)])
        (folder / "data.csv").rename(folder / name)
    a_table(folder, [*range(60)])
    case = CASES["table"]
    return case._replace(
        training={"data": case.training["data"] | {"test": "test.csv"}}
    )


def given_arrays(folder: Path) -> Case:
    x, y = noise(60, 2, 3).astype("float32"), np.arange(60) % 2
    np.savez(folder / "data.npz", x=x[10:], y=y[10:], x_test=x[:10], y_test=y[:10])
    return CASES["arrays"]


@pytest.mark.parametrize("make", [given_table, given_arrays])
def test_a_test_of_its_own_is_not_parted(
    make: Callable[[Path], Case], tmp_path: Path
) -> None:
    """Another seed holds out the same; a validation is parted by it as ever."""
    case = make(tmp_path)
    plain, validated = (run_of(case, tmp_path, **more) for more in ({}, VALIDATED))
    assert refused(plain, run_of(case, tmp_path, **SEED)) == []
    seeded = run_of(case, tmp_path, **VALIDATED, **SEED)
    assert refused(validated, seeded) == [f"seed was 1, is 2: {HELD}"]


@pytest.mark.parametrize(
    ("was", "now", "keys", "is_refused"),
    [
        (0.2, "test.csv", {}, False),
        ("test.csv", "other.csv", {}, False),
        ("test.csv", 0.2, {}, True),
        (0.2, "test.csv", VALIDATED, True),
        ("test.csv", "other.csv", VALIDATED, False),
    ],
)
def test_the_test_of_a_table(
    was: Any, now: Any, keys: dict[str, Any], is_refused: bool, tmp_path: Path
) -> None:
    case = given_table(tmp_path)
    runs = [run_of(case, tmp_path, data={"test": test}, **keys) for test in (was, now)]
    assert bool(refused(*runs)) == is_refused
