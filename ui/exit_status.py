"""How a command of the program ends, for whoever called it (docs/commands.md)."""

DONE, LISTED, USAGE, NOT_STARTED, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Done; done, with something to read; wrong usage; could not begin; another is at it; stopped by Ctrl-C."""
