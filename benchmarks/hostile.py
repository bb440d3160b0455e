"""CPU seconds of `validate` for specs below 64 kB that could take long.

python benchmarks/hostile.py [NAME ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST = 64_000


def _net(layers: str, *, blocks: str = "", rest: str = "", shape: str = "[8]") -> str:
    return f"name: Net\ninput: {shape}\n{rest}{blocks}layers:\n{layers}"


HALF = """  Half:
    layers:
      - chunk: {chunks: 2, dim: 1, names: [a, b]}
        name: halves
      - Conv2d: {out_channels: "${in_channels // 2}", kernel_size: 1}
        from: halves.b
      - cat: {dim: 1}
        from: [halves.a, conv2d_1]
"""


def halves() -> str:
    """1,000 rounds of the halves of a ShuffleNetV2."""
    layers = (
        '  - Conv2d: {out_channels: "${width}", kernel_size: 1}\n'
        "  - Half:\n    repeat: 1000\n"
    )
    rest = "parameters: {width: 8}\n"
    return _net(layers, blocks=f"blocks:\n{HALF}", rest=rest, shape="[3, 8, 8]")


def halves_in_a_block() -> str:
    """The same in a block in a block, and as many rounds as a parameter says."""
    blocks = f"blocks:\n{HALF}  Stage:\n    parameters: {{depth: 3}}\n    layers:\n"
    blocks += '      - Half:\n        repeat: "${depth}"\n'
    blocks += "  Stages:\n    layers:\n      - Stage: 7\n        repeat: 500\n"
    return _net("  - Stages\n", blocks=blocks, shape="[9, 8, 8]")


def halves_in_line() -> str:
    """Chunks, a layer on one of them and cat, one after the other without a block."""
    width = "parameters: {width: 9}\n"
    lines = ['  - Conv2d: {out_channels: "${width}", kernel_size: 1}\n']
    lines += (
        f"  - chunk: {{chunks: 3, dim: 1, names: [a, b, c]}}\n    name: h{n}\n"
        f"  - ReLU:\n    name: r{n}\n    from: h{n}.c\n"
        f"  - cat: {{dim: 1}}\n    from: [h{n}.a, h{n}.b, r{n}]\n"
        for n in range(330)
    )
    return _net("".join(lines), rest=width, shape="[3, 8, 8]")


def strides() -> str:
    """Images that become smaller by an odd rule, in a block, many times."""
    layers = (
        "      - Conv2d: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}\n"
    )
    blocks = f"blocks:\n  Down:\n    layers:\n{layers * 850}"
    return _net("  - Down\n", blocks=blocks, shape="[4, 64, 64]")


def strides_by_a_parameter() -> str:
    """The same by a stride that is a parameter: no rule makes divisions of it one."""
    layer = '      - MaxPool2d: {kernel_size: 3, stride: "${s}", padding: "${p}"}\n'
    blocks = "blocks:\n  Down:\n    parameters: {s: 1, p: 1}\n    layers:\n"
    return _net("  - Down\n", blocks=blocks + layer * 800, shape="[4, 64, 64]")


def fibonacci() -> str:
    """Widths that grow as Fibonacci's numbers, through two blocks."""
    blocks = """blocks:
  Both:
    input: [a, b]
    layers:
      - cat: {dim: 1}
        from: [a, b]
"""
    lines = ['  - Linear: "${w}"\n    name: l0\n  - Linear: "${v}"\n    name: l1\n']
    lines += (
        f"  - Both:\n    name: l{n}\n    from: [l{n - 2}, l{n - 1}]\n"
        for n in range(2, 38)
    )
    return _net("".join(lines), blocks=blocks, rest="parameters: {w: 3, v: 2}\n")


def conditions() -> str:
    """Conditions in a row, each of its own parameter."""
    names = [f"c{n}" for n in range(400)]
    rest = f"parameters: {{w: 8, {', '.join(f'{name}: true' for name in names)}}}\n"
    layers = "".join(
        f'  - Linear: "${{w + {n}}}"\n    when: "${{{name}}}"\n'
        for n, name in enumerate(names)
    )
    return _net(layers, rest=rest)


def conditional_strides() -> str:
    """Conditions in a row that halve an image or do not."""
    names = [f"c{n}" for n in range(40)]
    params = ", ".join(f"{name}: false" for name in names)
    layers = "".join(
        f'      - MaxPool2d: 2\n        when: "${{{name}}}"\n' for name in names
    )
    blocks = f"blocks:\n  Down:\n    parameters: {{{params}}}\n    layers:\n{layers}"
    return _net("  - Down\n", blocks=blocks, shape="[4, 64, 64]")


