"""A small list of actions and a window around a ribbon, as the tests and the pictures of the ribbon use them."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from ui.actions import Action, ActionSet
from ui.look.focus_ring import FocusRing
from ui.look.icons import Icon
from ui.ribbon import Ribbon


@dataclass
class State:
    """What the example's `why_not` looks at."""

    learners: int = 2500
    selected: int = 3


def _some(state: State) -> str:
    return "" if state.learners else "There are no learners yet. Load learners first."


def _menu(window: QWidget) -> QMenu:
    menu = QMenu(window)
    menu.addAction("First", lambda: window.done.append("menu.first"))
    menu.addAction("Second")
    return menu


def _action(action_id: str, text: str, icon: Icon, place: str, key: str, **more: object) -> Action:
    tab, group = place.split("/")
    more.setdefault("why_not", _some)
    return Action(
        id=action_id,
        text=text,
        tip=f"What {text} does",
        icon=icon,
        tab=tab,
        group=group,
        key_tip=key,
        trigger=lambda window: window.done.append(action_id),
        **more,
    )


def example_actions() -> list[Action]:
    free = {"why_not": lambda state: ""}
    return [
        _action(
            "plr", "Attainments (PLR) Download", Icon.CLOUD_ARROW_DOWN, "Learners/PLR", "D", large=True, primary=True
        ),
        _action("conditions", "Condition Builder", Icon.FUNNEL, "Learners/Find", "F", large=True),
        _action("searches", "Saved Searches", Icon.BOOKMARK_SIMPLE, "Learners/Find", "S", menu=_menu),
        _action("clear", "Clear", Icon.X, "Learners/Find", "X"),
        _action("all", "Select All", Icon.SELECTION_ALL, "Learners/Selection", "A"),
        _action("invert", "Invert", Icon.SELECTION_INVERSE, "Learners/Selection", "I"),
        _action("none", "Clear", Icon.SELECTION_SLASH, "Learners/Selection", "N"),
        _action("load", "Load Learners", Icon.TRAY, "Learners/Data", "O", large=True, **free),
        _action("excel", "Export to Excel", Icon.TABLE, "Learners/Data", "E", shortcut="Ctrl+E"),
        _action("csv", "Export to CSV", Icon.FILE_TEXT, "Learners/Data", "C"),
        _action("columns", "Columns", Icon.COLUMNS, "Learners/View", "U", menu=_menu, **free),
        _action("refresh", "Refresh", Icon.ARROWS_CLOCKWISE, "Learners/View", "R", shortcut="F5", **free),
        _action("home", "Refresh", Icon.HOUSE, "Home/Overview", "R", large=True, **free),
        _action("sync", "Sync Now", Icon.ARROWS_CLOCKWISE, "LMS/Synchronise", "S", large=True, primary=True, **free),
        _action("pause", "Pause", Icon.PAUSE, "LMS/Synchronise", "P", checkable=True, **free),
        _action(
            "extract", "Update All Statuses", Icon.STACK, "LMS/Extract", "U", large=True, words="Processes", **free
        ),
        _action("import", "New Import", Icon.FILE_PLUS, "Imports/Job", "N", large=True, **free),
        _action("users", "Users", Icon.USERS, "Administration/People", "U", large=True, **free),
    ]


class ExampleWindow(QWidget):
    """A window with a ribbon over a field; `done` lists the ids of the actions that were done."""

    def __init__(self, actions: list[Action] | None = None) -> None:
        super().__init__()
        self.done: list[str] = []
        self.actions_ = ActionSet(example_actions() if actions is None else actions, self)
        file_menu = QMenu(self)
        file_menu.addAction("Settings")
        self.ribbon = Ribbon(self.actions_, file_menu, self)
        self.field = QLineEdit(self)
        self.field.setAccessibleName("Field")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.ribbon)
        column.addWidget(self.field)
        column.addStretch(1)
        self.ring = FocusRing(self)
        self.resize(1440, 260)
        self.ribbon.set_tab("Learners")
        self.actions_.refresh(State())
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
