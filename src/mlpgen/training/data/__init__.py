"""Where data comes from: sets with a name, and files of the user."""
