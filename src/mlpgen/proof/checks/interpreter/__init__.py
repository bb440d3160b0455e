"""An interpreter of specs that shares no code with the styles."""
