"""Models that are files: their graph becomes modules, which are recorded."""
