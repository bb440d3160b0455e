"""README, CONTRIBUTING and docs: code and paths in them are real, lines are short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlpgen import api, source
from mlpgen.cli import run
from mlpgen.cli.commands import COMMANDS

from .networks import network

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / "docs").rglob("*.md"),
    )
}


WIDTH = 100
HOUSE = ROOT / "src" / "mlpgen"
FOLDERS = {
    "benchmarks",
    "docs",
    "examples",
    "schemas",
    "specs",
    "src",
    "templates",
    "tests",
}
DEVELOPERS = ("CONTRIBUTING.md", "docs/decisions/")
"""Pages whose paths are all of the repository: from its root, or in `src/mlpgen/`."""


def paths_in(text: str) -> list[str]:
    """Find paths in backticks, with `{a,b}` expanded; none with <placeholders>."""
    texts = re.findall(r"`([\w.{},-]+/[\w./{},-]*)`", text)
    return [path for each in texts for path in expanded(each)]


def expanded(path: str) -> list[str]:
    braces = re.search(r"{([^{}]*)}", path)
    if braces is None:
        return [path]
    before, after = path[: braces.start()], path[braces.end() :]
    return [
        each
        for inner in braces[1].split(",")
        for each in expanded(before + inner + after)
    ]


def found(path: str) -> list[Path]:
    return [base / path for base in (ROOT, HOUSE) if (base / path).exists()]


def exists(path: str) -> bool:
    return bool(found(path))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_spec_is_the_one_in_the_folder() -> None:
    shown = source.parse(blocks("yaml")[0].encode(), "README.md").data
    whole = source.read(str(ROOT / "specs" / "mnist_mlp.yaml")).data
    assert shown == {key: whole[key] for key in whole if key != "training"}


def test_the_layers_are_those_of_the_lecture() -> None:
    shown = source.parse(blocks("yaml")[1].encode(), "README.md").data
    whole = source.read(str(ROOT / "specs" / "lecture_mlp.yaml")).data
    assert shown == {key: whole[key] for key in ("layers", "outputs")}


@pytest.mark.parametrize(
    ("index", "file"),
    [
        (0, "explicit/mnist_mlp.py"),
        (1, "sequential/mnist_mlp.py"),
        (2, "explicit/lecture_mlp.py"),
    ],
)
def test_the_classes_are_those_rendered(index: int, file: str) -> None:
    text = (ROOT / "generated" / file).read_text(encoding="utf-8")
    cls = text[text.index("class ") :]
    without = re.sub(r'    """.*?"""\n\n', "", cls, count=1, flags=re.DOTALL)
    assert blocks("python")[index] == without


def test_the_block_is_the_one_rendered() -> None:
    spec = source.parse(blocks("yaml")[2].encode(), "README.md").data
    text = api.render(network(spec))["tiny_res_net.py"]
    cls = text[text.index("class Residual") : text.index("\n\n\nclass Tiny")]
    without = re.sub(r'    """.*?"""\n\n', "", cls, count=1, flags=re.DOTALL)
    assert blocks("python")[4] == without + "\n"


@pytest.mark.parametrize("path", [ROOT / "docs" / "language.md"], ids=["language"])
def test_yaml_of_the_docs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        begin = "layers:\n" if each.startswith("- ") else ""
        assert source.parse((begin + each).encode(), path.name).data


def test_the_settings_render_and_their_scripts_are_where_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = (ROOT / "templates" / "init" / "mlp.yaml").read_text(encoding="utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "my_mlp.yaml").write_text(spec, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(blocks("toml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["render"]) == 0
    (module,) = {*re.findall(r"python -m (mypkg[\w.]+)`", README)}
    script = tmp_path / f"{module.replace('.', '/')}.py"
    assert f"python -m {module}" in script.read_text(encoding="utf-8")


def test_every_command_is_explained() -> None:
    for command in COMMANDS:
        assert f"`mlpgen {command}" in README


@pytest.mark.parametrize("page", PAGES)
def test_lines_of_prose_are_short(page: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", PAGES[page], flags=re.DOTALL | re.MULTILINE)
    lines = [each for each in prose.splitlines() if not each.startswith(("|", "<tr>"))]
    assert [each for each in lines if len(each) > WIDTH] == []


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page: str) -> None:
    paths = paths_in(PAGES[page])
    if not page.startswith(DEVELOPERS):
        paths = [path for path in paths if path.split("/")[0] in FOLDERS]
    assert [path for path in paths if not found(path)] == []


def test_files_of_the_guide_exist() -> None:
    """Also those that it names without their folder, such as `step.py.jinja`."""
    names = re.findall(r"`([\w]+\.(?:py|jinja|py\.jinja))`", PAGES["CONTRIBUTING.md"])
    assert names
    files = {
        file.name
        for folder in (HOUSE, ROOT / "templates")
        for file in folder.rglob("*")
    }
    assert {*names} - files == set()


def test_benchmarks_of_the_figures_exist() -> None:
    names = re.findall(r"`((?!train_)\w+\.py)`", PAGES["docs/figures.md"])
    assert len(names) >= 20
    files = {file.name for file in (ROOT / "benchmarks").iterdir()}
    assert {*names} - files == set()


@pytest.mark.parametrize("script", ["mutants.py", "promises.py"])
def test_tests_of_the_benchmarks_exist(script: str) -> None:
    text = (ROOT / "benchmarks" / script).read_text(encoding="utf-8")
    names = re.findall(r'"(?:tests/)?(test_\w+)(?:\.py)?"', text)
    assert len(names) >= 5
    assert [each for each in names if not (ROOT / f"tests/{each}.py").exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", PAGES[page])
    missing = [
        link
        for link in links
        if not link.startswith("https://") and not (folder / link).exists()
    ]
    assert missing == []


def test_names_of_the_guide_are_in_their_files() -> None:
    """CONTRIBUTING.md writes "`NAME` (`path`)": the file has the name."""
    named = re.findall(r"`(\w+)`\s+\(`([\w./]+\.\w+)`", PAGES["CONTRIBUTING.md"])
    assert len(named) >= 10
    missing = [
        (name, path)
        for name, path in named
        if not any(
            re.search(rf"\b{name}\b", file.read_text(encoding="utf-8"))
            for file in found(path)
        )
    ]
    assert missing == []


def test_commands_of_one_line() -> None:
    main, tests = blocks("sh")
    assert main.count("\n") == tests.count("\n") == 1