def powers() -> str:
    """Sums of many parameters to a high power, many times."""
    names = [f"p{n}" for n in range(30)]
    rest = f"parameters: {{w: 1, {', '.join(f'{name}: 0' for name in names)}}}\n"
    power = f"${{(w + {' + '.join(names)})**63}}"
    layers = f'  - Linear: "{power}"\n' * 250
    return _net(layers, rest=rest)


def divisions() -> str:
    """Divisions by sums of parameters, in each other."""
    names = [f"p{n}" for n in range(8)]
    rest = f"parameters: {{{', '.join(f'{name}: 9' for name in names)}}}\n"
    text = " + ".join(f"{a} * {b}" for a in names for b in names)
    layers = f'  - Linear: "${{({text}) // (p0 + p1 - p2) // (p3 * p4 + 7)}}"\n' * 80
    return _net(layers, rest=rest)


def many_parameters() -> str:
    """As many parameters as there is room for, each used once."""
    names = [f"p{n}" for n in range(1400)]
    rest = f"parameters: {{{', '.join(f'{name}: 8' for name in names)}}}\n"
    return _net("".join(f'  - Linear: "${{{n}}}"\n' for n in names), rest=rest)


def chain_of_blocks() -> str:
    """Blocks that use the one before ten times, 60 deep."""
    blocks = "blocks:\n  B0:\n    layers: [ReLU]\n"
    for n in range(1, 60):
        uses = f"      - B{n - 1}\n" * 10
        blocks += f"  B{n}:\n    layers:\n{uses}"
    return _net("  - B4\n", blocks=blocks)


def different_chains() -> str:
    """The same, each use with another argument."""
    blocks = "blocks:\n"
    blocks += '  B0:\n    parameters: {w: 1}\n    layers: [{Linear: "${w}"}]\n'
    for n in range(1, 40):
        uses = "".join(f'      - B{n - 1}: "${{w + {k}}}"\n' for k in range(10))
        blocks += f"  B{n}:\n    parameters: {{w: 1}}\n    layers:\n{uses}"
    return _net("  - B39: 1\n", blocks=blocks)


def many_uses() -> str:
    """A block that is used with as many arguments as there is room for."""
    block = "blocks:\n  B:\n    parameters: {w: 1, v: 2}\n    layers:\n"
    block += '      - Linear: "${w}"\n      - Linear: "${w * v + v}"\n' * 20
    layers = "".join(f"  - B: {n + 1}\n" for n in range(5000))
    return _net(layers, blocks=block)


def many_blocks() -> str:
    """1,000 blocks, each used a few times."""
    blocks = "blocks:\n" + "".join(
        f"  B{n}: {{layers: [{{Linear: {n % 7 + 1}}}]}}\n" for n in range(1000)
    )
    return _net("".join(f"  - B{n % 1000}\n" for n in range(2200)), blocks=blocks)


def many_layers() -> str:
    """As many layers as there is room for."""
    return _net("  - ReLU\n" * 7000)


def different_rounds() -> str:
    """Layers that differ, by rounds of rounds."""
    layers = (
        '  - Sequential:\n      - Linear: "${index + 1}"\n'
        '        repeat: 170\n    repeat: "${index_of + 160}"\n'
    )
    rest = "parameters: {index_of: 10}\n"
    return _net(layers, rest=rest)


def growing_rounds(rounds: int = 3_900) -> str:
    """Rounds, each wider than the one before."""
    blocks = """blocks:
  Dense:
    parameters: {growth: 2}
    layers:
      - Linear: "${growth}"
        name: new
      - cat: {dim: 1}
        from: [input, new]
"""
    layers = f'  - Dense: "${{growth}}"\n    repeat: {rounds}\n'
    return _net(layers, blocks=blocks, rest="parameters: {growth: 2}\n")


def conditions_on_conditions() -> str:
    """Rounds, each with a condition on the size that the one before gives."""
    blocks = """blocks:
  Basic:
    parameters: {planes: 8}
    layers:
      - Linear: "${planes + 1}"
        name: shortcut
        when: "${in_features != planes}"
      - cat: {dim: 1}
        from: [shortcut, shortcut]
"""
    layers = '  - Linear: "${width}"\n    when: "${width > 3}"\n'
    layers += '  - Basic: "${width}"\n' * 1000
    return _net(layers, blocks=blocks, rest="parameters: {width: 8}\n")


def too_many_rounds() -> str:
    """More of those than a network can have."""
    return growing_rounds(9_000)


