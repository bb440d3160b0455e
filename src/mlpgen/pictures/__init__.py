"""Show a network: as a table, JSON data or a diagram, or compared with another."""
