"""`include` opens only regular files of the spec's folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlpgen import SpecError, api
from mlpgen.source import LARGEST_FILE

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS = "blocks:\n  Twice:\n    layers: [{add: , from: [input, input]}]\n"
POSIX = pytest.mark.skipif(os.name == "nt", reason="files of POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder `specs` with paths that cannot be files of blocks."""
    made = tmp_path / "specs"
    (made / "below").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(BLOCKS, encoding="utf-8")
    for name in ("blocks.yaml", "below/blocks.yaml", "a\\b.yaml", "-"):
        (made / name).write_text(BLOCKS, encoding="utf-8")
    (made / "large.yaml").write_text(BLOCKS + "#" * LARGEST_FILE, encoding="utf-8")
    (made / "outside.yaml").symlink_to("../outside.yaml")
    (made / "one.yaml").symlink_to("other.yaml")
    (made / "other.yaml").symlink_to("one.yaml")
    (made / "zero.yaml").symlink_to("/dev/zero")
    (made / "latin.yaml").write_bytes(b"blocks: \xe4")
    os.mkfifo(made / "pipe.yaml")
    (made / "to_pipe.yaml").symlink_to("pipe.yaml")
    return made


def spec(folder: Path, include: str) -> Path:
    path = folder / "net.yaml"
    text = f"name: Net\ninput: [4]\ninclude: [{include}]\nlayers: [Twice]\n"
    path.write_text(text, encoding="utf-8")
    return path


def only(path: Path) -> str:
    """Return the only mistake; it is in line 3."""
    with pytest.raises(SpecError) as error:
        api.load(path)
    found = [each for each in error.value.diagnostics if each.code != "MG207"]
    assert [(each.code, each.place and each.place.span.line) for each in found] == [
        ("MG230", 3)
    ]
    return found[0].message


OUTSIDE = "is outside the folder of the spec"
REFUSED = {
    '"-"': "`-` is not a file: standard input cannot be included",
    r'"a\0b"': "`a\0b` is not a file name",
    '""': "`` is not a file name",
    "pipe.yaml": "pipe.yaml` is a named pipe",
    "to_pipe.yaml": "to_pipe.yaml` is a named pipe",
    "/dev/zero": OUTSIDE,
    "zero.yaml": OUTSIDE,
    "below": "below` is a folder",
    ".": OUTSIDE,
    "./below/..": OUTSIDE,
    "one.yaml": "one.yaml` cannot be read: ",
    "outside.yaml": OUTSIDE,
    "../outside.yaml": OUTSIDE,
    "below/../../outside.yaml": OUTSIDE,
    "large.yaml": "large.yaml` is larger than 1 MiB",
    "nothing.yaml": "there is no file `",
    "blocks.yaml/x": "cannot be read: Not a directory",
    "x" * 300: "cannot be read: File name too long",
    "net.yaml": "`net.yaml` includes itself",
    "./below/../net.yaml": "`./below/../net.yaml` includes itself",
    "blocks.yaml, below/../blocks.yaml": "`below/../blocks.yaml` is included twice",
    r"'a\b.yaml'": r"`a\b.yaml` has a backslash",
    r"'below\blocks.yaml'": "has a backslash",
    r"'\\server\blocks.yaml'": "has a backslash",
    "'C:/blocks.yaml'": OUTSIDE,
    "'c:blocks.yaml'": OUTSIDE,
}


@POSIX
@pytest.mark.parametrize("include", REFUSED)
def test_files_that_cannot_be_included(folder: Path, include: str) -> None:
    assert REFUSED[include] in only(spec(folder, include))


@POSIX
def test_sockets_cannot_be_included(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.yaml")
        assert "is a socket" in only(spec(folder, "socket.yaml"))


@POSIX
@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission(folder: Path) -> None:
    (folder / "blocks.yaml").chmod(0)
    assert "cannot be read: Permission denied" in only(spec(folder, "blocks.yaml"))


@POSIX
def test_files_that_can_be_included(folder: Path) -> None:
    (folder / "linked.yaml").symlink_to("below/blocks.yaml")
    for name in ("blocks.yaml", "below/blocks.yaml", "./below//../blocks.yaml"):
        assert api.load(spec(folder, name)).graph.total_parameters == 0
    assert api.load(spec(folder, "linked.yaml")).graph.total_parameters == 0
    assert api.load(spec(folder, "./-")).graph.total_parameters == 0


def test_two_files_may_include_a_third(tmp_path: Path) -> None:
    (tmp_path / "blocks.yaml").write_text(BLOCKS, encoding="utf-8")
    for name in ("a", "b"):
        text = BLOCKS.replace("Twice", name.upper()) + "include: [blocks.yaml]\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    path = spec(tmp_path, "a.yaml, b.yaml, blocks.yaml")
    assert api.load(path).graph.total_parameters == 0


@POSIX
def test_mistakes_of_bytes_are_at_their_place(folder: Path) -> None:
    with pytest.raises(SpecError) as error:
        api.load(spec(folder, "latin.yaml"))
    place = error.value.diagnostics[0].place
    assert place is not None and place.path.endswith("latin.yaml")


@POSIX
@pytest.mark.parametrize("include", ['"-"', "pipe.yaml", r'"a\0b"', '"\u65e5.yaml"'])
def test_include_never_blocks(folder: Path, include: str) -> None:
    """Standard input stays unread, and nothing blocks."""
    spec(folder, include)
    read, write = os.pipe()
    os.write(write, BLOCKS.encode())
    settings = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mlpgen", "validate", "net.yaml"],
            cwd=folder,
            stdin=read,
            capture_output=True,
            timeout=30,
            env={**os.environ, **settings},
        )
        assert os.read(read, 1000) == BLOCKS.encode()
    finally:
        os.close(read)
        os.close(write)
    assert done.returncode == 2
    assert done.stderr.startswith(b"net.yaml:3:11: error[MG230]: ")
    assert b"Traceback" not in done.stderr


@POSIX
def test_a_spec_may_be_a_pipe(folder: Path) -> None:
    """As in `mlpgen validate <(…)`."""
    read, write = os.pipe()
    os.write(write, b"name: Net\ninput: [4]\nlayers: [ReLU]\n")
    os.close(write)
    done = subprocess.run(
        [sys.executable, "-m", "mlpgen", "validate", f"/dev/fd/{read}"],
        pass_fds=[read],
        capture_output=True,
        timeout=30,
    )
    os.close(read)
    assert (done.returncode, done.stdout) == (0, b"1 spec: no mistakes\n")
