"""Layers that are members of a list or a dictionary of their class: `name: convs.0`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.checks.entry_keys import kind_of
from mlpgen.graph.made_order import made_in_order
from mlpgen.graph.used_parameters import names_of_node
from mlpgen.names.identifiers import wrong_member
from mlpgen.names.members import holders_of, is_number, member_of
from mlpgen.spec.types import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.names.members import Member
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems

_NO_MODULES = {
    "function": "is a function, and a list holds modules",
    "tensor": "is a tensor, and a list holds modules",
    "share": "alone makes no module that a list could hold",
}
"""Why no list holds an entry, by its kind."""


def members_in(
    entries: Iterable[Entry], problems: Problems, *, chain: bool
) -> frozenset[str]:
    """Return the names of the layers that lists and dictionaries hold.

    Args:
        entries: The layers of a class with a dot in their names.
        problems: Collects mistakes.
        chain: Whether they are inside a layer.
    """
    found: dict[str, list[tuple[Entry, Member]]] = {}
    names: set[str] = set()
    for entry in entries:
        member = member_of(entry.name)
        if member is None or wrong_member(entry.name):
            continue
        named = entry.unused and entry.type == SHARE  # a second name for a module
        known = entry.type and not named
        reason = _NO_MODULES.get(kind_of(entry.type)) if known else ""
        message = f"`{entry.type}` {reason}"
        help = ""
        if chain:
            message = f"no list holds `{entry.name}`, which is inside another layer"
            help = "only layers of the model or of a block can be its members"
        if chain or reason:
            problems.add("MG252", message, (*entry.path, "name"), help=help)
            continue
        names.add(entry.name)
        for holder in (*holders_of(entry.name)[1:], entry.name):
            each = member_of(holder)
            assert each is not None
            found.setdefault(each.around, []).append((entry, each))
    for holder, members in found.items():
        _check_keys(holder, members, problems)
    return frozenset(names)


def _check_keys(
    holder: str, members: Sequence[tuple[Entry, Member]], problems: Problems
) -> None:
    """Check that the keys of a list are the numbers from 0, or all are words."""
    first = members[0][1]
    for entry, member in members:
        if member.is_numbered != first.is_numbered:
            kinds = ("a number", "a word")
            one, other = kinds if first.is_numbered else kinds[::-1]
            message = f"`{member.key}` is {other} in `{holder}`"
            path, at = (*entry.path, "name"), (*members[0][0].path, "name")
            labels = (problems.label(f"`{first.key}` is {one}", at),)
            help = "the members of a list have numbers, those of a dictionary words"
            problems.add("MG252", message, path, labels=labels, help=help)
            return
    if not first.is_numbered:
        return
    numbers = {int(member.key) for _, member in members}
    for entry, member in members:
        missing = next((n for n in range(int(member.key)) if n not in numbers), None)
        if missing is not None:
            message = f"there is no `{holder}.{missing}` before `{entry.name}`"
            help = "the members of a list have the numbers from 0"
            problems.add("MG252", message, (*entry.path, "name"), help=help)
            return


def as_member(node: Node) -> Node:
    """Return a layer as a module, if a list or a dictionary holds it."""
    return node if member_of(node.name) is None else node._replace(function=None)


def members_of(holder: str, nodes: Iterable[Node]) -> list[Node]:
    """Return the members of a list in its order, or those of a dictionary."""
    found = [
        node
        for node in nodes
        if (member := member_of(node.name)) is not None and member.holder == holder
    ]
    return flat(tree_of({node.name: node for node in found}))


Tree = dict[str, "Node | Tree"]
"""What a list or a dictionary holds, by its keys, in order."""


def tree_of(members: Mapping[str, Node]) -> Tree:
    """Return what a list or a dictionary holds: members, lists and dictionaries."""
    tree: Tree = {}
    for name, node in members.items():
        *around, key = name.split(".")[1:]
        inner = tree
        for each in around:
            held = inner.setdefault(each, {})
            assert isinstance(held, dict)
            inner = held
        inner[key] = node
    return _in_order(tree)


def _in_order(tree: Tree) -> Tree:
    """Order the members of lists by their numbers."""
    keys = [*tree]
    if all(map(is_number, keys)):
        keys.sort(key=int)
    held = ((key, tree[key]) for key in keys)
    return {
        key: _in_order(each) if isinstance(each, dict) else each for key, each in held
    }


def flat(tree: Tree) -> list[Node]:
    """Return all members in order, also those of inner lists."""
    return [
        node
        for each in tree.values()
        for node in (flat(each) if isinstance(each, dict) else [each])
    ]


def check_members(graph: Graph, problems: Problems) -> None:
    """Check the lists and dictionaries of a class, which are made at once.

    Args:
        graph: The class, resolved.
        problems: Collects its mistakes.
    """
    holders = dict.fromkeys(
        member.holder for node in graph.nodes if (member := member_of(node.name))
    )
    for holder in holders:
        members = members_of(holder, graph.nodes)
        _check_left_out(holder, members, problems)
        for node in members:
            if node.rounds and not node.is_link:
                message = "`repeat` makes a list of its own, which no list can hold"
                help = "its rounds have several inputs or results: put it in a block"
                problems.add_entry("MG252", message, node.path, "repeat", help=help)
        _check_running(members, made_in_order(graph), problems)


def _check_left_out(holder: str, members: Sequence[Node], problems: Problems) -> None:
    """Refuse a list that lacks one of its members: the next would have its number."""
    _check_tree(holder, tree_of({node.name: node for node in members}), problems)


def _check_tree(holder: str, tree: Tree, problems: Problems) -> None:
    numbered = all(map(is_number, tree))
    for number, (key, each) in enumerate(tree.items()):
        if isinstance(each, dict):
            _check_tree(f"{holder}.{key}", each, problems)
        if not numbered or int(key) == number:
            continue
        node = flat({key: each})[0]
        message = f"`{holder}.{number}` is left out, so `{holder}.{key}` would be there"
        help = "use its result, or number the others anew"
        problems.add_entry("MG252", message, node.path, "name", help=help)
        return


def _check_running(
    members: Sequence[Node], made: Sequence[Node], problems: Problems
) -> None:
    """Refuse a member with a size that a loop changes after the list is made."""
    first = min(made.index(node) for node in members)
    running: dict[str, Node] = {}
    for node in made[first:]:
        used = sorted(running.keys() & names_of_node(node))
        if used and node in members:
            loop = running[used[0]]
            message = f"a size of `{node.name}` changes in the rounds of `{loop.name}`"
            labels = (problems.entry_label("these rounds change it", loop.path),)
            help = f"put the rounds in a block, or before `{made[first].name}`"
            problems.add_entry(
                "MG252", message, node.path, "name", labels=labels, help=help
            )
            return
        running |= {each.running.name: node for each in node.rounds if each.running}
