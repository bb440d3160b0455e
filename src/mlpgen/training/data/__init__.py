"""Where data comes from: named datasets, and files of the user."""
