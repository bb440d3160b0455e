"""The call of a script that makes the optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.styles.code import Code, call, flat, keyword, literal

if TYPE_CHECKING:
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.styles.code import Piece


def optimizer_call(recipe: Recipe) -> Code:
    """Write the call that makes the optimizer."""
    given = {
        key: value for key, value in recipe.optimizer.arguments().items() if key != "lr"
    }
    if recipe.optimizer.fused:
        given["fused"] = True
    name = type(recipe.optimizer).__name__
    parameters = "groups(model)" if recipe.no_decay else "model.parameters()"
    made = call(f"torch.optim.{name}", parameters, "lr=args.lr", *keywords(given))
    return Code(flat(made))


def keywords(arguments: dict[str, Any]) -> list[Piece]:
    """Write keyword arguments."""
    return [keyword(name, literal(value)) for name, value in arguments.items()]
