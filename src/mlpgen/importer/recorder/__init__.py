"""Records a model in a process with torch."""
