"""People say how far, how daringly and by which seed a model goes on with a text."""

from __future__ import annotations

import argparse
import json
import math
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import api

from . import processes
from .networks import network
from .shared_modules import shared
from .test_own_text import embedded, spec, story
from .test_training import refused, train

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = embedded({"GRU": 16, "select": "output"}, {"Linear": 40}, places=40)
KINDS: dict[str, dict[str, Any]] = {
    "characters": spec({"text": "story.txt"}, LAYERS),
    "words": spec({"text": "story.txt", "units": "words"}, LAYERS),
    "lines": spec({"text": "story.txt", "by": "lines"}, LAYERS),
    "lines of words": spec(
        {"text": "story.txt", "units": "words", "by": "lines"}, LAYERS
    ),
}
FLAGS = ("--length", "--temperature", "--seed")


@pytest.fixture(
    scope="module",
    params=[
        "characters",
        "lines of words",
        pytest.param("words", marks=pytest.mark.exhaustive),
        pytest.param("lines", marks=pytest.mark.exhaustive),
    ],
)
def script(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a script that goes on with texts, of a model that has learned little."""
    folder = tmp_path_factory.mktemp("made")
    for name, text in api.render(network(KINDS[request.param]), "explicit").items():
        (folder / name).write_text(text, "utf-8")
    (folder / "story.txt").write_text(story(60))
    (folder / "begin.txt").write_text("The dog")
    args = ("--data-dir", str(folder), "--out", str(folder / "run"), "--epochs", "1")
    train(folder / "train_reader.py", *args)
    path = folder / "predict_reader.py"
    return path.rename(folder / f"predict_{request.param.replace(' ', '_')}.py")


def told(script: Path, *args: str) -> str:
    """Return the text that goes on."""
    where = ("--run", str(script.parent / "run"), "--format", "json")
    done = processes.run(script, str(script.parent / "begin.txt"), *where, *args)
    assert done.returncode == 0, done.stderr
    ((found),) = json.loads(done.stdout)
    text: str = found["text"]
    assert text.startswith("The dog")
    return text


def units(script: Path, text: str) -> int:
    """Count what follows the beginning, but for ends of lines at the end."""
    kind = "words" if "words" in script.stem else "characters"
    count = shared("word_patterns").units_of
    return len(count(text, kind)) - len(count("The dog", kind))


def test_how_far_is_said(script: Path) -> None:
    """As far as `--length` says; of lines, to their end at most."""
    assert 0 <= units(script, told(script, "--length", "1")) <= 1
    many = units(script, told(script, "--length", "150"))
    assert many <= 150
    assert "lines" in script.stem or many > 140


def test_the_same_seed_is_the_same_text(script: Path) -> None:
    """Without flags it is that of the values that the help names."""
    length = "100" if "words" in script.stem else "200"
    named = ("--length", length, "--temperature", "1", "--seed", "0")
    assert told(script) == told(script, *named)
    found = [told(script, "--length", "20", "--seed", seed) for seed in "121"]
    assert found[0] == found[2] != found[1]


def test_without_chance_every_seed_says_the_likeliest(script: Path) -> None:
    found = [
        told(script, "--temperature", each, "--seed", seed, "--length", "12")
        for each, seed in (("0", "1"), ("0", "2"), ("1e-300", "3"))
    ]
    assert len({*found}) == 1


def test_flags_that_cannot_be(script: Path) -> None:
    begin = str(script.parent / "begin.txt")
    run = ("--run", str(script.parent / "run"))
    for args, says in (
        (("--length", "0"), "--length 0 must be at least 1"),
        (("--temperature", "nan"), "--temperature nan must be a number of at least 0"),
        (("--seed", "1.5"), "invalid int value: '1.5'"),
    ):
        refused(script, begin, *run, *args, says=says)
    for flag in FLAGS:
        says = f"{flag} needs a FILE to go on with"
        refused(script, *run, "--evaluate", flag, "1", says=says)


@pytest.mark.parametrize(
    ("flag", "value", "says"),
    [
        ("length", -1, "--length -1 must be at least 1"),
        ("length", 2**63, "below 2**63"),
        ("seed", -1, "--seed -1 must be at least 0, below 2**63"),
        ("seed", 2**63, "below 2**63"),
        ("temperature", -0.5, "--temperature -0.5 must be"),
        ("temperature", math.inf, "--temperature inf must be"),
        ("temperature", -math.inf, "--temperature -inf must be"),
    ],
)
def test_values_out_of_bounds(flag: str, value: float, says: str) -> None:
    given = {"length": None, "temperature": None, "seed": None, flag: value}
    args = argparse.Namespace(files=["a.txt"], **given)
    flags = shared("continuing").Continuing(200, "characters")
    with pytest.raises(shared("errors").RunError) as caught:
        flags.settle(args)
    assert says in str(caught.value)


@pytest.mark.parametrize("temperature", [0.25, 0.5, 1.0, 2.0, 1e308])
@pytest.mark.thinned(2)
def test_chances_are_those_of_the_temperature(temperature: float) -> None:
    values = torch.tensor([1.0, 3.0, 2.0, -math.inf])
    torch.manual_seed(1)
    drawn = shared("continuing").drawn
    places = torch.cat([drawn(values, temperature) for _ in range(4000)])
    weights = torch.exp((values.double() - 3) / temperature)
    shares = places.bincount(minlength=4) / len(places)
    assert torch.allclose(shares.double(), weights / weights.sum(), atol=0.03)
    assert shares[3] == 0


@pytest.mark.parametrize("odd", [math.nan, math.inf])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_nothing_is_drawn_of_what_is_no_number(odd: float, temperature: float) -> None:
    with pytest.raises(shared("errors").RunError, match="gives NaN or infinite numb"):
        shared("continuing").drawn(torch.tensor([1.0, odd]), temperature)


def test_only_scripts_that_go_on_have_the_flags() -> None:
    labeled = spec({"text": "a"}, embedded({"mean": 1}, {"Linear": 2}))
    files = api.render(network(labeled), "explicit")
    assert "continuing.py" not in files
    assert "Continuing" not in files["predict_reader.py"]
