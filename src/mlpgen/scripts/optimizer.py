"""The call of a script that makes the optimizer, and the groups of its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.styles.code import Code, Group, call, flat, keyword, literal, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.training.recipe import Group as Selected
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.styles.code import Piece
    from mlpgen.training.optimizers.base import Optimizer


class Grouped(NamedTuple):
    """The code that parts parameters into groups, and makes their optimizers.

    Attributes:
        names: The variables of groups, with that of all other parameters.
        parted: The call that makes them.
        scaled: Whether groups have a learning rate of their own.
        lists: The variable and the code of each list of groups.
        made: The optimizer, or several as one.
    """

    names: Code
    parted: Code
    scaled: bool
    lists: tuple[tuple[Code, Code], ...]
    made: Code


def optimizer_call(recipe: Recipe) -> Code:
    """Write the call that makes the optimizer."""
    if recipe.groups:
        return Code("make_optimizer(model, args.lr)")
    parameters = "groups(model)" if recipe.no_decay else "model.parameters()"
    return Code(flat(_made(recipe.optimizer, parameters, "args.lr")))


def _made(optimizer: Optimizer, parameters: Piece, rate: str) -> Group:
    """Write a call that makes an optimizer."""
    given = {key: value for key, value in optimizer.arguments().items() if key != "lr"}
    if optimizer.fused:
        given["fused"] = True
    name = type(optimizer).__name__
    lr = keyword("lr", Code(rate))
    return call(f"torch.optim.{name}", parameters, lr, *keywords(given))


def grouped(recipe: Recipe) -> Grouped | None:
    """Write the groups of an optimizer; None if it has none."""
    if not recipe.groups:
        return None
    parted: list[Piece] = []
    main: list[Piece] = []
    several: list[Piece] = []
    lists: dict[str, Piece] = {}
    for group in recipe.groups:
        shared: dict[str, Piece] = {} if group.own else _changed(group)
        mine: list[Piece] = []
        for among, more in _spared(group, recipe.no_decay):
            parted.append(_selected(group, among))
            mine.append(_group(f"group_{len(parted)}", shared | more))
        if not group.own:
            main += mine
            continue
        parameters = f"group_{len(parted)}"
        if not _is_alone(mine):
            parameters = f"groups_{len(several) + 2}"
            lists[parameters] = _list(mine)
        several.append(_made(group.optimizer, parameters, _scaled(group.optimizer.lr)))
    if recipe.no_decay:
        kinds = keyword("among", literal([*recipe.no_decay]))
        parted.append(call("ParameterGroup", kinds))
        spared: dict[str, Piece] = {"weight_decay": literal(0.0)}
        main.append(_group(f"group_{len(parted)}", spared))
    main.append(_group("others", {}))
    parameters = "others"
    if not _is_alone(main):
        parameters = "groups"
        lists[parameters] = _list(main)
    first = _made(recipe.optimizer, parameters, "learning_rate")
    made = call("Optimizers", first, *several) if several else first
    names = [f"group_{place}" for place in range(1, len(parted) + 1)]
    return Grouped(
        names=Code(", ".join([*names, "others"])),
        parted=Code(flat(call("part", "model", *parted))),
        scaled=any(each.own or "lr" in each.given for each in recipe.groups),
        lists=tuple((Code(name), Code(flat(each))) for name, each in lists.items()),
        made=Code(flat(made)),
    )


def _spared(
    group: Selected, no_decay: tuple[str, ...]
) -> list[tuple[tuple[str, ...], dict[str, Piece]]]:
    """Return the parts of a group: the kinds among it, and arguments of these.

    What `no_decay` names goes without weight decay, unless the group sets its own.
    """
    decays = getattr(group.optimizer, "weight_decay", 0) and (
        "weight_decay" not in group.given
    )
    spared: dict[str, Piece] = {"weight_decay": literal(0.0)}
    if not decays or not group.spared:
        return [((), {})]
    if group.kind in no_decay:
        return [((), spared)]
    return [(no_decay, spared), ((), {})]


def _changed(group: Selected) -> dict[str, Piece]:
    """Return the arguments of a group that has no optimizer of its own."""
    found: dict[str, Piece] = {}
    for name in type(group.optimizer).model_fields:
        value = getattr(group.optimizer, name)
        if name in group.given:
            found[name] = Code(_scaled(value)) if name == "lr" else literal(value)
    return found


def _scaled(rate: float) -> str:
    return f"{flat(literal(float(rate)))} * scale"


def _selected(group: Selected, among: tuple[str, ...]) -> Group:
    """Write which parameters a group has."""
    given: list[Piece] = []
    if group.patterns:
        given.append(literal([*group.patterns]))
    if group.kind:
        given.append(keyword("kind", literal(group.kind)))
    if among:
        given.append(keyword("among", literal([*among])))
    if group.kind == "matrices" and group.optimizer.only_matrices:
        given.append(keyword("dimensions", literal(2)))
    return call("ParameterGroup", *given)


def _group(name: str, arguments: Mapping[str, Piece]) -> Group:
    items = [f'"params": {name}']
    items += [f"{quoted(key)}: {flat(value)}" for key, value in arguments.items()]
    return Group("{", tuple(items), "}", collection=True)


def _is_alone(groups: Sequence[Piece]) -> bool:
    """Tell whether a list is of one group without arguments."""
    return len(groups) == 1 and "," not in flat(groups[0])


def _list(groups: Sequence[Piece]) -> Group:
    return Group("[", tuple(groups), "]", collection=True)


def keywords(arguments: dict[str, Any]) -> list[Piece]:
    """Write keyword arguments."""
    return [keyword(name, literal(value)) for name, value in arguments.items()]
