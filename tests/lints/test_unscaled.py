"""MG536: products of attention that are not scaled."""

from __future__ import annotations

from .finds import finds


def found(
    width: int, *between: str, dim: int = -1, q: str = "Linear", init: str = ""
) -> list[int]:
    return finds(
        f"{q}: {width}\n    name: q{init}",
        f"Linear: {width}\n    name: k\n    from: input",
        "transpose: {dim0: 1, dim1: 2}",
        "matmul:\n    from: [q, transpose_1]",
        *between,
        f"softmax: {dim}",
        "matmul:\n    from: [softmax_1, input]",
        image="[6, 8]",
        only=(536,),
    )


def test_products_of_wide_queries() -> None:
    assert found(256) == found(512) == [536]
    assert found(255) == []


def test_products_that_are_scaled() -> None:
    assert found(512, "mul: 0.04") == found(512, "div: 22.6") == []
    assert found(512, init="\n    init: {weight: {normal_: {std: 0.01}}}") == []


def test_products_of_other_layers() -> None:
    assert found(512, q="GRU") == []


def test_a_mask_scales_nothing() -> None:
    mask = "buffer: {layers: [{ones: [6, 6]}, {triu: 1}, bool]}\n    name: mask"
    assert found(512, mask, "masked_fill: -.inf\n    from: [matmul_1, mask]") == [536]
