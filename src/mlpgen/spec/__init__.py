"""The spec as it is written: models of the file, its entries, and their mistakes."""
