"""The licences of all parts in one text, as it is shipped with the program."""

from collections.abc import Sequence

from app import __version__
from app.third_party.component import Component, by_name

_LINE = "=" * 100


def notices(components: Sequence[Component]) -> str:
    """First a list of the parts with their licences, then every text; one that several have is printed once."""
    parts = by_name(components)
    width = max((len(f"{one.name} {one.version}") for one in parts), default=0)
    lines = [f"Learner Manager {__version__} is under the MIT licence. It comes with parts by others:", ""]
    lines += [f"{f'{one.name} {one.version}':{width}}  {one.licence}" for one in parts]
    first_with: dict[str, str] = {}
    for one in parts:
        lines += ["", _LINE, f"{one.name} {one.version}: {one.licence}", _LINE, ""]
        lines += [one.note, ""] if one.note else []
        for text in one.texts:
            owner = first_with.setdefault(text.content, one.name)
            if owner == one.name:
                lines += [text.content.rstrip(), ""]
            else:
                lines += [f"{text.name}: the same text as under {owner}.", ""]
    return "\n".join(lines)
