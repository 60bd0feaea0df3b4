"""Learner Manager without its face: everything the program does, callable from a test or a script."""

__version__ = "0.1.0"
