"""The one list of actions: everything a button, a key tip and a screen reader need is there, once."""

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from app.access import Permission, Rights, Role
from app.licence_row import Licence, LicenceRow
from ui.action_list import action_list
from ui.action_reasons import WindowState
from ui.actions import ActionSet
from ui.look.icons import has_glyph
from ui.page_stack import TITLES
from ui.ribbon_groups import RibbonPanel
from ui.ribbon_search import find

LICENCES = tuple(LicenceRow(code, True, None, None, None, None, None, 1) for code in Licence)
ALL_ROLES = Rights(frozenset(Role), LICENCES)


def state(**changed) -> WindowState:
    return WindowState(**{"page": "learners", "rights": ALL_ROLES, "total": 10, "shown": 10, **changed})


@pytest.mark.parametrize("action", action_list(), ids=lambda action: action.id)
def test_every_action_is_complete(action, qapp):
    assert action.text.strip() == action.text
    assert action.text
    assert action.tip
    assert action.key_tip.isalnum() if action.on_ribbon else not action.key_tip
    assert action.tab in ("Home", "Learners", "LMS", "Imports", "Administration")
    assert action.group
    assert has_glyph(action.icon)
    assert callable(action.trigger)
    assert action.permission is None or isinstance(action.permission, Permission)
    if action.shortcut:
        assert not QKeySequence(action.shortcut).isEmpty()
    for page in ("learners", "attainments", "licences"):
        reason = action.why_not(state(page=page, total=0, shown=0))
        assert reason == "" or reason.endswith(".")


def test_ids_shortcuts_and_key_tips_are_unique():
    actions = action_list()
    ids = [action.id for action in actions]
    assert len(ids) == len(set(ids))
    shortcuts = [action.shortcut for action in actions if action.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    for tab in {action.tab for action in actions}:
        tips = [action.key_tip for action in actions if action.tab == tab and action.on_ribbon]
        assert len(tips) == len(set(tips)), tab
        assert not [one for one in tips for other in tips if one != other and other.startswith(one)], tab


def test_a_button_says_which_role_or_licence_is_missing():
    download = next(action for action in action_list() if action.id == "plr.download")
    off = LicenceRow(Licence.PLR_IMPORT, False, None, None, None, None, None, 1)
    nobody = Rights(frozenset({Role.ENROLMENT_MANAGER}), (off,))
    assert "Attainments (PLR) User" in download.why_not(state(rights=nobody, selected=5))
    user = Rights(frozenset({Role.ENROLMENT_MANAGER, Role.PLR_USER}), (off,))
    assert "AttainmentsPLRImport" in download.why_not(state(rights=user, selected=5))
    assert "Licences" in download.why_not(state(rights=user, selected=5))


def test_what_reads_the_database_waits_for_it():
    away = state(offline="The database does not answer.")
    saved = [f"{tab}find.saved" for tab in ("", "lms.", "imports.", "administration.")]
    for name in ("lms.load_sections", "lms.report", *saved):
        [action] = [one for one in action_list() if one.id == name]
        assert action.why_not(away) == away.offline, name


def test_a_button_says_what_to_do_first():
    download = next(action for action in action_list() if action.id == "plr.download")
    assert download.why_not(state(selected=0)) == "Select 1 to 1,000 learners first."
    assert download.why_not(state(selected=3)) == ""
    assert "no learners yet" in download.why_not(state(total=0))
    assert "running" in download.why_not(state(selected=3, plr_busy=True))


def test_another_tab_repeats_what_works_on_every_grid():
    actions = {action.id: action for action in action_list()}
    for tab in ("LMS", "Imports"):
        repeated = {action.repeats: action for action in actions.values() if action.repeats and action.tab == tab}
        assert set(repeated) == {"find.conditions", "find.saved", "find.clear", "view.columns", "view.refresh"}
        for first, again in repeated.items():
            known = actions[first]
            assert (again.text, again.tip, again.icon) == (known.text, known.tip, known.icon)
    empty = state(page="lms_courses", nouns=("course", "courses"), total=0, shown=0)
    assert repeated["find.saved"].why_not(empty) == "There are no courses yet."
    assert repeated["view.columns"].why_not(empty) == ""
    assert repeated["view.columns"].why_not(state(page="licences")) == "Open a page with a list first."


@pytest.mark.parametrize("area", ["Learners", "LMS"])
def test_the_command_search_lists_it_once_as_on_the_tab_in_front(area, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    actions = ActionSet(action_list(), window)
    found = [one for one in find(actions, "saved", area) if one.text == "Saved Searches"]
    assert [(one.place, one.keys) for one in found] == [
        ("Learners, Find", "Alt, L, S") if area == "Learners" else ("LMS, Find", "Alt, M, F, S")
    ]
    assert [one.place for one in find(actions, "learners columns", "LMS") if one.text == "Columns"] == [
        "Learners, View"
    ], "words that name the other tab find it there"


@pytest.mark.parametrize("typed", ["processes", "academic records", "lms extract statuses"])
def test_the_search_finds_the_page_where_people_look_for_it(typed, qapp):
    window = QWidget()
    found = [one.action_id for one in find(ActionSet(action_list(), window), typed)]
    assert "page.extracts" in found


def test_every_page_is_found_and_none_is_a_button(qapp):
    window = QWidget()
    actions = ActionSet(action_list(), window)
    panel = RibbonPanel(actions, "LMS", window)
    assert not [one for group in panel.groups for one in group.buttons if one.action_id.startswith("page.")]
    for name, title in TITLES.items():
        assert f"page.{name}" in [one.action_id for one in find(actions, title)]
