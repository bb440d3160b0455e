"""`mlpgen validate --fix` and `--diff`: what they change, say and leave alone."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from mlpgen.diagnostics.diagnostic import Edit, Fix, Span
from mlpgen.source.edited import compatible
from tests.commands import run

if TYPE_CHECKING:
    from pathlib import Path

WRONG = """\
# my network
name: Net
input: [1, 28, 28]
layers:
  - Flaten   # the image
  - Linear: {outfeatures: 10}   # 十
"""
RIGHT = WRONG.replace("Flaten", "Flatten").replace("outf", "out_f")
SAID = """\
fixed 2 mistakes:
  net.yaml:5 replaced `Flaten` by `Flatten`
  net.yaml:6 replaced `outfeatures` by `out_features`
1 spec: no mistakes
"""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(WRONG, encoding="utf-8")
    return path


def test_fix_says_what_it_did(net: Path) -> None:
    done = run(("validate", "net.yaml", "--fix"), net.parent)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, SAID, b"")
    assert net.read_text("utf-8") == RIGHT
    again = run(("validate", "net.yaml", "--fix"), net.parent)
    assert again.stdout == b"1 spec: no mistakes\n"


def test_without_fix_nothing_is_written(net: Path) -> None:
    done = run(("validate", "net.yaml"), net.parent)
    assert done.returncode == 2
    assert b"[*] 2 can be fixed with `mlpgen validate --fix`\n" in done.stderr
    assert net.read_text("utf-8") == WRONG


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
    ],
    ids=["CRLF", "mark", "no last line end", "CR"],
)
def test_encoding_and_line_ends_stay(net: Path, change: object) -> None:
    assert callable(change)
    net.write_bytes(change(WRONG))
    net.chmod(0o640)
    assert run(("validate", "net.yaml", "--fix"), net.parent).returncode == 0
    assert net.read_bytes() == change(RIGHT)
    assert stat.S_IMODE(net.stat().st_mode) == 0o640
    assert [*net.parent.iterdir()] == [net]


def test_what_is_left_is_shown(net: Path) -> None:
    net.write_text(WRONG.replace("10}", "ten}"), encoding="utf-8")
    done = run(("validate", "net.yaml", "--fix"), net.parent)
    assert done.returncode == 2
    assert done.stdout.startswith(b"fixed 2 mistakes:\n")
    assert b"the string `ten`" in done.stderr
    assert b"[*]" not in done.stderr


def test_json_has_only_what_is_left(net: Path) -> None:
    done = run(("validate", "net.yaml", "--fix", "--format", "json"), net.parent)
    assert json.loads(done.stdout) == []
    assert done.stderr.startswith(b"fixed 2 mistakes:\n")


def test_diff_writes_nothing(net: Path) -> None:
    done = run(("validate", "net.yaml", "--diff"), net.parent)
    assert done.returncode == 1
    assert done.stdout.decode() == (
        "--- net.yaml\n+++ net.yaml\n@@ -2,5 +2,5 @@\n name: Net\n"
        " input: [1, 28, 28]\n layers:\n"
        "-  - Flaten   # the image\n-  - Linear: {outfeatures: 10}   # 十\n"
        "+  - Flatten   # the image\n+  - Linear: {out_features: 10}   # 十\n"
    )
    assert done.stderr == b""
    assert net.read_text("utf-8") == WRONG


def test_diff_of_nothing(net: Path) -> None:
    net.write_text(RIGHT, encoding="utf-8")
    done = run(("validate", "net.yaml", "--diff"), net.parent)
    assert (done.returncode, done.stdout) == (0, b"1 spec: no mistakes\n")


def test_standard_input_is_printed_fixed(tmp_path: Path) -> None:
    done = run(("validate", "-", "--fix"), tmp_path, WRONG.encode())
    assert (done.returncode, done.stdout.decode()) == (0, RIGHT)
    assert done.stderr.decode() == SAID.replace("net.yaml", "<stdin>")
    done = run(("validate", "-", "--fix"), tmp_path, RIGHT.encode())
    assert done.stdout.decode() == RIGHT


BLOCKS = """\
blocks:
  Hidden:
    layers:
      - Liner: 8   # as wide
"""
INCLUDING = """\
name: Net
include: [blocks.yaml]
input: [8]
layers:
  - Hidden
"""


def test_included_files_are_fixed(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(INCLUDING, encoding="utf-8")
    blocks = tmp_path / "blocks.yaml"
    blocks.write_text(BLOCKS, encoding="utf-8")
    done = run(("validate", "net.yaml", "--fix"), tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(b"fixed 1 mistake: blocks.yaml:4 replaced `Liner`")
    assert blocks.read_text("utf-8") == BLOCKS.replace("Liner", "Linear")


def test_fixes_of_several_files_are_made_together() -> None:
    def fix(path: str, column: int) -> Fix:
        return Fix("", path, (Edit(Span(4, column, 4, column + 5), "Linear"),))

    fixes = [fix("a.yaml", 5), fix("b.yaml", 5), fix("a.yaml", 7), fix("a.yaml", 10)]
    assert compatible(fixes) == [fixes[0], fixes[1], fixes[3]]


def test_files_outside_of_the_project_are_not_fixed(tmp_path: Path) -> None:
    inside = tmp_path / "project"
    inside.mkdir()
    text = INCLUDING.replace("blocks.yaml", "../blocks.yaml")
    (inside / "net.yaml").write_text(text, encoding="utf-8")
    blocks = tmp_path / "blocks.yaml"
    blocks.write_text(BLOCKS, encoding="utf-8")
    assert run(("validate", "net.yaml", "--fix"), inside).returncode == 2
    assert blocks.read_text("utf-8") == BLOCKS


def test_a_link_is_not_replaced(net: Path) -> None:
    link = net.parent / "link.yaml"
    link.symlink_to("net.yaml")
    done = run(("validate", "link.yaml", "--fix"), net.parent)
    assert done.returncode == 2
    assert b"`link.yaml` is a symbolic link: fix the file that it" in done.stderr
    assert link.is_symlink()
    assert net.read_text("utf-8") == WRONG


def test_a_read_only_file_stays(net: Path) -> None:
    net.chmod(0o444)
    done = run(("validate", "net.yaml", "--fix"), net.parent)
    assert done.returncode == 2
    assert b"`net.yaml` is read-only, so it cannot be fixed" in done.stderr
    assert net.read_text("utf-8") == WRONG
