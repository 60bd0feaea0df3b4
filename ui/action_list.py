"""The one list of actions: ribbon, menus, shortcuts, key tips, tool tips and the list test follow from it.

To add an action: write the service function in `app` (with `require`), then one entry here. `why_not` is asked
with a `WindowState` and answers "" or the sentence that says why the button is disabled.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.access import Permission, Rights
from ui.actions import Action
from ui.find_actions import find_actions
from ui.look.icons import Icon
from ui.look.words import count, tr
from ui.pages.learners_batch import choose_batch_file

LEARNERS, ADMINISTRATION = "Learners", "Administration"


@dataclass(frozen=True, slots=True)
class WindowState:
    """What `why_not` may look at."""

    page: str
    rights: Rights
    selected: int = 0
    shown: int = 0
    total: int = 0
    has_conditions: bool = False
    plr_busy: bool = False
    exporting: bool = False
    connected: bool = True


Why = Callable[[WindowState], str]


def _on_grid(state: WindowState) -> str:
    return "" if state.page in ("learners", "attainments") else tr("Open Learners or Attainments first.")


def _rows(state: WindowState) -> str:
    if reason := _on_grid(state):
        return reason
    if state.total == 0:
        return tr("There are no learners yet.") if state.page == "learners" else tr("There are no attainments yet.")
    return ""


def _selected(state: WindowState) -> str:
    return _rows(state) or ("" if state.selected else tr("Select a row first."))


def _permitted(permission: Permission, then: Why) -> Why:
    return lambda state: state.rights.why_not(permission) or then(state)


def _download(state: WindowState) -> str:
    if state.plr_busy:
        return tr("A download or an update is running in the Attainments (PLR) window.")
    if state.page != "learners":
        return tr("Open the Learners page first.")
    if state.total == 0:
        return tr("Not available: there are no learners yet. Load learners first.")
    return "" if state.selected else tr("Select 1 to 1,000 learners first.")


def _edit(state: WindowState) -> str:
    if state.page != "learners":
        return tr("Open the Learners page first.")
    return _selected(state)


def _lrs(state: WindowState) -> str:
    if reason := _download(state):
        return reason
    from app.learners.asking import AT_MOST

    if state.selected > AT_MOST:
        return tr("Select at most {n} learners: the service takes no more at a time.", n=count(AT_MOST))
    return ""


def _export(state: WindowState) -> str:
    return tr("Another export is running.") if state.exporting else _rows(state)


def _batch(state: WindowState) -> str:
    return _export(state) if state.page == "learners" else tr("Open the Learners page first.")


def _conditions(state: WindowState) -> str:
    return "" if state.has_conditions else tr("There are no conditions to clear.")


def _attainments_page(state: WindowState) -> str:
    return "" if state.page == "attainments" else tr("Open the Attainments page first.")


def action_list() -> tuple[Action, ...]:
    """Every action of the ribbon, in the order of its groups."""
    return (*_plr_and_find(), *_selection(), *_learner(), *_data(), *_view(), *_administration())


def _plr_and_find() -> tuple[Action, ...]:
    return (
        Action(
            id="plr.download",
            text="Attainments (PLR) Download",
            tip="Ask the Learning Records Service for the records of the selected learners",
            icon=Icon.CLOUD_ARROW_DOWN,
            tab=LEARNERS,
            group="PLR",
            key_tip="D",
            trigger=lambda window: window.download_plr(),
            large=True,
            primary=True,
            shortcut="Ctrl+D",
            permission=Permission.PLR_DOWNLOAD,
            why_not=_permitted(Permission.PLR_DOWNLOAD, _download),
        ),
        *find_actions(_rows, _conditions),
    )


def _selection() -> tuple[Action, ...]:
    return (
        Action(
            id="select.all",
            text="Select All",
            tip="Select every row of the filter",
            icon=Icon.SELECTION_ALL,
            tab=LEARNERS,
            group="Selection",
            key_tip="A",
            trigger=lambda window: window.page.grid.select_all(),
            why_not=_rows,
        ),
        Action(
            id="select.invert",
            text="Invert",
            tip="Select what is not selected, and the other way round",
            icon=Icon.SELECTION_INVERSE,
            tab=LEARNERS,
            group="Selection",
            key_tip="I",
            trigger=lambda window: window.page.grid.invert(),
            why_not=_rows,
        ),
        Action(
            id="select.clear",
            text="Clear",
            tip="Select nothing",
            icon=Icon.SELECTION_SLASH,
            tab=LEARNERS,
            group="Selection",
            key_tip="N",
            trigger=lambda window: window.page.grid.clear_selection(),
            why_not=_selected,
        ),
    )


def _learner() -> tuple[Action, ...]:
    return (
        Action(
            id="learner.add",
            text="Add Learner",
            tip="Add one learner by hand",
            icon=Icon.USER_PLUS,
            tab=LEARNERS,
            group="Learner",
            key_tip="L",
            trigger=lambda window: window.add_learner(),
            shortcut="Ctrl+N",
            permission=Permission.EDIT_LEARNERS,
            why_not=_permitted(Permission.EDIT_LEARNERS, lambda state: ""),
        ),
        Action(
            id="learner.edit",
            text="Edit Learner",
            tip="Edit the learner of the current row",
            icon=Icon.PENCIL_SIMPLE,
            tab=LEARNERS,
            group="Learner",
            key_tip="T",
            trigger=lambda window: window.learners.edit_learner(),
            shortcut="F2",
            permission=Permission.EDIT_LEARNERS,
            why_not=_permitted(Permission.EDIT_LEARNERS, _edit),
        ),
        *_uln(),
        Action(
            id="learner.attainments",
            text="Attainments",
            tip="Show the stored attainments of the selected learners",
            icon=Icon.GRADUATION_CAP,
            tab=LEARNERS,
            group="Learner",
            key_tip="M",
            trigger=lambda window: window.show_attainments(),
            why_not=_edit,
        ),
    )


def _uln() -> tuple[Action, ...]:
    return (
        Action(
            id="learner.find_uln",
            text="Find ULN",
            tip="Look for the selected learners at the Learning Records Service, by name, birth date and postcode",
            icon=Icon.USER_FOCUS,
            tab=LEARNERS,
            group="Learner",
            key_tip="K",
            trigger=lambda window: window.learners.uln.find_selected(),
            permission=Permission.PLR_DOWNLOAD,
            why_not=_permitted(Permission.PLR_DOWNLOAD, _lrs),
            words="search look up correct unique learner number",
        ),
        Action(
            id="learner.verify",
            text="Verify",
            tip="Ask the Learning Records Service whether ULN and person belong together",
            icon=Icon.SHIELD_CHECK,
            tab=LEARNERS,
            group="Learner",
            key_tip="V",
            trigger=lambda window: window.learners.uln.verify_selected(),
            permission=Permission.PLR_DOWNLOAD,
            why_not=_permitted(Permission.PLR_DOWNLOAD, _lrs),
            words="check uln",
        ),
    )


def _load() -> tuple[Action, ...]:
    return (
        Action(
            id="data.load",
            text="Load Learners",
            tip="Read an ILR, a spreadsheet or an LRS batch file; every row is shown before anything is written",
            icon=Icon.TRAY,
            tab=LEARNERS,
            group="Data",
            key_tip="O",
            trigger=lambda window: window.learners.loading.choose(),
            large=True,
            shortcut="Ctrl+O",
            permission=Permission.EDIT_LEARNERS,
            why_not=_permitted(Permission.EDIT_LEARNERS, lambda state: ""),
            words="import open file ILR CSV Excel batch",
        ),
        Action(
            id="data.loads",
            text="Loads",
            tip="What was loaded when and by whom, each with Undo",
            icon=Icon.CLOCK_COUNTER_CLOCKWISE,
            tab=LEARNERS,
            group="Data",
            key_tip="H",
            trigger=lambda window: window.learners.loading.show_loads(),
            words="history of files undo load",
        ),
    )


def _data() -> tuple[Action, ...]:
    return (
        *_load(),
        Action(
            id="data.excel",
            text="Export to Excel",
            tip="The selected rows, or all rows of the filter, as a workbook",
            icon=Icon.TABLE,
            tab=LEARNERS,
            group="Data",
            key_tip="E",
            trigger=lambda window: window.page.export_to("xlsx"),
            shortcut="Ctrl+E",
            permission=Permission.EXPORT,
            why_not=_permitted(Permission.EXPORT, _export),
        ),
        Action(
            id="data.csv",
            text="Export to CSV",
            tip="The selected rows, or all rows of the filter, as a CSV file",
            icon=Icon.FILE_TEXT,
            tab=LEARNERS,
            group="Data",
            key_tip="C",
            trigger=lambda window: window.page.export_to("csv"),
            shortcut="Ctrl+Shift+E",
            permission=Permission.EXPORT,
            why_not=_permitted(Permission.EXPORT, _export),
        ),
        *_data_for_others(),
    )


def _data_for_others() -> tuple[Action, ...]:
    return (
        Action(
            id="data.batch",
            text="Export LRS Batch File",
            tip="The selected learners without a ULN, or all of the filter, in a file that the LRS fills in",
            icon=Icon.FILE_ARROW_UP,
            tab=LEARNERS,
            group="Data",
            key_tip="B",
            trigger=choose_batch_file,
            permission=Permission.EXPORT,
            why_not=_permitted(Permission.EXPORT, _batch),
            words="ULN registration LRB",
        ),
        Action(
            id="data.changes",
            text="Export Changes",
            tip="Attainments that are new or changed since the last export, for the college's MIS",
            icon=Icon.EXPORT,
            tab=LEARNERS,
            group="Data",
            key_tip="G",
            trigger=lambda window: window.attainments.export_changes(),
            permission=Permission.EXPORT,
            why_not=_permitted(Permission.EXPORT, _attainments_page),
        ),
    )


def _view() -> tuple[Action, ...]:
    return (
        Action(
            id="view.columns",
            text="Columns",
            tip="Choose which columns the grid shows",
            icon=Icon.COLUMNS,
            tab=LEARNERS,
            group="View",
            key_tip="U",
            trigger=lambda window: window.show_columns_menu(),
            menu=lambda window: window.page.columns_menu(),
            why_not=_on_grid,
        ),
        Action(
            id="view.layout",
            text="Export Layout",
            tip="Choose the columns that Export Changes writes",
            icon=Icon.LIST_BULLETS,
            tab=LEARNERS,
            group="View",
            key_tip="Y",
            trigger=lambda window: window.attainments.choose_layout(),
            permission=Permission.EXPORT,
            why_not=_permitted(Permission.EXPORT, _attainments_page),
        ),
        Action(
            id="view.refresh",
            text="Refresh",
            tip="Read the page anew",
            icon=Icon.ARROWS_CLOCKWISE,
            tab=LEARNERS,
            group="View",
            key_tip="R",
            trigger=lambda window: window.page.reload(),
            shortcut="F5",
            why_not=_on_grid,
        ),
    )


def _administration() -> tuple[Action, ...]:
    return (
        Action(
            id="admin.licences",
            text="Licences",
            tip="Switch the licences for the PLR functions on or off",
            icon=Icon.KEY,
            tab=ADMINISTRATION,
            group="Licences",
            key_tip="L",
            trigger=lambda window: window.show_page("licences"),
            large=True,
        ),
        Action(
            id="admin.settings",
            text="Settings",
            tip="Addresses, certificate and passwords of the services; how the window looks",
            icon=Icon.GEAR,
            tab=ADMINISTRATION,
            group="Program",
            key_tip="S",
            trigger=lambda window: window.open_settings(),
            large=True,
            shortcut="Ctrl+,",
        ),
    )
