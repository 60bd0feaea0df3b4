"""The page LMS Extract Statuses: filters in force with Apply only, the line that says them, scope, saved sets, empty
states; by keys and clicks."""

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit

from app import access
from app.lms.extracts.records_list import Filters
from app.saved import Kind, every
from tests.lms.college import EDITOR, READER
from tests.ui.conftest import Rooms, answering, named, read_csv, saving_as
from tests.ui.dialog_room import child, click, write_into
from tests.ui.extract_room import ExtractRoom, extract_room, sent_days_ago
from tests.ui.test_saved_searches import dialog_of, later
from ui.dialogs.saved_search import NameDialog
from ui.grids.columns import Kind as Painted
from ui.look.fonts import set_scale
from ui.pages.extract_source import COLUMNS
from ui.ribbon_buttons import RibbonButton

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def extracts(rooms: Rooms) -> ExtractRoom:
    made = extract_room(rooms)
    made.show()
    return made


def words(extracts: ExtractRoom) -> str:
    return extracts.page.line.words.text()


@pytest.mark.rule("EX-F4")
def test_the_first_opening(extracts: ExtractRoom):
    page = extracts.page
    assert page.applied == Filters(terms=(extracts.college.autumn,), statuses=("ready", "transmitted", "rejected"))
    assert words(extracts) == "5 records: all campuses, Autumn 2026, Ready, Transmitted or Rejected"
    assert set(page.grid.keys) == {key for key in extracts.keys[:5] if key != extracts.keys[2]} | {extracts.keys[7]}
    assert page.line.in_force
    assert extracts.room.window.state().page == "extracts"


@pytest.mark.rule("EX-F1", "EX-U2")
def test_a_filter_that_is_not_applied_changes_nothing_and_says_so(extracts: ExtractRoom):
    """Acceptance check 4."""
    page, before = extracts.page, list(extracts.page.grid.keys)
    extracts.tick("statuses", "Transmitted")
    extracts.tick("statuses", "Ready")
    assert list(page.grid.keys) == before
    assert named(page, "filter_not_applied").text() == "Filter not applied"  # type: ignore[attr-defined]
    assert words(extracts).startswith("5 records: all campuses, Autumn 2026, Ready, Transmitted or Rejected")
    extracts.press_action("lms.extract_all")
    dialog = extracts.dialog("update_statuses")
    assert dialog.heading.text() == "All 5 records of the applied filter"  # type: ignore[attr-defined]
    extracts.close(dialog, "update_cancel")
    extracts.apply()
    assert words(extracts) == "3 records: all campuses, Autumn 2026, Rejected"
    assert page.line.in_force


@pytest.mark.rule("EX-F2")
def test_a_campus_that_leaves_takes_its_term_along_and_it_is_told(extracts: ExtractRoom):
    """Acceptance check 3."""
    page = extracts.page
    assert page.filters is not None
    extracts.tick("campuses", "Avon")
    extracts.tick("campuses", "Brook")
    extracts.tick("terms", "Spring 2027")
    extracts.tick("sections", "CARE-L2 / 03")
    assert page.filters.told == ""
    extracts.tick("campuses", "Brook")
    assert page.filters.pending.terms == (extracts.college.autumn,)
    assert page.filters.pending.sections == ()
    assert page.filters.told == "No longer offered, so taken out: Spring 2027, CARE-L2 / 03"
    assert named(page, "extract_terms_told").text() == "1 of 1"  # type: ignore[attr-defined]
    extracts.apply()
    assert words(extracts).startswith("5 records: Avon, Autumn 2026")


@pytest.mark.rule("EX-F5", "EX-F6")
def test_days_are_typed_applied_and_refused_where_they_hold_nothing(extracts: ExtractRoom):
    page, today = extracts.page, date.today()
    assert page.filters is not None
    sent_days_ago(extracts.college, extracts.keys[1], 0)
    sent_days_ago(extracts.college, extracts.keys[3], 3)
    first, last = (child(page.filters, QLineEdit, f"extract_{name}") for name in ("sent_from", "sent_to"))
    write_into(first, f"{today:%d/%m/%Y}")
    write_into(last, f"{today:%d/%m/%Y}")
    extracts.apply()
    assert list(page.grid.keys) == [extracts.keys[1]]
    assert "sent on" in words(extracts)
    extracts.tick("statuses", "Rejected")
    child(page.filters, QCheckBox, "extract_not_sent").click()
    extracts.apply()
    assert set(page.grid.keys) == {extracts.keys[0], extracts.keys[1]}
    assert words(extracts).endswith("or not yet sent")
    before = list(page.grid.keys)
    write_into(first, f"{today + timedelta(days=1):%d/%m/%Y}")
    click(named(page, "extract_apply"))
    assert "is later than To" in page.filters.error
    assert "is later than To" in first.accessibleDescription()
    extracts.room.until(first.hasFocus)
    write_into(first, "31 Feb 2026")
    click(named(page, "extract_apply"))
    assert "No such day" in page.filters.error
    assert list(page.grid.keys) == before


