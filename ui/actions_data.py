"""Ribbon tab Learners: files in and out, in the group Data."""

from app.access import Permission
from ui import action_reasons as why
from ui.actions import LEARNERS, Action
from ui.look.icons import Icon
from ui.pages.learners_batch import choose_batch_file


def data_actions() -> tuple[Action, ...]:
    """Group Data."""
    return (
        *_load(),
        Action(
            id="data.codes",
            text="Codes",
            tip="Give campuses, courses and aims the titles that files do not tell, once",
            icon=Icon.TAG,
            tab=LEARNERS,
            group="Data",
            key_tip="J",
            trigger=lambda window: window.learners.loading.show_codes(),
            words="campus name course title map unknown code provider field",
        ),
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
            why_not=why.permitted(Permission.EXPORT, why.export),
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
            why_not=why.permitted(Permission.EXPORT, why.export),
        ),
        *_data_for_others(),
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
            why_not=why.permitted(Permission.EDIT_LEARNERS, lambda state: ""),
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
            why_not=why.permitted(Permission.EXPORT, why.batch_file),
            words="ULN registration LRB",
        ),
        Action(
            id="data.changes",
            text="Export Changes",
            tip="Attainments that are new or changed since the last export, for the college’s MIS",
            icon=Icon.EXPORT,
            tab=LEARNERS,
            group="Data",
            key_tip="G",
            trigger=lambda window: window.attainments.export_changes(),
            permission=Permission.EXPORT,
            why_not=why.permitted(Permission.EXPORT, why.attainments_page),
        ),
        Action(
            id="data.print",
            text="Print",
            tip="The list as it is shown, on paper or as a PDF",
            icon=Icon.PRINTER,
            tab=LEARNERS,
            group="Data",
            key_tip="P",
            trigger=lambda window: window.page.print_list(window.context.user.name),
            shortcut="Ctrl+P",
            permission=Permission.EXPORT,
            why_not=why.permitted(Permission.EXPORT, why.export),
            words="pdf paper printer",
        ),
    )
