"""UK postcodes: how one is written and what it may be (learner-files.md 4)."""

import re

UNKNOWN = "ZZ99 9ZZ"
"""Valid in the ILR, and says that the postcode is not known or not of this country."""

_SHAPE = re.compile(r"[A-Z]{1,2}(\d{1,2}|\d[A-Z])\d[ABD-HJLNP-UW-Z]{2}|BFPO\d{1,4}", re.ASCII)


def normal_postcode(text: str | None) -> str | None:
    """Upper case with one space before the last three characters (learner-files.md 4)."""
    bare = "".join((text or "").upper().split())
    if not bare:
        return None
    if bare.startswith("BFPO"):
        return f"BFPO {bare[4:]}".strip()
    return f"{bare[:-3]} {bare[-3:]}" if len(bare) > 4 else bare


def is_postcode(text: str) -> bool:
    """Whether the text has the shape of a UK postcode, with or without its space; the unknown one has."""
    return _SHAPE.fullmatch("".join(text.upper().split())) is not None
