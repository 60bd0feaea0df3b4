"""The parts as the built program lists them; where it was installed by pip, as they are installed."""

from importlib.resources import files

from app.errors import InputError
from app.third_party.component import Component, loaded

LISTED = "third-party.json"
"""Written when the program is built (resources/packaging): only then is it known what is in the folder."""


def components() -> list[Component]:
    """Every part by others, in the order of names. Raises InputError if the list of a built program is damaged."""
    shipped = files("resources") / LISTED
    if not shipped.is_file():
        from app.third_party.installed import installed

        return installed()
    try:
        return loaded(shipped.read_text("utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "The list of the parts by others is damaged.", hint="Install Learner Manager again."
        ) from error
