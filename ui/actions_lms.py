"""Ribbon tab LMS: what keeps Learner Manager in step with the LMS, and what is decided about it."""

from typing import Any

from app.access import Permission
from app.lms.states import CourseState
from ui import action_reasons as why
from ui.actions import LMS, Action
from ui.actions_extracts import extract_actions
from ui.actions_grid import export_action, find_actions, repeated, view_of_any_grid
from ui.actions_sections import section_actions
from ui.look.icons import Icon


def lms_actions() -> tuple[Action, ...]:
    """Every group of the tab, in order."""
    find, view = repeated(LMS, find_actions()), repeated(LMS, view_of_any_grid())
    return (
        *_synchronise(),
        *_courses(),
        *_enrolments(),
        *section_actions(),
        *extract_actions(),
        *_send(),
        *_errors(),
        *find,
        *_data(),
        *view,
    )


def _synchronise() -> tuple[Action, ...]:
    return (
        Action(
            id="lms.sync",
            text="Sync Now",
            tip="Fetch courses, then enrolments with progress and grades, from the LMS",
            icon=Icon.ARROWS_CLOCKWISE,
            tab=LMS,
            group="Synchronise",
            key_tip="S",
            trigger=lambda window: window.lms.sync_now(),
            large=True,
            primary=True,
            permission=Permission.SYNCHRONISE,
            why_not=why.permitted(Permission.SYNCHRONISE, why.lms),
            waits=why.syncing,
            words="synchronise Moodle update grades progress",
        ),
        Action(
            id="lms.pause",
            text="Pause",
            tip="Stop the schedule until a day, or go on with it",
            icon=Icon.PAUSE,
            tab=LMS,
            group="Synchronise",
            key_tip="P",
            trigger=lambda window: window.lms.pause.show_menu(),
            menu=lambda window: window.lms.pause.menu(),
            permission=Permission.DECIDE_COURSES,
            why_not=why.permitted(Permission.DECIDE_COURSES, lambda state: ""),
            words="schedule stop resume",
        ),
        Action(
            id="lms.test",
            text="Test Connection",
            tip="Try the way to the LMS step by step: address, certificate, token, rights, one gradebook",
            icon=Icon.HEARTBEAT,
            tab=LMS,
            group="Synchronise",
            key_tip="T",
            trigger=lambda window: window.lms.test_connection(),
            permission=Permission.SYNCHRONISE,
            why_not=why.permitted(Permission.SYNCHRONISE, lambda state: ""),
            words="check Moodle token certificate",
        ),
    )


def _courses() -> tuple[Action, ...]:
    return (
        _state(CourseState.OPEN, "Open", "O", Icon.CHECK_CIRCLE, "Staff and learners may enrol on these courses"),
        _state(CourseState.CLOSED, "Close", "C", Icon.MINUS_CIRCLE, "Only staff may enrol on these courses"),
        _state(CourseState.HIDDEN, "Hide", "H", Icon.EYE_SLASH, "These courses are in no list; enrolments stay"),
        Action(
            id="lms.rules",
            text="Rules",
            tip="Rules that propose a state for new courses; nothing is decided without you",
            icon=Icon.LIGHTBULB,
            tab=LMS,
            group="Courses",
            key_tip="U",
            trigger=lambda window: window.lms.people.edit_rules(),
            permission=Permission.DECIDE_COURSES,
            why_not=why.permitted(Permission.DECIDE_COURSES, lambda state: ""),
            words="propose proposals category new courses",
        ),
    )


def _state(state: CourseState, text: str, key: str, icon: Icon, tip: str) -> Action:
    def decide(window: Any) -> None:
        window.lms.courses.set_state(state)

    return Action(
        id=f"lms.{state.value}",
        text=text,
        tip=tip,
        icon=icon,
        tab=LMS,
        group="Courses",
        key_tip=key,
        trigger=decide,
        permission=Permission.DECIDE_COURSES,
        why_not=why.permitted(Permission.DECIDE_COURSES, why.courses_selected),
    )


