"""Ribbon tab Imports, group Credit: what courses give, and what learners have; and the file of an outside body."""

from app.access import Permission
from ui import action_reasons as why
from ui.actions import IMPORTS, Action
from ui.look.icons import Icon


def credit_actions() -> tuple[Action, ...]:
    """Group Credit, in order."""
    return (*_records(), *_set_up(), *_files(), _undo())


def _records() -> tuple[Action, ...]:
    return (
        Action(
            id="imports.edit_credit",
            text="Edit Credit",
            tip="What the learner of the current record has of its course: give, change, take back",
            icon=Icon.MEDAL,
            tab=IMPORTS,
            group="Credit",
            key_tip="E",
            trigger=lambda window: window.credit.records.edit_credit(),
            large=True,
            permission=Permission.EDIT_CREDIT,
            why_not=why.permitted(Permission.EDIT_CREDIT, why.credit_to_edit),
            words="award amount points expiry",
        ),
        Action(
            id="imports.replace_credit",
            text="Replace Credit on Incomplete Record",
            tip="Put credit right that stands on a record which is not complete; with a reason",
            icon=Icon.SWAP,
            tab=IMPORTS,
            group="Credit",
            key_tip="R",
            trigger=lambda window: window.credit.records.replace_credit(),
            permission=Permission.REPLACE_CREDIT,
            why_not=why.permitted(Permission.REPLACE_CREDIT, why.credit_to_replace),
            words="mistake wrong award",
        ),
    )


def _set_up() -> tuple[Action, ...]:
    return (
        Action(
            id="imports.set_up_course",
            text="Set Up Course",
            tip="Required objects of the current course, what it gives of each type, and to whom",
            icon=Icon.SLIDERS,
            tab=IMPORTS,
            group="Credit",
            key_tip="S",
            trigger=lambda window: window.credit.courses.edit(),
            permission=Permission.SET_UP_CREDIT,
            why_not=why.permitted(Permission.SET_UP_CREDIT, why.credit_course_selected),
            words="variable minimum maximum increment mapping required objects",
        ),
        Action(
            id="imports.add_course",
            text="Add Course",
            tip="A course that no file and no LMS has brought yet",
            icon=Icon.PLUS,
            tab=IMPORTS,
            group="Credit",
            key_tip="A",
            trigger=lambda window: window.credit.add_course(),
            permission=Permission.SET_UP_CREDIT,
            why_not=why.permitted(Permission.SET_UP_CREDIT, lambda state: ""),
        ),
        Action(
            id="imports.credit_types",
            text="Credit Types",
            tip="Credit types, the outside bodies that hear of them, and the categories of participants",
            icon=Icon.LIST_BULLETS,
            tab=IMPORTS,
            group="Credit",
            key_tip="T",
            trigger=lambda window: window.credit.set_up_lists(),
            permission=Permission.SET_UP_CREDIT,
            why_not=why.permitted(Permission.SET_UP_CREDIT, lambda state: ""),
            words="external reporters outside bodies PARS CPE Monitor participant categories deadline",
        ),
    )


def _files() -> tuple[Action, ...]:
    return (
        Action(
            id="imports.load_courses",
            text="Load Courses",
            tip="Courses with their required objects and credit from a table; shown before anything is written",
            icon=Icon.FILE_ARROW_UP,
            tab=IMPORTS,
            group="Credit",
            key_tip="O",
            trigger=lambda window: window.credit.files.choose(),
            permission=Permission.SET_UP_CREDIT,
            why_not=why.permitted(Permission.SET_UP_CREDIT, lambda state: ""),
            words="file table csv excel credit set up variable",
        ),
        Action(
            id="imports.course_loads",
            text="Course Loads",
            tip="The files of courses that were loaded; each can be undone",
            icon=Icon.TRAY,
            tab=IMPORTS,
            group="Credit",
            key_tip="G",
            trigger=lambda window: window.credit.files.show_loads(),
            permission=Permission.SET_UP_CREDIT,
            why_not=why.permitted(Permission.SET_UP_CREDIT, lambda state: ""),
        ),
    )


def _undo() -> Action:
    return Action(
        id="imports.undo_credit",
        text="Undo Last Change",
        tip="Take back what was saved last of credit in this session",
        icon=Icon.ARROW_COUNTER_CLOCKWISE,
        tab=IMPORTS,
        group="Credit",
        key_tip="Z",
        trigger=lambda window: window.credit.undo.undo(),
        why_not=why.credit_saved,
        words="take back",
    )


def export_for_body() -> Action:
    """Group Data: the file of an outside body."""
    return Action(
        id="imports.export_for_body",
        text="Export for the Body",
        tip="The reports of one outside body as its CSV file; what stands in it is marked as exported",
        icon=Icon.PAPER_PLANE_TILT,
        tab=IMPORTS,
        group="Data",
        key_tip="B",
        trigger=lambda window: window.credit.reports.export_for_body(),
        permission=Permission.IMPORT_RECORDS,
        why_not=why.permitted(Permission.EXPORT, why.permitted(Permission.IMPORT_RECORDS, why.reports_to_export)),
        words="outgoing reports PARS CPE Monitor outside body",
    )
