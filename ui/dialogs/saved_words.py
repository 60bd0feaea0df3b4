"""What the dialogs about saved things say: of searches, and of layouts."""

from collections.abc import Callable
from dataclasses import dataclass

from app.saved import Saved
from ui.grids.columns import State
from ui.grids.layout_stored import described
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr


@dataclass(frozen=True, slots=True)
class SavedWords:
    """Texts with {name} or {n} are filled in where they are shown."""

    title: str
    save: str
    rename: str
    rename_tip: str
    count: tuple[str, str]
    none: str
    select: str
    taken: str
    unsaved: str
    delete: str
    delete_tip: str
    column: str
    state: Callable[[Saved], State]
    """What stands beside a name in the list, under the title `column`."""
    shares: bool = False
    """Whether it can be shown to others."""


def search_words() -> SavedWords:
    return SavedWords(
        title=tr("Saved Searches"),
        save=tr("Save Search"),
        rename=tr("Rename or Share"),
        rename_tip=tr("Another name, or who sees it"),
        count=("{n} search of yours.", "{n} searches of yours."),
        none=tr("You have saved no search yet."),
        select=tr("Select a search first."),
        taken="You have saved a search under the name “{name}” already.",
        unsaved=tr("The search is not saved under this name yet."),
        delete="Delete the search “{name}”?",
        delete_tip=tr("For everybody it is shared with too"),
        column=tr("Who sees it"),
        state=lambda one: (
            State(Icon.USERS, tr("Everybody"), Role.INFO)
            if one.shared
            else State(Icon.USER, tr("Only you"), Role.TEXT2)
        ),
        shares=True,
    )


def layout_words() -> SavedWords:
    return SavedWords(
        title=tr("Layouts"),
        save=tr("Save Layout"),
        rename=tr("Rename"),
        rename_tip=tr("Another name"),
        count=("{n} layout of yours.", "{n} layouts of yours."),
        none=tr("You have saved no layout yet."),
        select=tr("Select a layout first."),
        taken="You have saved a layout under the name “{name}” already.",
        unsaved=tr("The layout is not saved under this name yet."),
        delete="Delete the layout “{name}”?",
        delete_tip=tr("The grid stays as it is"),
        column=tr("What it shows"),
        state=lambda one: State(Icon.COLUMNS, described(one.body), Role.TEXT2),
    )


def filter_set_words() -> SavedWords:
    return SavedWords(
        title=tr("Saved Filters"),
        save=tr("Save Filters"),
        rename=tr("Rename or Share"),
        rename_tip=tr("Another name, or who sees it"),
        count=("{n} set of filters of yours.", "{n} sets of filters of yours."),
        none=tr("You have saved no filters yet."),
        select=tr("Select a set of filters first."),
        taken="You have saved filters under the name “{name}” already.",
        unsaved=tr("The filters are not saved under this name yet."),
        delete="Delete the filters “{name}”?",
        delete_tip=tr("For everybody they are shared with too"),
        column=tr("Who sees it"),
        state=search_words().state,
        shares=True,
    )
