"""Settings of a project, what is asked to be rendered, and what is there."""
