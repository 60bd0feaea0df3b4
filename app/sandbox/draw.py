"""Chance that falls the same way on every computer: the invented data must not differ from run to run."""

import random


def dice(*seed: object) -> random.Random:
    """A generator of its own for what `seed` names. Seeded by text, which Python hashes with SHA-512
    on every version and machine; `hash()` would differ from run to run."""
    return random.Random("/".join(str(part) for part in seed))
