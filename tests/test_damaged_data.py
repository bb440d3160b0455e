"""Damaged data files are read or reported.

The shared modules are tested directly: they raise a DataError or an OSError with one
line, never another exception.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
import torch

from .examples import examples
from .shared_modules import CPU, Goal, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

pytestmark = pytest.mark.filterwarnings("ignore")
"""Number of damages of each file, by a seed."""


@pytest.fixture(autouse=True, scope="module")
def _no_internet() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared("data_download"), "download", refuse)
        yield


def refuse(path: Path, *args: Any) -> None:
    raise error()(f"{path} is not there")


def error() -> type[Exception]:
    found: type[Exception] = shared("data_common").DataError
    return found


class Kind(NamedTuple):
    """Valid data.

    Attributes:
        module: The module that loads it.
        make: Writes it into a folder.
        arguments: Arguments of `load`.
        file: One of its files that can be predicted from.
    """

    module: str
    make: Callable[[Path], Any]
    arguments: dict[str, Any]
    file: str = ""

    def load(self, folder: Path) -> Any:
        return self._module().load(folder, CPU, **self.arguments)

    def read(self, path: Path, about: dict[str, Any]) -> Any:
        return self._module().read_files([path], about)

    def _module(self) -> ModuleType:
        return shared(self.module)


def idx(values: np.ndarray[Any, Any]) -> bytes:
    sizes = [size.to_bytes(4) for size in values.shape]
    return bytes([0, 0, 8, values.ndim]) + b"".join(sizes) + values.tobytes()


def mnist(folder: Path, packed: bool) -> None:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    images, labels = np.arange(8 * 784).reshape(8, 28, 28) % 251, np.arange(8)
    for part in ("train", "t10k"):
        for name, values in (("images-idx3", images), ("labels-idx1", labels)):
            content = idx(values.astype(np.uint8))
            path = raw / f"{part}-{name}-ubyte"
            if packed:
                path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content))
            else:
                path.write_bytes(content)


def cifar(folder: Path) -> None:
    content = b"".join(bytes([label]) + bytes([label]) * 3072 for label in range(4))
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for name in [*(f"data_batch_{each}" for each in range(1, 6)), "test_batch"]:
            member = tarfile.TarInfo(f"cifar/{name}.bin")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


SUFFIXES = ("png", "jpg", "gif", "bmp", "tiff", "webp", "ppm", "tga", "ico")


def pictures(folder: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for name in ("a", "b"):
        (folder / "photos" / name).mkdir(parents=True)
        for suffix in SUFFIXES:
            grey = np.arange(20 * 16).reshape(20, 16) % 200 + ord(name)
            made = image.fromarray(grey.astype(np.uint8)).convert("RGB")
            made.save(folder / "photos" / name / f"x.{suffix}")


def table(folder: Path) -> None:
    rows = [f"{n / 7:.2f},{'red' if n % 2 else 'blue'},k{n % 3}" for n in range(20)]
    (folder / "a.csv").write_text("\n".join(["size,color,kind", *rows]))


def arrays(folder: Path, **more: Any) -> None:
    x = np.arange(120, dtype="float32").reshape(20, 2, 3)
    found = {"x": x, "y": np.arange(20) % 3} | more
    np.savez(folder / "a.npz", **found)
    np.savez_compressed(folder / "packed.npz", **found)
    np.save(folder / "x.npy", x)


def text(folder: Path) -> None:
    (folder / "a.txt").write_text("Höher hüpft der Hase.\nEin Hase!\n" * 9, "utf-8")


def texts(folder: Path) -> None:
    for number in range(8):
        path = folder / "moods" / "ab"[number % 2] / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{'AB'[number // 4]} hüpft der Hase.\n", "utf-8")


OF_TEXTS = {"path": "moods", "length": 8, "vocabulary": 40, "goal": Goal(classes=3)}
OF_ARRAYS = {"path": "a.npz", "shape": (2, 3), "goal": Goal(classes=3)}
OF_ARRAYS |= {"normalize": "auto"}
OF_TABLE = {"path": "a.csv", "target": "kind", "features": 3, "goal": Goal(classes=3)}
OF_TEXT = {"path": "a.txt", "length": 8, "vocabulary": 40, "validation": 0.2}
OF_IMAGES = {"path": "photos", "shape": (3, 6, 5), "goal": Goal(classes=2)}
KINDS = {
    "idx": Kind("data_mnist", lambda folder: mnist(folder, False), {}),
    "packed idx": Kind("data_mnist", lambda folder: mnist(folder, True), {"subset": 6}),
    "cifar": Kind("data_cifar", cifar, {"validation": 0.2, "normalize": "auto"}),
    "images": Kind("data_images", pictures, OF_IMAGES, "photos/a/x.png"),
    "table": Kind("data_tables", table, OF_TABLE, "a.csv"),
    "numbers": Kind(
        "data_tables",
        table,
        {**OF_TABLE, "target": "size", "features": 5, "goal": Goal(numbers=(1,))},
        "a.csv",
    ),
    "arrays": Kind("data_arrays", arrays, OF_ARRAYS, "a.npz"),
    "packed arrays": Kind(
        "data_arrays", arrays, {**OF_ARRAYS, "path": "packed.npz"}, "x.npy"
    ),
    "text": Kind("data_text", text, OF_TEXT, "a.txt"),
    "lines": Kind("data_text", text, {**OF_TEXT, "padding": -1}, "a.txt"),
    "words": Kind("data_words", text, {**OF_TEXT, "length": 3}, "a.txt"),
    "texts in folders": Kind("data_labeled_texts", texts, OF_TEXTS, "moods/a/1.txt"),
    "texts in a table": Kind(
        "data_labeled_texts",
        table,
        {**OF_TEXTS, "path": "a.csv", "column": "color", "target": "kind"},
        "a.csv",
    ),
}


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Damage a file as disks, transfers and people do."""
    place = draw.randrange(len(content) + 1)
    begin = draw.randrange(min(len(content), 200) + 1)  # headers matter most
    many = bytearray(content)
    for _ in range(draw.choice([1, 1, 3, 30])):
        at = draw.randrange(min(len(many), draw.choice([64, len(many)])))
        many[at] ^= 1 << draw.randrange(8)
    more = bytes(draw.choice([0, 0xFF, draw.randrange(256)]) for _ in range(8))
    return draw.choice(
        [
            content[:place],
            content[:begin],
            content[place:],
            bytes(many),
            bytes(many),
            bytes(many),
            content[:begin] + more + content[begin + 8 :],
            content[:begin] + more + content[begin:],
            content[:place] + content[place // 2 :],
            content + more,
            bytes(len(content)),
            b"",
        ]
    )


def said(do: Callable[..., Any], *arguments: Any) -> None:
    """Run code that may fail with one line."""
    try:
        do(*arguments)
    except (error(), OSError) as found:
        assert len(str(found).splitlines()) == 1, found


@pytest.mark.parametrize("name", KINDS)
@examples(3, 25)
def test_files_that_are_damaged(name: str, examples: int, tmp_path: Path) -> None:
    kind, draw = KINDS[name], random.Random(name)
    kind.make(tmp_path)
    about = kind.load(tmp_path).about
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    for path in draw.sample(files, min(len(files), 9)):
        content = path.read_bytes()
        for _ in range(examples):
            path.write_bytes(damaged(content, draw))
            said(kind.load, tmp_path)
            if kind.file:
                said(kind.read, path, about)
        path.write_bytes(content)


@pytest.mark.parametrize("name", KINDS)
def test_paths_other_than_files(name: str, tmp_path: Path) -> None:
    """A folder, a broken link, or a file instead of a folder."""
    kind = KINDS[name]
    kind.make(tmp_path)
    about = kind.load(tmp_path).about
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file())[:2]:
        path.unlink()
        said(kind.load, tmp_path)
        path.mkdir()
        said(kind.load, tmp_path)
        if kind.file:
            said(kind.read, path, about)
        path.rmdir()
        path.symlink_to(path)
        said(kind.load, tmp_path)
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "no\0ne", Path("no" * 999)):
        with pytest.raises((error(), OSError)):
            kind.load(folder)
        if kind.file and folder.name != "file":
            with pytest.raises((error(), OSError)):
                kind.read(folder, about)


