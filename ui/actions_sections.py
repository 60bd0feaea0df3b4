"""Ribbon tab LMS, group Sections: what decides whether changes of enrolments reach the LMS."""

from typing import Any

from app.access import Permission
from ui import action_reasons as why
from ui.actions import LMS, Action
from ui.look.icons import Icon


def _ask_why(window: Any) -> None:
    from ui.lms_why import ask_why

    ask_why(window)


def section_actions() -> tuple[Action, ...]:
    """The group, in order."""
    return (_set_up(), *_sections(), _why(), _from_ilr(), *_files())


def _set_up() -> Action:
    return Action(
        id="lms.set_up",
        text="Set Up",
        tip="Terms, campuses, delivery methods and LMS vendors, and which campuses they serve",
        icon=Icon.SLIDERS,
        tab=LMS,
        group="Sections",
        key_tip="G",
        trigger=lambda window: window.lms.sections.set_up(),
        permission=Permission.SET_UP_SECTIONS,
        why_not=why.permitted(Permission.SET_UP_SECTIONS, lambda state: ""),
        words="terms campuses delivery methods vendors gates export third-party",
    )


def _sections() -> tuple[Action, ...]:
    return (
        Action(
            id="lms.add_section",
            text="Add Section",
            tip="One run of a course: its term, campus, delivery method and course of the LMS",
            icon=Icon.PLUS,
            tab=LMS,
            group="Sections",
            key_tip="W",
            trigger=lambda window: window.lms.sections.add(),
            permission=Permission.SET_UP_SECTIONS,
            why_not=why.permitted(Permission.SET_UP_SECTIONS, lambda state: ""),
            words="class occurrence new",
        ),
        Action(
            id="lms.edit_section",
            text="Edit Section",
            tip="Change the current section, its campuses and its course of the LMS",
            icon=Icon.PENCIL_SIMPLE,
            tab=LMS,
            group="Sections",
            key_tip="K",
            trigger=lambda window: window.lms.sections.edit(),
            permission=Permission.SET_UP_SECTIONS,
            why_not=why.permitted(Permission.SET_UP_SECTIONS, why.sections_selected),
        ),
        Action(
            id="lms.undo_section",
            text="Undo",
            tip="Take back what was saved last of sections and their set-up in this session",
            icon=Icon.ARROW_COUNTER_CLOCKWISE,
            tab=LMS,
            group="Sections",
            key_tip="J",
            trigger=lambda window: window.lms.sections.undo(),
            permission=Permission.SET_UP_SECTIONS,
            why_not=why.permitted(Permission.SET_UP_SECTIONS, why.section_saved),
            words="take back",
        ),
    )


def _why() -> Action:
    return Action(
        id="lms.why_not_there",
        text="Why Not in the LMS?",
        tip="What stands in the way of the current enrolment or record, or of the selected learner, step by step",
        icon=Icon.QUESTION,
        tab=LMS,
        group="Sections",
        key_tip="Q",
        trigger=_ask_why,
        why_not=why.learner_or_enrolment,
        words="missing not there gate account learner cannot see course",
    )


def _from_ilr() -> Action:
    return Action(
        id="lms.from_ilr",
        text="From the ILR",
        tip="Enrol, withdraw and put on a break by the aims of the ILR, where their codes mean a section",
        icon=Icon.STUDENT,
        tab=LMS,
        group="Sections",
        key_tip="L",
        trigger=lambda window: window.lms.sections.from_ilr(),
        permission=Permission.ENROL,
        why_not=why.permitted(Permission.ENROL, lambda state: ""),
        words="registrations aims codes map section withdraw break",
    )


def _files() -> tuple[Action, ...]:
    return (
        Action(
            id="lms.load_sections",
            text="Load Sections",
            tip="Load a CSV file or workbook of sections or of registrations; you see first what it would do",
            icon=Icon.FILE_ARROW_UP,
            tab=LMS,
            group="Sections",
            key_tip="IL",
            trigger=lambda window: window.lms.sections.files.choose(),
            why_not=why.may_load_sections,
            words="registrations file csv excel import enrol bring in",
        ),
        Action(
            id="lms.section_loads",
            text="Section Loads",
            tip="The files of sections and registrations that were loaded, each with Undo",
            icon=Icon.TRAY,
            tab=LMS,
            group="Sections",
            key_tip="IO",
            trigger=lambda window: window.lms.sections.files.show_loads(),
            why_not=why.may_load_sections,
            words="registrations history undo take back files",
        ),
    )
