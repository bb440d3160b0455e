"""Specs recombined at random: each gives mistakes, or a model that works.

`python benchmarks/fuzz.py --seed 1 --case K` runs one of them alone, and `--minutes`
runs more.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mlpgen import api

from .fuzz.cases import case
from .fuzz.corpus import SCALES, committed, corpus, resolved, searched, small
from .fuzz.judgement import all_judged, looked_at
from .fuzz.plain_specs import text
from .fuzz.reduction import reduced
from .fuzz.validation import validated

SEED = 1
CASES = 2_000
CHUNKS = 50
EXHAUSTIVE = pytest.mark.exhaustive
LEAST_ACCEPTED = 0.5
LEAST_EXECUTED = 0.4


@pytest.mark.parametrize(
    ("chunk", "chunks"),
    [
        (0, 3 * CHUNKS),
        *(pytest.param(each, CHUNKS, marks=EXHAUSTIVE) for each in range(CHUNKS)),
    ],
)
def test_recombined_specs(
    chunk: int,
    chunks: int,
    record_property: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    torch.set_num_threads(1)
    found = [*all_judged(SEED, range(chunk, CASES, chunks))]
    accepted = sum(each.accepted for each in found)
    executed = sum(each.executed for each in found)
    said = (
        f"{accepted} accepted and {executed} executed of {len(found)} recombined specs"
    )
    record_property("fuzzed", said)
    with capsys.disabled():
        print(f" {said}")
    wrong = [
        f"{each.case}: {finding.kind}: {finding.detail}"
        for each in found
        for finding in each.findings
    ]
    assert not wrong, "\n".join(wrong)
    assert accepted >= LEAST_ACCEPTED * len(found)
    assert executed >= LEAST_EXECUTED * len(found)


def test_a_case_is_always_the_same() -> None:
    one, other = (case(3, 14) for _ in range(2))
    assert text(one.spec) == text(other.spec)
    assert one.rng.random() == other.rng.random()
    assert text(case(3, 15).spec) != text(one.spec)


def test_the_corpus_has_all_committed_specs_small() -> None:
    names = {each.name for each in corpus().specs}
    assert names >= {"resnet18", "vit_b_16", "gpt2", "unet", "mnist_transformer"}
    for each in corpus().specs:
        graph = resolved(each.data)
        assert graph is not None
        assert graph.total_multiply_adds <= 1_500_000


@pytest.mark.exhaustive
def test_known_scales_are_those_that_a_search_finds() -> None:
    large = [each.data for each in committed() if each.data["name"] in SCALES]
    assert {data["name"] for data in large} == {*SCALES}
    for data in large:
        assert searched(data) == small(data) is not None


RIGHT = {
    "name": "Net",
    "parameters": {"width": 4},
    "input": [6],
    "layers": [
        {"Linear": "${width}", "name": "first"},
        "ReLU",
        {"Linear": 6},
        {"add": None, "from": ["linear_1", "input"]},
    ],
}


def kinds(spec: dict[str, Any]) -> set[str]:
    return {each.kind for each in looked_at("", spec).findings}


def test_no_findings_for_valid_specs() -> None:
    assert kinds(RIGHT) == set()


BOTH = ("explicit", "sequential")
DAMAGES = [
    (BOTH, "(y) + x", "(y) - x", "the interpreter differs"),
    (BOTH, "width: int = 4", "width: int = 5", "parameters are not as predicted"),
    (BOTH, "nn.Linear(width, 6)", "nn.Linear(4, 6)", "with other arguments raises"),
    (BOTH, "super().__init__()", "super().__int__()", "making a model raises"),
    (BOTH, "self.first(x)", "self.first(x.T)", "running a model raises"),
    (BOTH, "output: Tensor = ", "output Tensor = ", "generated code is no Python"),
    (BOTH[:1], "F.relu(", "F.elu(", "styles differ in eval mode"),
    (BOTH[1:], "self.first", "self.fist", "states differ"),
]


@pytest.mark.parametrize(("styles", "old", "new", "kind"), DAMAGES)
def test_damaged_code_is_found(
    styles: tuple[str, ...],
    old: str,
    new: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    render = api.render

    def damaged(network: Any, style: str, **options: Any) -> dict[str, str]:
        texts = render(network, style, **options)
        if style in styles and not options.get("notebook"):
            assert all(old in text for text in texts.values()), texts
            texts = {name: text.replace(old, new) for name, text in texts.items()}
        return texts

    monkeypatch.setattr(api, "render", damaged)
    assert any(kind in each for each in kinds(RIGHT)), kinds(RIGHT)


def test_exceptions_and_endless_loops_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("k")

    monkeypatch.setattr("tests.fuzz.validation.build", broken)
    verdict = validated(RIGHT)
    assert verdict.finding is not None
    assert verdict.finding.kind == "validate raises"

    def endless(*_: Any) -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue

    monkeypatch.setattr("tests.fuzz.validation.build", endless)
    monkeypatch.setattr("tests.fuzz.findings.patience.__wrapped__.__defaults__", (1,))
    verdict = validated(RIGHT)
    assert verdict.finding is not None
    assert verdict.finding.kind == "validate never ends"


def test_specs_are_minimized() -> None:
    spec: dict[str, Any] = {
        **RIGHT,
        "blocks": {"Odd": {"layers": ["Tanh", {"Linear": 3}]}},
        "layers": [*RIGHT["layers"], "Odd", "GELU", {"Odd": None, "name": "last"}],
        "outputs": ["last"],
    }
    small = reduced(spec, lambda each: "'GELU'" in str(each))
    assert small == {"name": "Net", "input": [2], "layers": ["GELU"]}