EXAMPLES = np.arange(120, dtype="float32").reshape(20, 2, 3)
LABELS = np.arange(20) % 3
VALUES: dict[str, Any] = {
    "objects": np.array([{}] * 20),
    "words": np.array(["one", "two"] * 10),
    "bytes": np.array([b"one", b"two"] * 10),
    "dates": np.arange("2020-01-01", "2020-01-21", dtype="datetime64[D]"),
    "records": np.zeros(20, dtype=[("a", "i4"), ("b", "f8")]),
    "nothing": np.zeros((0, 2, 3)),
    "a number": np.float64(1),
    "wide": np.zeros((20, 0)),
    "NaN": np.full((20, 2, 3), np.nan),
    "infinite": np.full((20, 2, 3), np.inf),
    "too large": np.full((20, 2, 3), 1e300),
    "large": np.linspace(-3e38, 3e38, 120).reshape(20, 2, 3),
    "complex": np.ones((20, 2, 3), complex),
    "below 0": -LABELS,
    "beyond": LABELS + 2**40,
    **{
        f"{dtype} {name}": values.astype(dtype)
        for dtype in ("?", "u1", "u2", "u4", "u8", "f2", "f4", "g", ">f8", ">i4", ">u2")
        for name, values in (("examples", EXAMPLES), ("labels", LABELS))
    },
}
"""Possible contents of users' arrays."""


