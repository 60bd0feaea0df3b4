"""Every parser of foreign bytes, and bytes for it that nobody thought of: see `python -m tests.fuzz --help`."""
