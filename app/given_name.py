"""The given name that the Learning Records Service is asked with, in every one of its calls (lrs.md 9.3)."""

NAME_LIMIT = 35


def name_to_send(first_name: str | None, given_names: str | None, *, all_names: bool) -> str | None:
    """The given name the service is asked with: the first name where a source gave one in a column of its own,
    else the first word of the given names, or all of them where the settings say so. Never *known as*."""
    if all_names:
        return given_names or first_name
    if first_name:
        return first_name
    words = (given_names or "").split()
    return words[0] if words else None
