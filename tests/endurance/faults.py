"""What befalls the two services, drawn anew every ten minutes: mostly a share of the calls, at times all of them."""

from random import Random

MOODLE = (
    *(
        "timeout",
        "reset",
        "hang-up",
        "server-error",
        "gateway",
        "gateway-timeout",
        "html",
        "xml",
        "truncated",
        "nothing",
    ),
    *("slow", "trickle", "maintenance", "database-down", "token-revoked", "not-allowed", "busy", "broken-gradebook"),
    *("unreadable-learner", "wrong-course", "blind-role", "columns-off", "out-of-reach"),
)
"""None of these refuses a learner, or says that something is gone: what a person has to decide is not endured but
decided."""


def of_moodle(draw: Random) -> list[str]:
    """Nothing at all, one that hits every call, or a few that hit a share of them."""
    chance = draw.random()
    if chance < 0.25:
        return []
    if chance < 0.35:
        return [draw.choice(MOODLE)]
    return [f"{one}:{draw.choice((0.05, 0.2, 0.5))}" for one in draw.sample(MOODLE, 3)]


def of_lrs(draw: Random) -> list[str]:
    chance = draw.random()
    if chance < 0.3:
        return []
    return [f"random:{draw.choice((0.1, 0.3, 0.6))}"]
