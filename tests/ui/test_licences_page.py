"""The Licences page over a real database."""

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QWidget

from app import access, licences
from app.access import Permission, Role
from app.changes import Changes, Topic
from app.dates import shown
from app.licence_row import Licence, LicenceRow
from tests.builders import user_with
from tests.ui.dialog_room import (
    as_user,
    child,
    click,
    clipped,
    open_runner,
    opened,
    press,
    type_text,
    unnamed,
    write_into,
)
from tests.ui.load_room import held_up
from ui.hub import Hub
from ui.look.fonts import set_scale
from ui.look.tokens import theme
from ui.pages.licences import LicencesPage
from ui.pages.licences_card import LicenceCard

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
PLR, LRS = Licence.PLR_IMPORT, Licence.LRS_CERTIFIED


@pytest.fixture
def hub(qapp):
    hub = Hub()
    hub.heard = []
    hub.announced.connect(hub.heard.append)
    return hub


@pytest.fixture
def page(qtbot, context, hub):
    """Opens the page for a user, read and ready."""
    with open_runner() as runner:

        def open_page(context=context, width: int = 1366) -> LicencesPage:
            page = LicencesPage(context, runner, hub)
            page.resize(width, 768)
            opened(qtbot, page)
            qtbot.waitUntil(lambda: all(card.wanted is not None for card in page.cards.values()))
            return page

        yield open_page


def rows(context) -> dict[Licence, LicenceRow]:
    with context.db.read() as tx:
        return {row.code: row for row in access.licences(tx)}


def switch(card: LicenceCard, to: str) -> None:
    click(child(card.switch, QAbstractButton, to))


def save_of(card: LicenceCard) -> QPushButton:
    return child(card, QPushButton, "licence_save")


def reason(card: LicenceCard) -> str:
    return child(card, QLabel, "licence_reason").text()


def edit_of(card: LicenceCard, name: str) -> QLineEdit:
    return child(card, QLineEdit, name)


def test_a_new_database_has_both_off_and_says_so(page):
    shown_page = page()
    for card in shown_page.cards.values():
        assert card.tag.text == "Off"
        assert reason(card) == "It is off, so nobody can download or update. Switch it on and save."
        assert not save_of(card).isEnabled()
        assert save_of(card).toolTip() == "Nothing was changed."
    assert "both licences" in " ".join(label.text() for label in shown_page.findChildren(QLabel))


def test_switching_on_is_saved_and_announced(page, context, hub, qtbot):
    card = page().cards[PLR]
    switch(card, "on")
    write_into(edit_of(card, "note"), "Contract 7")
    assert save_of(card).property("kind") == "primary"
    click(save_of(card))
    qtbot.waitUntil(lambda: card.tag.text == "On")
    assert hub.heard == [Changes.of(Topic.LICENCES)]
    assert rows(context)[PLR].is_on
    assert rows(context)[PLR].note == "Contract 7"
    assert reason(card) == "It is on, without an end."
    assert not save_of(card).isEnabled()


def test_a_certification_says_who_whom_and_when(page, context, qtbot):
    card = page().cards[LRS]
    switch(card, "on")
    for name, text, words in (
        ("organisation", "Northfold College", "Say which organisation is certified."),
        ("certified_on", "1/9/2026", "Say since which day."),
        ("certified_by", "The LRS desk", "Say who certified it."),
    ):
        click(save_of(card))
        qtbot.waitUntil(lambda name=name, words=words: card.fields[name].error.startswith(words))
        assert edit_of(card, name).hasFocus()
        type_text(text)
        assert card.fields[name].error == ""
    click(save_of(card))
    qtbot.waitUntil(lambda: card.tag.text == "On")
    row = rows(context)[LRS]
    assert (row.organisation, row.certified_on, row.certified_by) == (
        "Northfold College",
        date(2026, 9, 1),
        "The LRS desk",
    )


def test_an_end_in_the_past_is_said(page, context, qtbot):
    card = page().cards[PLR]
    yesterday = date.today() - timedelta(days=1)
    switch(card, "on")
    write_into(edit_of(card, "valid_until"), yesterday.isoformat())
    click(save_of(card))
    qtbot.waitUntil(lambda: card.tag.text == "Ended")
    assert reason(card).startswith(f"It ended on {shown(yesterday)}, so nobody can download or update.")
    later = date.today() + timedelta(days=30)
    write_into(edit_of(card, "valid_until"), shown(later))
    click(save_of(card))
    qtbot.waitUntil(lambda: card.tag.text == "On")
    assert reason(card) == f"It is on until {shown(later)}."


def test_an_end_that_is_near_is_warned_of(page, context, qtbot):
    card = page().cards[PLR]
    switch(card, "on")
    soon = date.today() + timedelta(days=5)
    write_into(edit_of(card, "valid_until"), shown(soon))
    click(save_of(card))
    qtbot.waitUntil(lambda: card.tag.text == "Ends soon")
    words = f"The licence AttainmentsPLRImport ends on {shown(soon)}, in 5 days. Nobody can download after that day."
    assert reason(card).startswith(words)
    qtbot.waitUntil(lambda: clipped(card) == [])  # once it is laid out with these words