def test_the_list_is_ticked_with_the_keyboard(extracts: ExtractRoom):
    page = extracts.page
    assert page.filters is not None
    ticks = named(page, "extract_campuses")
    ticks.setFocus(Qt.FocusReason.TabFocusReason)
    extracts.room.until(ticks.hasFocus)
    QTest.keyClick(ticks, Qt.Key.Key_Down)
    QTest.keyClicks(ticks, "Broo")
    QTest.keyClick(ticks, Qt.Key.Key_Space)
    chosen = [one.name for one in page.filters.choices.campuses if one.id in page.filters.pending.campuses]
    assert chosen == ["Brook"]
    assert ticks.accessibleDescription().startswith("1 of ")
    QTest.keyClick(ticks, Qt.Key.Key_Space)
    assert page.filters.pending.campuses == ()


@pytest.mark.rule("EX-A1")
def test_without_the_right_to_change_everything_says_why(rooms: Rooms):
    """Acceptance check 1."""
    extracts = extract_room(rooms, as_user=lambda college: college.user(college.city, roles=READER))
    page = extracts.show()
    assert set(page.grid.keys) == {key for key in (*extracts.keys[:5], extracts.keys[7]) if key != extracts.keys[2]}
    extracts.pick(page.grid.keys[0])
    page.activated(page.grid.keys[0])
    extracts.rest()
    extracts.room.until(lambda: page.pane.settled)
    actions = extracts.room.window.actions_
    for name in ("extract_all", "extract_status", "extract_resubmit", "extract_save", "extract_undo"):
        made = actions.action(f"lms.{name}")
        assert not made.isEnabled()
        assert "Academics - Student Course Status Change LMS Export - Edit" in made.toolTip()
        assert "LMS Extract Editor" in actions.description(f"lms.{name}")
        [shown] = [one for one in extracts.room.window.findChildren(RibbonButton) if one.action_id == f"lms.{name}"]
        read = QAccessible.queryAccessibleInterface(shown)
        assert read.state().disabled
        assert read.text(QAccessible.Text.Name)
        assert "LMS Extract Editor" in read.text(QAccessible.Text.Description), "a screen reader says why"
    editor = page.pane.editor
    assert not editor.isEnabled()
    read = QAccessible.queryAccessibleInterface(editor)
    assert "LMS Extract Editor" in read.text(QAccessible.Text.Description)
    assert "LMS Extract Editor" in editor.toolTip()
    assert "LMS Extract Editor" in editor.accessibleDescription()
    assert actions.action("lms.export").isEnabled()


@pytest.mark.rule("EX-A3")
def test_who_has_one_campus_sees_filters_and_exports_nothing_of_the_other(rooms: Rooms, tmp_path):
    """Acceptance check 2, in the window."""
    extracts = extract_room(rooms, as_user=lambda college: college.user(college.river, roles=(*EDITOR,)))
    page = extracts.show()
    assert page.filters is not None
    assert [one.name for one in page.filters.choices.campuses] == ["Brook"]
    extracts.tick("terms", "Autumn 2026")
    extracts.apply()
    assert set(page.grid.keys) == set(extracts.keys[5:])
    assert words(extracts) == "3 records: all your campuses, all terms, Ready, Transmitted or Rejected"
    assert page.total == 3
    file = tmp_path / "records.csv"
    with saving_as(file):
        page.export_to("csv")
    extracts.rest()
    extracts.room.until(file.exists)
    assert len(read_csv(file)) == 4
    extracts.press_action("lms.extract_all")
    dialog = extracts.dialog("update_statuses")
    assert dialog.lines == [  # type: ignore[attr-defined]
        "Ready: 1. Already Ready: nothing to change",
        "Rejected: 1. Change",
        "Not permitted: 1. Also belongs to Avon, which you may not edit",
    ]
    extracts.close(dialog, "update_cancel")


def test_who_may_not_see_records_is_told(rooms: Rooms):
    from app.access import Role

    extracts = extract_room(rooms, as_user=lambda college: college.user(college.city, roles=(Role.PLR_ADMIN,)))
    page = extracts.show()
    assert page.why_not_seen
    assert page.shown == 0


