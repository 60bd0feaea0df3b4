"""A parser with a defect that only an input with three things in it meets: for the test that it is found."""


def planted(data: bytes) -> int:
    """How many of the three there are; the third fails."""
    if not data.startswith(b"<"):
        return 0
    if b"&" not in data:
        return 1
    if b"9999" not in data:
        return 2
    raise KeyError(data.count(b"9"))
