"""Repositories of git that tests make."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {
    "user.name": "Ada",
    "user.email": "ada@example.org",
    "commit.gpgsign": "false",
    "core.autocrlf": "false",
    "init.defaultBranch": "main",
    "protocol.file.allow": "always",
}
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


def git(folder: Path, *args: str, fails: bool = False) -> str:
    """Run git; return what it prints, and what it says if it is to fail."""
    options = [each for pair in SETTINGS.items() for each in ("-c", "=".join(pair))]
    done = subprocess.run(
        ["git", *options, *args],
        cwd=folder,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout + (done.stderr if fails else "")


def start(folder: Path) -> Path:
    """Make an empty repository."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    return folder


def commit(folder: Path, files: dict[str, str] | None = None) -> str:
    """Write files, commit everything, and return the hash."""
    for name, text in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a commit")
    return git(folder, "rev-parse", "HEAD").strip()