@pytest.mark.parametrize("part", ["x", "y", "x_test", "y_test"])
@pytest.mark.parametrize("values", VALUES)
@pytest.mark.thinned(5)
def test_arrays_of_another_type(values: str, part: str, tmp_path: Path) -> None:
    arrays(tmp_path)
    about = KINDS["arrays"].load(tmp_path).about
    found = {"x": EXAMPLES, "y": LABELS, part: VALUES[values]}
    if "test" in part:
        found = {"x_test": EXAMPLES, "y_test": LABELS} | found
    np.savez(tmp_path / "a.npz", **found)
    for wants in (
        {},
        {"goal": Goal(unit=True)},
        {"goal": Goal(numbers=(2, 3))},
        {"dtype": torch.int64, "normalize": None, "known": 200},
    ):
        kind = KINDS["arrays"]
        kind = kind._replace(arguments={**kind.arguments, **wants})
        said(use, kind, tmp_path)
    said(KINDS["arrays"].read, tmp_path / "a.npz", about)
    np.save(tmp_path / "x.npy", VALUES[values])
    said(KINDS["arrays"].read, tmp_path / "x.npy", about)


@pytest.mark.parametrize("content", [b"hello, arrays", b"", b"\x80\x04K\x01."])
def test_what_is_no_file_of_arrays_is_never_taken_for_a_pickle(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(shared("data_common").DataError) as error:
        KINDS["arrays"].load(tmp_path)
    assert "is no file of arrays: `numpy.savez` writes one" in str(error.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.npz")
    with pytest.raises(shared("data_common").DataError, match="neither a file nor a"):
        KINDS["arrays"].load(tmp_path)


def use(kind: Kind, folder: Path) -> None:
    """Data that loads without an error has values."""
    for data in kind.load(folder)[:3]:
        for values in data.between(0, len(data)):
            assert values.isfinite().all()


CELLS = (
    *("nan", "inf", "-inf", "1e400", "1e300", "-1e39", "1_000", "٣", "", " ", "0x1"),
    *('"', '"a', ",", "\0", "\n", "\r", "\ufeff", "9" * 200_000, "a;b", "1,5"),
)


@pytest.mark.parametrize("line", [0, 1, 2])
@pytest.mark.parametrize("cell", range(len(CELLS)))
@pytest.mark.thinned(11)
def test_cells_of_tables(cell: int, line: int, tmp_path: Path) -> None:
    table(tmp_path)
    path = tmp_path / "a.csv"
    about = KINDS["numbers"].load(tmp_path).about
    lines = [each.split(",") for each in path.read_text().splitlines()]
    for column in range(3):
        changed = [[*cells] for cells in lines]
        for row in changed[line : line + 1] if line < 2 else changed[1:]:
            row[column] = CELLS[cell]
        path.write_text("\n".join(map(",".join, changed)), "utf-8")
        for name in ("table", "numbers"):
            said(use, KINDS[name], tmp_path)
        said(KINDS["numbers"].read, path, about)


MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I")
DEEP = ("I;16", "I;16B", "F")


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (28, 28), (7, 5)])
@pytest.mark.parametrize("mode", [*MODES, *DEEP])
@pytest.mark.thinned(4)
def test_images_of_any_mode(mode: str, size: tuple[int, int], tmp_path: Path) -> None:
    """Modes that cannot become grey or color, since white is undefined."""
    image = pytest.importorskip("PIL.Image")
    grey = image.new("L", size, 200)
    made = grey if mode == "L" else image.new(mode, size)
    if mode in MODES[1:9]:
        made = grey.convert("RGB").convert(mode) if mode != "P" else grey.convert("P")
    about = {"margin": 4, "mean": None, "std": None, "shape": [3, 4, 4]}
    for suffix in ("tiff", "png", "jpg", "im"):
        path = tmp_path / f"a.{suffix}"
        try:
            made.save(path)
        except (OSError, KeyError, ValueError):
            continue
        for module in ("data_mnist", "data_images"):
            kind = Kind(module, pictures, {})
            said(kind.read, path, about)


