"""The classes of what a spec can name: their base class, and finding them by name."""
