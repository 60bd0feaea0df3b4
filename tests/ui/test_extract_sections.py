"""The page Sections and Set-up: the gate report, its remedies, the forms, Undo; by mouse and by keys."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import insert, select

from app.access import Role
from app.db.tables import enrolment, lms_account, section, user_campus
from app.lms.sections import section as sections
from app.lms.sections import things, things_save
from app.lms.sections.section import Section
from app.lms.sections.things import DEFAULT, SEND_REGISTRATIONS, SEND_SECTIONS, What
from tests.builders import add_campus, user_with
from tests.ui.college_room import LmsRoom, listed, met, serving, use, words_of
from tests.ui.conftest import Rooms
from tests.ui.dialog_room import choose, click, press, type_text, when_asked, write_into
from tests.ui.load_room import full_disk
from ui.dialogs.section_form import SectionDialog
from ui.dialogs.set_up import SetUpDialog
from ui.pages.gate_report import REMEDIES
from ui.pages.sections import SectionsPage

_OF_LEARNER = enrolment.c.learner_id == lms_account.c.learner_id


def page_of(lms: LmsRoom) -> SectionsPage:
    page = lms.show("sections")
    assert isinstance(page, SectionsPage)
    return page


def first(lms: LmsRoom) -> int:
    """The section that enrolling made."""
    with lms.context.db.read() as tx:
        return int(tx.execute(select(section.c.id).order_by(section.c.id).limit(1)).scalar_one())


def picked(lms: LmsRoom) -> SectionsPage:
    page = page_of(lms)
    lms.pick(page, first(lms))
    lms.room.until(lambda: page.pane.settled)
    lms.room.at_rest()
    return page


def failing(page: SectionsPage) -> list[str]:
    return [code for code, line in page.pane.report.lines.items() if line.button.isVisibleTo(page.pane)]


def saved(lms: LmsRoom, dialog) -> None:
    """Press Save, and wait until it is written and read again."""
    click(dialog.save_button)
    lms.room.at_rest()


def set_up(lms: LmsRoom, page: SectionsPage) -> None:
    """A campus, a term and a vendor of it, and a delivery method that is exported, by the dialog."""
    lms.press_action("lms.set_up")
    dialog = lms.dialog("set_up")
    assert isinstance(dialog, SetUpDialog)
    dialog.tabs.setCurrentIndex(1)
    lms.room.at_rest()
    click(dialog.add_new)
    type_text("NORTH")
    saved(lms, dialog)
    campus_id = dialog.form.wanted.id
    assert campus_id is not None
    lms.close(dialog, "set_up_close")
    lms.room.until(lambda: page.pane.settled)
    click(page.pane.report.lines["EX-P1"].button)
    dialog = lms.dialog("set_up")
    assert isinstance(dialog, SetUpDialog)
    assert dialog.what is What.TERM
    box = dialog.form.ticks.findChild(object, f"tick_{campus_id}_{SEND_SECTIONS}")
    click(box)
    click(dialog.form.ticks.findChild(object, f"tick_{campus_id}_{SEND_REGISTRATIONS}"))
    assert dialog.form.ticks.links == {campus_id: frozenset({SEND_SECTIONS, SEND_REGISTRATIONS})}
    saved(lms, dialog)
    dialog.tabs.setCurrentIndex(2)
    lms.room.at_rest()
    write_into(dialog.form.code, "ONLINE")
    dialog.form.export.setFocus()
    press(Qt.Key.Key_Space)
    click(dialog.form.ticks.findChild(object, f"tick_{campus_id}_linked"))
    saved(lms, dialog)
    dialog.tabs.setCurrentIndex(3)
    lms.room.at_rest()
    click(dialog.form.ticks.findChild(object, f"tick_{campus_id}_is_default"))
    saved(lms, dialog)
    lms.close(dialog, "set_up_close")


@pytest.mark.rule("EX-P6")
def test_from_no_gate_to_every_gate_by_the_buttons_of_the_report(lms: LmsRoom):
    page = picked(lms)
    assert failing(page) == list(REMEDIES)
    set_up(lms, page)
    lms.room.until(lambda: page.pane.settled)
    assert failing(page) == list(REMEDIES), "they are those of the owning campus"
    click(page.pane.report.lines["EX-P0"].button)
    form = lms.dialog("section_form")
    assert isinstance(form, SectionDialog)
    choose(form.boxes["owner"], "NORTH")
    choose(form.boxes["delivery_method_id"], "ONLINE")
    saved(lms, form)
    lms.room.until(lambda: page.pane.settled and not page.grid.is_loading)
    lms.room.at_rest()
    assert failing(page) == []
    assert page.pane.report.words.text() == "All 7 gates hold: changes go to the LMS"
    assert str(page.source.rows([first(lms)])[first(lms)].cells[0]) == "All hold"
    lms.press_action("lms.undo_section")
    lms.room.at_rest()
    lms.room.until(lambda: page.pane.settled and "EX-P0" in failing(page))


@pytest.mark.rule("EX-P9")
def test_learners_without_exactly_one_account_are_under_the_gates(lms: LmsRoom):
    page = picked(lms)
    words = page.pane.report.account_words
    assert words.text() == f"{len(lms.enrolled())} learners without exactly one LMS account", "no LMS, no account"
    db, user = lms.context.db, lms.context.user
    north = add_campus(db, "N", "North")
    with db.read() as tx:
        moodle = things.listed(tx, What.VENDOR)[0]
        before = sections.read(tx, first(lms))
        one = tx.execute(select(lms_account.c.id).join(enrolment, _OF_LEARNER)).scalars().first()
    assert before is not None
    things_save.save(db, user, moodle, replace(moodle, links={north: frozenset({DEFAULT})}))
    sections.save(db, user, before, replace(before, owner=north))
    page.refresh()
    lms.room.until(lambda: words.text() == "Every learner enrolled here has exactly one LMS account")
    with db.write() as tx:
        tx.execute(lms_account.update().where(lms_account.c.id == one).values(clash=True))
    page.refresh()
    lms.room.until(lambda: words.text().startswith("1 learner without"))
    click(page.pane.report.accounts)
    lms.dialog("lms_accounts")
    press(Qt.Key.Key_Escape)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)


def test_a_section_is_added_by_keys(lms: LmsRoom):
    add_campus(lms.context.db, "A", "Arts & Crafts")
    page = page_of(lms)
    before = page.shown
    lms.press_action("lms.add_section")
    form = lms.dialog("section_form")
    assert isinstance(form, SectionDialog)
    lms.room.until(lambda: bool(form.further))
    assert "Arts && Crafts" in [box.text() for box in form.further.values()], "no ampersand is lost"
    type_text("NEW-1")
    press(Qt.Key.Key_Tab)
    type_text("A new course")
    press(Qt.Key.Key_Return)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    lms.room.at_rest()
    lms.room.until(lambda: page.shown == before + 1)
    lms.press_action("lms.undo_section")
    lms.room.until(lambda: page.shown == before)


def test_the_set_up_leads_back_to_what_is_wrong_and_what_it_took_back_is_not_taken_back_again(lms: LmsRoom):
    page_of(lms)
    lms.press_action("lms.set_up")
    dialog = lms.dialog("set_up")
    assert isinstance(dialog, SetUpDialog)
    click(dialog.add_new)
    type_text("SPRING")
    saved(lms, dialog)
    row = next(at for at, one in enumerate(listed(dialog, "set_up_list")) if one[0] == "SPRING")
    click(dialog.add_new)
    assert dialog.list.currentIndex().row() == -1, "a new one is no row yet"
    place = dialog.list.visualRect(dialog.list.texts.index(row, 0)).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert dialog.form.code.text() == "SPRING", "back to the row that was current"
    click(dialog.add_new)
    type_text("spring")
    press(Qt.Key.Key_Return)
    lms.room.at_rest()
    assert "There is a term “SPRING” already." in dialog.form.fields["code"].error
    type_text("Autumn")
    assert dialog.form.code.text() == "Autumn", "the keyboard is where it can be mended"
    with full_disk(lms.context):
        press(Qt.Key.Key_Return)
        lms.room.until(lambda: dialog.banner.isVisible() and not dialog.busy)
    assert dialog.focusWidget() is dialog.form.code, "and where it was, if nothing is to be mended"
    press(Qt.Key.Key_Return)
    lms.room.at_rest()
    assert dialog.form.before is not None
    click(dialog.undo_button)
    lms.room.at_rest()
    click(dialog.undo_button)
    lms.room.at_rest()
    assert "SPRING" not in str(listed(dialog, "set_up_list"))
    lms.close(dialog, "set_up_close")
    assert not lms.room.window.actions_.action("lms.undo_section").isEnabled()


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost_unasked(lms: LmsRoom):
    page_of(lms)
    lms.press_action("lms.add_section")
    form = lms.dialog("section_form")
    assert isinstance(form, SectionDialog)
    type_text("X")
    write_into(form.number, "0")
    saved(lms, form)
    assert "from 1 to" in form.fields["number"].error
    asked = when_asked(lms.room.qtbot, "keep")
    press(Qt.Key.Key_Escape)
    assert asked == ["The section is not saved."]
    assert form.isVisible()
    write_into(form.number, "")
    saved(lms, form)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)


@pytest.mark.rule("EX-A3")
def test_who_sees_one_campus_sees_its_sections_and_cannot_change_shared_ones(rooms: Rooms):
    with serving() as sandbox:
        made: dict[str, int] = {}

        def prepare(context):
            use(context, sandbox)
            north, south = add_campus(context.db, "N", "North"), add_campus(context.db, "S", "South")
            made["campus"] = north
            for name, owner, further in (("A", north, ()), ("B", south, ()), ("C", north, (south,))):
                wanted = Section(course_code=name, owner=owner, further=frozenset(further))
                made[name] = sections.save(context.db, context.user, None, wanted).id

        def northern(context):
            user = user_with(context.db, Role.LMS_ADMINISTRATOR)
            with context.db.write() as tx:
                tx.execute(insert(user_campus).values(user_id=user.id, campus_id=made["campus"]))
            return user

        lms = LmsRoom(rooms(further=met, prepare=prepare, as_user=northern), sandbox)
        page = page_of(lms)
        assert set(page.grid.keys) == {made["A"], made["C"]}
        assert page.total == 2
        lms.pick(page, made["C"])
        lms.room.until(lambda: page.pane.settled)
        assert not page.pane._edit.isEnabled()
        assert "campus that is not one of yours" in page.pane._edit.accessibleDescription()
        lms.pick(page, made["A"])
        lms.room.until(lambda: page.pane.settled and page.pane._edit.isEnabled())
        rooms.close_all()


def test_the_empty_page_says_what_it_is_for(rooms: Rooms):
    with serving() as sandbox:
        lms = LmsRoom(rooms(further=met, prepare=lambda context: use(context, sandbox)), sandbox)
        page = page_of(lms)
        assert page.shown == 0
        lms.room.until(lambda: "No sections yet" in words_of(page.grid))
        rooms.close_all()