@pytest.mark.rule("EX-F7")
def test_filters_are_saved_under_a_name_and_used_again(extracts: ExtractRoom):
    page = extracts.page
    assert page.filters is not None
    for title in ("Ready", "Transmitted"):
        extracts.tick("statuses", title)
    extracts.apply()

    def fill_in() -> None:
        dialog = dialog_of(extracts.room, NameDialog)
        write_into(child(dialog, QLineEdit, "search_name"), "Refused")  # type: ignore[arg-type]
        click(named(dialog, "search_save"))  # type: ignore[arg-type]

    later(extracts.room, fill_in)
    assert page.saved_filters.save()
    extracts.tick("statuses", "Ready")
    extracts.apply()
    assert "Ready or Rejected" in words(extracts)
    with extracts.context.db.read() as tx:
        [one] = every(tx, extracts.context.user, Kind.EXTRACT_FILTERS)
    menu = page.saved_filters.menu
    page.saved_filters.fill(menu)
    entry = next(action for action in menu.actions() if action.text() == "Refused")
    entry.trigger()
    extracts.rest()
    extracts.room.until(lambda: words(extracts) == "3 records: all campuses, Autumn 2026, Rejected")
    assert one.name == "Refused"
    assert page.applied == page.filters.pending


def test_conditions_and_words_narrow_the_list_and_are_told(extracts: ExtractRoom):
    page = extracts.page
    search = extracts.room.window.search
    search.setFocus()
    QTest.keyClicks(search, "chem")
    extracts.room.until(lambda: page.shown == 1)
    extracts.rest()
    assert words(extracts).startswith("1 of 5 records: all campuses")
    assert words(extracts).endswith("with “chem”")


def test_the_columns_of_the_contract_in_their_order():
    assert [one.title for one in COLUMNS][:17] == [
        "Person Code", "Name", "Campus", "Term", "Course", "Section", "Change", "Course Status", "Status Change Date",
        "Extract Status", "Extract Date", "Answered Date", "Attempts", "Last LMS Message", "Marks", "Last Changed By",
        "Last Changed At",
    ]  # fmt: skip
    assert next(one for one in COLUMNS if one.id == "marks").kind is Painted.TAGS


@pytest.mark.rule("EX-H1", "EX-H2")
def test_the_pane_tells_the_history_and_it_goes_into_a_file(extracts: ExtractRoom, tmp_path):
    page, key = extracts.page, extracts.keys[3]
    extracts.stage("ready", key)
    extracts.close(extracts.save(), "saved_ok")
    extracts.pick(key)
    QTest.keyClick(page.grid, Qt.Key.Key_Return)
    extracts.room.until(lambda: not page.pane.isHidden() and page.pane.settled)
    extracts.room.at_rest()
    shown = " ".join(one.text() for one in page.pane.findChildren(type(page.line.words).__mro__[1]))
    assert f"Rejected → Ready by {extracts.context.user.name}" in shown
    assert extracts.room.window.details.isChecked()
    file = tmp_path / "history.csv"
    with saving_as(file):
        page.export_history("csv")
    extracts.rest()
    extracts.room.until(file.exists)
    rows = read_csv(file)
    told = [dict(zip(rows[0], one, strict=True)) for one in rows[1:]]
    assert [(one["From"], one["To"], one["Who"]) for one in told] == [
        ("rejected", "ready", extracts.context.user.name)
    ]


def test_without_any_record_the_page_says_what_it_is_for(rooms: Rooms):
    room = rooms(5)
    room.window.show_page("extracts")
    room.at_rest()
    page = room.window.extracts.page
    room.until(lambda: page.applied is not None and not page.grid.is_loading)
    room.at_rest()
    assert page.shown == 0
    titles = [one.text() for one in page.grid.findChildren(type(page.line.words).__mro__[1]) if one.isVisible()]
    assert "No records yet" in titles
    assert not room.window.actions_.action("lms.extract_all").isEnabled()


def test_rights_are_those_of_the_moment(extracts: ExtractRoom):
    with extracts.context.db.read() as tx:
        assert not access.rights(tx, extracts.context.user).why_not(access.Permission.CHANGE_EXTRACTS)
    assert QApplication.activeModalWidget() is None
    with answering("nothing") as asked:
        extracts.room.window.show_page("lms_courses")
    assert asked == [], "nothing is staged, so nothing is asked"


def test_with_large_text_filters_give_way_to_the_details(extracts: ExtractRoom):
    """Text of 200 % on a screen of 1366 px: the window stays as wide as it is."""
    window = extracts.room.window
    window.resize(1366, 768)
    page = extracts.page
    set_scale(2.0)
    extracts.stage("ready", page.grid.keys[-1])
    assert page.filters is not None
    assert page.filters.isVisible()
    page.activated(page.grid.keys[-1])
    extracts.rest()
    extracts.room.until(lambda: page.pane.isVisible() and not page.filters.isVisible())
    assert window.width() == 1366
    assert page.line.isVisible()
    window.row.details.click()
    extracts.room.until(lambda: page.filters.isVisible())
    set_scale(1.0)
    page.activated(page.grid.keys[-1])
    extracts.room.until(lambda: page.pane.isVisible())
    assert page.filters.isVisible(), "at 100 % there is room for all three"
    for day in page.filters.days.values():
        edit = day.edit
        assert edit.fontMetrics().horizontalAdvance(edit.placeholderText()) < edit.width() - 8, "the hint is whole"