def test_a_day_that_there_is_not_is_not_saved(page, context):
    card = page().cards[PLR]
    write_into(edit_of(card, "valid_until"), "31/02/2027")
    click(save_of(card))
    assert card.fields["valid_until"].error.startswith("No such day.")
    assert rows(context)[PLR].version == 1


def test_somebody_else_was_faster(page, context, qtbot):
    card = page().cards[PLR]
    switch(card, "on")
    licences.save(
        context.db,
        context.user,
        LicenceRow(PLR, False, "other", None, None, None, None, rows(context)[PLR].version),
    )
    click(save_of(card))
    qtbot.waitUntil(card.banner.isVisible)
    assert card.banner.accessibleName() == "Somebody else changed this licence."
    assert not rows(context)[PLR].is_on
    click(child(card, QPushButton, "licence_reload"))
    qtbot.waitUntil(lambda: edit_of(card, "note").text() == "other")
    assert not card.banner.isVisible()
    assert card.switch.value == "off"


def test_what_is_typed_in_one_card_survives_saving_the_other(page, qtbot):
    shown_page = page()
    first, second = shown_page.cards[PLR], shown_page.cards[LRS]
    write_into(edit_of(second, "organisation"), "Northfold")
    switch(first, "on")
    click(save_of(first))
    qtbot.waitUntil(lambda: first.tag.text == "On")
    assert edit_of(second, "organisation").text() == "Northfold"
    assert save_of(second).isEnabled()


def test_nothing_is_typed_that_the_save_under_way_would_throw_away(page, runner, qtbot):
    card = page().cards[LRS]
    write_into(edit_of(card, "organisation"), "Northfold")
    with held_up(runner):
        click(save_of(card))
        assert edit_of(card, "organisation").isReadOnly()
        assert not card.switch.isEnabled()
    qtbot.waitUntil(lambda: not edit_of(card, "organisation").isReadOnly())
    assert edit_of(card, "organisation").text() == "Northfold"


def test_a_change_elsewhere_is_shown(page, context, hub, qtbot):
    card = page().cards[PLR]
    row = rows(context)[PLR]
    licences.save(context.db, context.user, LicenceRow(PLR, True, None, None, None, None, None, row.version))
    hub.announce(Changes.of(Topic.LICENCES))
    qtbot.waitUntil(lambda: card.tag.text == "On")
    assert card.switch.value == "on"


def test_without_the_role_it_can_be_read_only(page, context, qtbot):
    shown_page = page(as_user(context, user_with(context.db, Role.ENROLMENT_MANAGER, Role.PLR_ADMIN)))
    banner = child(shown_page, QWidget, "licences_banner")
    assert banner.isVisible()
    assert banner.accessibleDescription() == "Needs the role Administrator. Ask an administrator."
    card = shown_page.cards[PLR]
    assert not card.switch.isEnabled()
    assert not save_of(card).isEnabled()
    assert save_of(card).toolTip() == banner.accessibleDescription()
    write_into(edit_of(card, "note"), "x")
    assert edit_of(card, "note").text() == ""


def test_a_role_taken_away_meanwhile_is_refused_by_the_program_itself(page, context, qtbot):
    from app.db.tables import user_role

    card = page().cards[PLR]
    switch(card, "on")
    with context.db.write() as tx:
        tx.execute(user_role.delete().where(user_role.c.user_id == context.user.id))
    click(save_of(card))
    qtbot.waitUntil(card.banner.isVisible)
    assert card.banner.accessibleName() == f"You cannot {Permission.ADMINISTER}."
    assert not rows(context)[PLR].is_on


def test_by_keyboard_alone(page, context, qtbot):
    card = page().cards[PLR]
    child(card.switch, QAbstractButton, "off").setFocus()
    press(Qt.Key.Key_Right)
    assert card.switch.value == "on"
    press(Qt.Key.Key_Tab)
    type_text("by hand")
    for _ in range(3):  # the day, its calendar, Save
        press(Qt.Key.Key_Tab)
    assert save_of(card).hasFocus()
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: card.tag.text == "On")
    assert rows(context)[PLR].note == "by hand"


@pytest.mark.parametrize(("size", "width"), [(1.0, 1366), (1.0, 900), (2.0, 1366)])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_has_a_name_and_nothing_is_clipped(page, qtbot, mode, size, width):
    theme().set_mode(mode)
    set_scale(size)
    shown_page = page(width=width)
    card = shown_page.cards[LRS]
    switch(card, "on")
    click(save_of(card))
    qtbot.waitUntil(lambda: card.fields["organisation"].error != "")
    assert unnamed(shown_page) == []
    assert clipped(shown_page) == []
    assert shown_page.width() == width
