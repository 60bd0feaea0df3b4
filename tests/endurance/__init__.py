"""Eight hours of use in some minutes: see `python -m tests.endurance --help`."""
