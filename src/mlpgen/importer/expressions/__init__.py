"""Expressions for what the uses of a class differ in."""
