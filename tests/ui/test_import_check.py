"""A file of course records in the window, by real keys: checked, repaired, confirmed, applied; its rows."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.imports.rules import GOOD, Outcome
from tests.ui.conftest import named, read_csv, saving_as
from tests.ui.dialog_room import click
from tests.ui.help_room import rule_shown
from tests.ui.import_room import ImportRoom, import_room

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def room(rooms, tmp_path):
    return import_room(rooms, tmp_path)


def words(room: ImportRoom, name: str) -> str:
    return named(room.page, name).text()  # type: ignore[attr-defined]


def test_a_bad_file_is_checked_repaired_confirmed_and_applied(room):
    bad = room.expected
    room.new_import(room.bad_file)
    assert words(room, "import_file") == room.bad_file.name
    assert not room.page.pane.apply_button.isVisible(), "a file with a bad heading cannot be applied"
    assert room.states() == ["failed"]
    room.repair("CR-02")
    assert room.states() == ["checked", "failed"]
    assert room.outcomes()[Outcome.ERROR] == bad.dates + bad.several + bad.partial + bad.words
    assert sum(room.outcomes().values()) == bad.rows
    for rule in ("CR-11", "CR-12", "CR-36"):
        room.repair(rule)
        assert room.line(rule, repaired=True).isVisible()
    assert room.outcomes()[Outcome.ERROR] == bad.partial
    refused = bad.unreported + bad.several + bad.at_once + bad.unknown
    assert room.outcomes()[Outcome.REFUSED] == refused
    assert words(room, "import_remark") == f"3 confirmations are open. Without them, {refused} rows are refused."
    for rule in ("CR-33", "CR-34", "CR-43"):
        room.confirm(rule)
    assert Outcome.REFUSED not in room.outcomes()
    foreseen = room.outcomes()
    good = sum(number for outcome, number in foreseen.items() if outcome in GOOD)
    assert words(room, "import_apply") == f"Apply {good} Rows"
    assert room.written() == (0, 0), "nothing is written before"
    room.apply()
    assert room.outcomes() == foreseen
    assert "0 surprises" in room.page.result.accessibleName()
    assert room.states() == ["applied", "failed"]
    job_id = room.page.shown_file.job_id  # type: ignore[union-attr]
    assert room.stored_outcomes(job_id) == {outcome.value: number for outcome, number in foreseen.items()}
    assert room.written()[0] == sum(foreseen[one] for one in (Outcome.COMPLETED, Outcome.CREDITED) if one in foreseen)
    assert "0 surprises" in room.room.window.status._work.text().lower()


def test_old_and_new_are_shown_before_a_repair_is_made(room):
    room.new_import(room.bad_file)
    room.repair("CR-02")
    click(room.line("CR-12"))
    room.rest()
    assert words(room, "import_about") == "CR-12, old and new"
    table = named(room.page, "import_old_and_new")
    model = table.model()  # type: ignore[attr-defined]
    first = [model.index(0, place).data() for place in range(3)]
    assert first == ["4", "15/09/2026", "2026-09-15"]
    assert model.rowCount() == min(8, room.expected.dates)


def test_a_repair_is_taken_back(room):
    room.new_import(room.bad_file)
    room.repair("CR-02")
    room.repair("CR-11")
    before = room.outcomes()[Outcome.ERROR]
    room.press_in(room.line("CR-11", repaired=True), "repair_undo")
    assert room.outcomes()[Outcome.ERROR] == before + room.expected.words
    assert room.line("CR-11").isVisible()


@pytest.mark.rule("CR-12")
def test_an_order_in_which_a_date_is_none_is_not_offered(room):
    """15/09/2026 is no date with the month first."""
    room.new_import(room.bad_file)
    room.repair("CR-02")
    button = named(room.line("CR-12"), "repair_CR-12")
    assert button.text() == "Read as Day First"  # type: ignore[attr-defined]


def test_a_rule_and_an_outcome_narrow_the_rows(room):
    room.repaired()
    line = room.line("CR-30")
    line.setFocus()
    room.room.press("Return", room.room.window)
    room.rest()
    assert room.page.rows_shown
    assert room.page.shown == room.expected.partial
    assert words(room, "import_rows_words").startswith(f"{room.expected.partial} rows with CR-30")
    refused = named(room.page, "outcome_refused")
    click(refused)
    room.rest()
    assert room.page.shown == room.outcomes()[Outcome.REFUSED] == refused.number  # type: ignore[attr-defined]
    click(named(room.page, "import_all_rows"))
    room.rest()
    assert room.page.shown == room.expected.rows
    click(named(room.page, "import_to_findings"))
    assert not room.page.rows_shown
    room.confirm("CR-43")
    click(named(room.page, "outcome_refused"))
    room.rest()
    assert room.page.shown == room.expected.at_once + room.expected.unknown


def test_the_quick_filter_finds_rows(room):
    room.repaired()
    room.room.press("Ctrl+F", room.room.window)
    QTest.keyClicks(room.room.window.search, "new.starter")
    room.room.until(lambda: room.page.rows_shown and room.page.shown == room.expected.unknown)


def test_a_row_tells_all_that_was_found(room):
    room.repaired()
    room.press_in(room.line("CR-24"), "finding_rows")  # below what can be seen without scrolling
    room.rest()
    grid = room.page.grid
    click(grid.viewport(), grid.visualRect(grid.model().index(0, 2)).center())
    room.room.until(lambda: room.page.pane.row.isVisible())
    room.rest()
    told = [label.text() for label in room.page.pane.row.findChildren(QLabel) if label.isVisible()]
    assert {"CR-24", "CR-39", "CR-44"} <= set(told)
    assert "Warning" in told
    assert "Information" in told


def test_refused_rows_are_exported(room, tmp_path):
    room.repaired()
    for rule in ("CR-33", "CR-34", "CR-43"):
        room.confirm(rule)
    path = tmp_path / "refused.csv"
    with saving_as(path):
        click(named(room.page, "import_refused"))
    room.rest()
    heading, *rows = read_csv(path)
    assert heading[-2:] == ["rule", "message"]
    assert len(rows) == room.expected.partial
    assert {row[-2] for row in rows} == {"CR-30"}


@pytest.mark.rule("CR-09")
def test_the_same_file_again_needs_a_confirmation(room):
    who, family = room.people[0]
    path = room.file("one.csv", ["external_user_id", "last_name", "complete"], [[who, family, "1"]])
    room.new_import(path, "first")
    room.apply()
    assert room.written()[0] == 1
    room.new_import(path, "first")
    assert room.line("CR-09").isVisible()


@pytest.mark.rule("CR-41")
def test_a_global_import_asks_about_legacy_data(room):
    who, _ = room.people[0]
    headings = ["external_course_id", "title", "external_user_id", "complete"]
    path = room.file("old.csv", headings, [["OLD-1", "Old course", who, "1"], ["OLD-2", "Older", who, "1"]])
    room.new_import(path, "")
    button = room.page.pane.apply_button
    assert not button.isEnabled()
    assert button.toolTip() == "No row would be applied: tick what is to be confirmed first."
    for rule in ("CR-26", "CR-41"):
        room.confirm(rule)
    assert button.text() == "Apply 2 Rows"
    room.apply()
    assert room.written()[0] == 2


def test_repairs_are_remembered_for_the_sender(room):
    room.new_import(room.bad_file, sender="Exams office")
    room.repair("CR-02")
    room.repair("CR-12")
    room.new_import(room.bad_file, sender="Exams office")
    assert "1 repair was made in the last file" in room.page.banner.accessibleName()
    click(named(room.page, "import_use"))
    room.rest()
    assert room.line("CR-02", repaired=True).isVisible()
    assert "1 repair was made in the last file" in room.page.banner.accessibleName(), "the dates are found now"
    click(named(room.page, "import_use"))
    room.rest()
    assert room.line("CR-12", repaired=True).isVisible()
    assert not room.page.banner.isVisible()


def test_without_the_tick_nothing_is_remembered(room):
    room.new_import(room.bad_file, sender="Exams office")
    room.repair("CR-02")
    click(named(room.page, "import_offer_again"))
    room.rest()
    room.new_import(room.bad_file, sender="Exams office")
    assert not room.page.banner.isVisible()


def test_f6_stops_at_the_findings_and_arrows_go_through_them(room):
    room.repaired()
    room.room.in_front(room.room.window)
    first, second = room.page.findings.lines[:2]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    room.room.press("Down", room.room.window)
    assert second.hasFocus()
    assert second.isChecked()
    assert rule_shown(room.room) == second.line.rule
    room.room.in_front(room.room.window)
    for _ in range(5):
        room.room.press("F6", room.room.window)
        focus = room.room.window.focusWidget()
        if focus is not None and room.page.findings.isAncestorOf(focus):
            return
    raise AssertionError("F6 does not lead to the findings")


def test_all_jobs_leads_back_and_the_tab_stays(room):
    room.repaired()
    tabs = room.room.window.tabs
    assert tabs.tabText(tabs.currentIndex()) == "Import Jobs"
    click(named(room.room.window, "page_back"))
    room.rest()
    assert room.room.window.state().page == "import_jobs"
    room.jobs.grid.setFocus()
    room.room.press("Home", room.room.window)
    room.room.press("Return", room.room.window)
    room.room.until(lambda: room.room.window.state().page == "import_check")
    room.rest()
    assert room.line("CR-11", repaired=True).isVisible()
