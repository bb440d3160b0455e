"""What a network looks like: tables, data for programs, diagrams, comparisons."""