def _enrolments() -> tuple[Action, ...]:
    return (
        Action(
            id="lms.enrol",
            text="Enrol Selected",
            tip="Put the selected learners on a course of the LMS",
            icon=Icon.USER_PLUS,
            tab=LMS,
            group="Enrolments",
            key_tip="E",
            trigger=lambda window: window.lms.people.enrol_selected(window.learners.grid.selected_keys()),
            large=True,
            permission=Permission.ENROL,
            why_not=why.permitted(Permission.ENROL, why.learners_chosen),
        ),
        Action(
            id="lms.adopt",
            text="Adopt",
            tip="Enrol here who is on the selected course in the LMS already",
            icon=Icon.HANDSHAKE,
            tab=LMS,
            group="Enrolments",
            key_tip="A",
            trigger=lambda window: window.lms.people.adopt(),
            permission=Permission.ENROL,
            why_not=why.permitted(Permission.ENROL, why.one_course),
            words="participants without enrolment",
        ),
        Action(
            id="lms.compare",
            text="Compare with the LMS",
            tip="Who is on the selected course in both, only here, only there",
            icon=Icon.SCALES,
            tab=LMS,
            group="Enrolments",
            key_tip="M",
            trigger=lambda window: window.lms.people.compare(),
            permission=Permission.ENROL,
            why_not=why.permitted(Permission.ENROL, why.one_course),
        ),
        *_accounts(),
    )


def _accounts() -> tuple[Action, ...]:
    return (
        Action(
            id="lms.course_status",
            text="Course Status",
            tip="Withdraw the selected enrolments, put them on a break, take them back, or change their dates",
            icon=Icon.USER_LIST,
            tab=LMS,
            group="Enrolments",
            key_tip="IC",
            trigger=lambda window: window.lms.people.show_course_status_menu(),
            menu=lambda window: window.lms.people.course_status_menu(),
            permission=Permission.ENROL,
            why_not=why.permitted(Permission.ENROL, why.enrolments_selected),
            words="withdraw withdrawal drop break in learning back return change dates suspend end start",
        ),
        Action(
            id="lms.accounts",
            text="Accounts",
            tip="Accounts of the LMS that are nobody’s yet, or that more than one learner may have",
            icon=Icon.IDENTIFICATION_BADGE,
            tab=LMS,
            group="Enrolments",
            key_tip="D",
            trigger=lambda window: window.lms.people.accounts(),
            permission=Permission.ENROL,
            why_not=why.permitted(Permission.ENROL, lambda state: ""),
            words="unmatched clash participants decide",
        ),
        Action(
            id="lms.attainments",
            text="Attainments",
            tip="The stored attainments of the learners of the selected enrolments",
            icon=Icon.GRADUATION_CAP,
            tab=LMS,
            group="Enrolments",
            key_tip="N",
            trigger=lambda window: window.lms.enrolments.show_attainments(),
            why_not=why.enrolments_selected,
        ),
    )


def _send() -> tuple[Action, ...]:
    return (
        Action(
            id="lms.send",
            text="Send Ready Records",
            tip="Changes of enrolments that are Ready go to the LMS, and it is looked what the LMS shows of them",
            icon=Icon.PAPER_PLANE_TILT,
            tab=LMS,
            group="Send",
            key_tip="B",
            trigger=lambda window: window.lms.sync_now(send=True),
            large=True,
            permission=Permission.SYNCHRONISE,
            why_not=why.permitted(Permission.SYNCHRONISE, why.lms),
            waits=why.syncing,
            words="extract statuses transmit export Moodle",
        ),
    )


def _errors() -> tuple[Action, ...]:
    return (
        Action(
            id="lms.retry",
            text="Retry",
            tip="Ask again about the courses of the selected errors, or about all courses with errors",
            icon=Icon.ARROW_CLOCKWISE,
            tab=LMS,
            group="Errors",
            key_tip="R",
            trigger=lambda window: window.lms.retry(),
            permission=Permission.SYNCHRONISE,
            why_not=why.permitted(Permission.SYNCHRONISE, why.lms),
            waits=why.syncing,
        ),
        Action(
            id="lms.snooze",
            text="Snooze",
            tip="Let the selected errors raise no notice for a time, or accept them with a reason",
            icon=Icon.CLOCK,
            tab=LMS,
            group="Errors",
            key_tip="Z",
            trigger=lambda window: window.lms.snooze(),
            permission=Permission.SYNCHRONISE,
            why_not=why.permitted(Permission.SYNCHRONISE, why.errors_selected),
            words="accept reason quiet",
        ),
        Action(
            id="lms.report",
            text="Copy Report",
            tip="A report for the technician: times, codes, counts; no names and no token",
            icon=Icon.COPY,
            tab=LMS,
            group="Errors",
            key_tip="Y",
            trigger=lambda window: window.lms.copy_report(),
        ),
    )


def _data() -> tuple[Action, ...]:
    return (export_action(LMS, "lms"),)