PAIRS = (
    *("None", "1 / 0", "sys.exit(3)", "[]", "'ab', 'cd'", "(x, y)", "((x, y), (x,))"),
    *("((x, None), (x, y))", "((x, [[1], [2, 3]]), (x, y))", "((x, 'abc'), (x, y))"),
    *("((x.to_sparse(), y), (x, y))", "((x, y, x), (x, y))", "load(folder)"),
    *("((x, y + 1j), (x, y))", "((x[:, :2], y), (x, y))", "((x, y[:3]), (x, y))"),
    *("((x, y * 2**62), (x, y))", "((x, [2**80] * 9), (x, y))", "((x[0], y), (x, y))"),
    *("((x * 1e38 * 1e38, y), (x, y))", "((x.requires_grad_(), y), (x, y))"),
    *("((x.bool(), y.bool()), (x, y))", "((x.tolist(), y.tolist()), (x, y))"),
    *("((x, y), (x[:0], y[:0]))", "((x, y), (x, -y))", "{1: 2}", "iter([])"),
)


@pytest.mark.parametrize("pairs", PAIRS)
def test_results_of_modules(
    pairs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["import sys, torch", "x, y = torch.ones(9, 4), torch.arange(9) % 3"]
    lines += ["def load(folder):", f"    return {pairs}"]
    lines += ["def read(path):", f"    return {pairs}"]
    (tmp_path / "mine.py").write_text("\n".join(lines))
    module = shared("data_module")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "data_module.py"))
    arguments = {"path": "mine.py", "shape": (4,), "goal": Goal(classes=3)}
    for more in ({}, {"normalize": "auto", "validation": 0.3}, {"dtype": torch.int64}):
        kind = Kind("data_module", table, {**arguments, **more})
        said(use, kind, tmp_path)
    about = {"path": "mine.py", "shape": [4], "whole": False, "known": 0, "mean": None}
    said(kind.read, tmp_path, about)


@pytest.mark.parametrize(
    "content", [b"\0", b"\xff", b"def load(:", b"x = ", b"raise x"]
)
def test_modules_with_syntax_errors(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_bytes(content)
    module = shared("data_module")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "data_module.py"))
    with pytest.raises(error(), match=r"mine\.py"):
        module.load(tmp_path, CPU, path="mine.py", shape=(4,), goal=Goal(classes=3))


def test_checksums_are_verified(tmp_path: Path) -> None:
    """Unpacked data can be complete and still wrong."""
    for name in ("packed idx", "cifar"):
        folder = tmp_path / name
        folder.mkdir()
        KINDS[name].make(folder)
        for path in [path for path in folder.rglob("*.gz") if path.is_file()]:
            content = path.read_bytes()
            path.write_bytes(content[:-8] + bytes([content[-8] ^ 1]) + content[-7:])
            with pytest.raises(error(), match="cannot be read: CRC check failed"):
                KINDS[name].load(folder)
            path.write_bytes(content)
        KINDS[name].load(folder)


def test_no_module_outside_is_run(tmp_path: Path) -> None:
    """A checkpoint from somebody else can name any file."""
    (tmp_path / "mine.py").write_text("raise SystemExit('ran')")
    module = shared("data_module")
    about = {"path": "", "shape": [4], "whole": False, "known": 0, "mean": None}
    up = "../" * 20
    for path in (str(tmp_path / "mine.py"), f"{up}{tmp_path}/mine.py"):
        with pytest.raises(error(), match="belongs beside this script"):
            module.read_files([tmp_path], {**about, "path": path})