def long_sources() -> str:
    """Long lists of `from`."""
    lines = [f"  - Linear: 4\n    name: l{n}\n    from: input\n" for n in range(60)]
    names = ", ".join(f"l{n}" for n in range(60))
    lines += [f"  - cat: {{dim: 1}}\n    from: [{names}]\n"] * 170
    return _net("".join(lines))


def many_mistakes() -> str:
    """A mistake in each line."""
    return _net("  - Lineer: {out_featurs: 3}\n    nam: x\n" * 1400)


def near_names() -> str:
    """Names that are nearly those of thousands of others."""
    lines = [f"  - ReLU:\n    name: layer_{n}\n" for n in range(800)]
    lines += [f"  - ReLU:\n    from: layr_{n}\n" for n in range(800)]
    return _net("".join(lines))


def near_parameters() -> str:
    """The same for parameters."""
    names = [f"parameter_{n}" for n in range(900)]
    rest = f"parameters: {{{', '.join(f'{name}: 8' for name in names)}}}\n"
    lines = [f'  - Linear: "${{paramter_{n}}}"\n' for n in range(900)]
    return _net("".join(lines), rest=rest)


def deep_parentheses() -> str:
    """Expressions of nothing but signs."""
    return (
        _net('  - Linear: "${' + "-" * 990 + '8}"\n' * 1 + "  - ReLU\n")
        + ('  - Linear: "${' + "-(" * 30 + "8" + ")" * 30 + '}"\n') * 400
    )


def long_conditions() -> str:
    """Conditions as long as they may be."""
    rest = f"parameters: {{{', '.join(f'c{n}: true' for n in range(150))}}}\n"
    text = " and ".join(f"(c{n} or c{n + 1})" for n in range(0, 100, 2))
    layers = f'  - ReLU:\n    when: "${{{text}}}"\n' * 60
    return _net(layers, rest=rest)


def fractions() -> str:
    """Fractions whose code doubles from block to block."""
    blocks = (
        'blocks:\n  B0:\n    parameters: {p: 0.5}\n    layers: [{Dropout: "${p}"}]\n'
    )
    for n in range(1, 60):
        blocks += (
            f"  B{n}:\n    parameters: {{p: 0.5}}\n"
            f'    layers: [{{B{n - 1}: "${{p * p}}"}}]\n'
        )
    return _net("  - B59: 0.9\n", blocks=blocks)


def stacks() -> str:
    """Stacks of a million layers, as one layer says."""
    return _net(
        "  - TransformerEncoder: {nhead: 2, num_layers: 1000000}\n"
        "  - LSTM: {hidden_size: 8, num_layers: 1000000}\n",
        shape="[5, 8]",
    )


def stacks_of_parameters() -> str:
    """Many stacks of a thousand layers whose sizes are parameters."""
    layer = "TransformerEncoder: {nhead: 2, num_layers: 1000, dim_feedforward: "
    layers = (f'  - {layer}"${{width * {n}}}"}}\n' for n in range(1, 200))
    return _net("".join(layers), rest="parameters: {width: 8}\n", shape="[5, 8]")


SPECS: dict[str, Callable[[], str]] = {
    each.__name__: each
    for each in (
        halves,
        halves_in_a_block,
        halves_in_line,
        strides,
        strides_by_a_parameter,
        fibonacci,
        conditions,
        conditional_strides,
        powers,
        divisions,
        many_parameters,
        chain_of_blocks,
        different_chains,
        many_uses,
        many_blocks,
        many_layers,
        different_rounds,
        growing_rounds,
        too_many_rounds,
        conditions_on_conditions,
        long_sources,
        many_mistakes,
        near_names,
        near_parameters,
        deep_parentheses,
        long_conditions,
        fractions,
        stacks,
        stacks_of_parameters,
    )
}


def measured(names: list[str]) -> Iterator[tuple[str, int, float, str]]:
    """Validate each spec: its name, bytes, CPU seconds, and what is said of it."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names or SPECS:
            text = SPECS[name]()
            path = Path(folder, f"{name}.yaml")
            path.write_text(text, encoding="utf-8")
            begin = time.process_time()
            try:
                said = f"{api.load(path).graph.layers:,} layers"
            except SpecError as error:
                codes = {each.code for each in error.diagnostics}
                said = ", ".join(sorted(codes))
            yield name, len(text), time.process_time() - begin, said


if __name__ == "__main__":
    for name, size, seconds, said in measured(sys.argv[1:]):
        print(f"{name:24} {size:7,} bytes {seconds:7.2f} s  {said}", flush=True)
