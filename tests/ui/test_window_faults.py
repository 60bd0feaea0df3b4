"""Faults as the user meets them in the real window: in the row, in the strip, in a banner, in a question."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from keyring.errors import KeyringLocked
from PySide6.QtWidgets import QLabel, QPushButton

from app.config_rules import WEEKDAYS
from app.context import AppContext
from app.dates import shown
from app.sandbox.lrs import LrsSandbox
from app.secrets import Secrets
from tests.app.test_secrets import Store, using
from tests.connectors.test_client_certificate import made, packed
from tests.ui.conftest import Room, Rooms, answering, named, settings_of
from tests.ui.dialog_room import click
from tests.ui.test_window_plr import note, title


def with_settings(**other: object) -> Callable[[AppContext], None]:
    def prepare(context: AppContext) -> None:
        context.settings = replace(context.settings, lrs=replace(context.settings.lrs, **other))

    return prepare


def texts(window) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def banner(room: Room):
    return room.window.learners.certificate_banner


@pytest.mark.parametrize(
    ("fault", "code", "sentence", "step"),
    [
        ("html", "LOCAL23", "the network may ask you to sign in first, in a web browser.", "Press Refresh Failed"),
        ("truncated", "LOCAL24", "The answer was cut off.", "Press Refresh Failed later."),
        ("wrong-learner", "LOCAL26", "The answer was for another learner, and was thrown away.", "Press Refresh"),
        ("domain-WSEC0001", "WSEC0001", "The service could not read the request.", "Correct the learner's details"),
        ("answer-WSEC0206", "WSEC0206", "The learner has chosen not to share the record.", "privacy notice"),
    ],
)
def test_a_row_says_what_happened_and_what_to_do(
    rooms: Rooms, lrs: LrsSandbox, fault: str, code: str, sentence: str, step: str
):
    room = rooms(3)
    lrs.set_fault(fault)
    page = room.download()
    answers = [page.session.row(key).answer for key in page.grid.keys]
    place = next(n for n, one in enumerate(answers) if not one.error_code.startswith("LOCAL0"))
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(place, 2)).center())
    room.at_rest()
    cells = [page.grid.model().index(place, column).data() for column in range(page.grid.model().columnCount())]
    assert code in cells
    said = texts(page.pane)
    assert sentence in said
    assert step in said
    assert any(sentence in str(cell) for cell in cells)
    room.close_plr()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("wrong-password", "The organisation password is wrong. An administrator puts it right in Settings"),
        ("out-of-hours", "The service is closed at this hour. Press Refresh Failed later."),
        ("maintenance", "closed for maintenance. Press Refresh Failed when it is open again."),
        ("forbidden-403", "refused the client certificate (HTTP status 403). Check it in Settings, PLR/LRS"),
    ],
)
def test_a_stop_says_why_and_what_to_do(rooms: Rooms, lrs: LrsSandbox, fault: str, words: str):
    room = rooms(3)
    lrs.set_fault(fault)
    room.download()
    assert title(room).startswith("Stopped after")
    assert words in note(room)
    room.close_plr()


# ---------------------------------------------------------------------------------------- the end of a certificate


def certificate(folder: Path, days: float, lrs: LrsSandbox) -> str:
    file = folder / "college.p12"
    file.write_bytes(packed(*made(begins=-400, ends=days), lrs.info.certificate_password))
    return str(file)


def test_a_certificate_with_a_year_to_go_is_not_worth_a_word(room: Room):
    banner(room).look()
    room.at_rest()
    assert not banner(room).isVisible()


def test_a_certificate_that_ends_soon_is_announced_without_anybody_testing(
    rooms: Rooms, lrs: LrsSandbox, tmp_path: Path
):
    before = datetime.now(UTC)
    room = rooms(3, prepare=with_settings(certificate_file=certificate(tmp_path, 10.5, lrs)))
    room.until(banner(room).isVisible)
    # It was made between the two, and midnight may be there too.
    days = {shown((moment + timedelta(days=10.5)).date()) for moment in (before, datetime.now(UTC))}
    assert banner(room).accessibleName() in {
        f"The certificate for the Learning Records Service ends on {day}, in 10 days." for day in days
    }
    assert "Ask the LRS for the next one now" in banner(room).accessibleDescription()
    click(named(banner(room), "open_settings"))
    room.until(lambda: room.window.findChild(QPushButton, "settings_cancel") is not None)
    room.at_rest()
    click(named(room.window, "settings_cancel"))
    room.at_rest()


def test_after_its_end_the_download_refuses_before_any_call(rooms: Rooms, lrs: LrsSandbox, tmp_path: Path):
    room = rooms(3, prepare=with_settings(certificate_file=certificate(tmp_path, -1, lrs)))
    room.until(banner(room).isVisible)
    assert "ended on" in banner(room).accessibleName()
    assert "No download works without the next one." in banner(room).accessibleDescription()
    calls, connections = len(lrs.calls), lrs.connections
    room.download()
    assert "The client certificate ran out on" in note(room)
    assert "Ask the LRS for a new one" in note(room)
    assert (len(lrs.calls), lrs.connections) == (calls, connections)
    room.close_plr()


def test_a_new_certificate_takes_the_banner_away(rooms: Rooms, lrs: LrsSandbox, tmp_path: Path):
    room = rooms(3, prepare=with_settings(certificate_file=certificate(tmp_path, 5, lrs)))
    room.until(banner(room).isVisible)
    room.context.settings = settings_of(lrs)
    banner(room).look()
    room.until(lambda: not banner(room).isVisible())


# ------------------------------------------------------------------------------------------------- operating hours


def test_outside_its_hours_the_download_asks_first(rooms: Rooms, lrs: LrsSandbox):
    today = datetime.now(ZoneInfo("Europe/London")).weekday()
    others = ",".join(day for number, day in enumerate(WEEKDAYS) if number not in {today, (today + 1) % 7})
    room = rooms(3, prepare=with_settings(opens="08:00", closes="18:00", days=others))
    before = len(lrs.calls)
    room.select()
    with answering("back") as asked:
        room.press("Ctrl+D")
    assert len(asked) == 1
    assert "The service is said to be closed now." in asked[0]
    assert "said to be open 08:00 to 18:00" in asked[0]
    room.at_rest()
    assert room.window.plr.window is None
    assert len(lrs.calls) == before
    with answering("download"):
        room.download()
    assert len(lrs.calls) > before
    room.close_plr()


def test_within_its_hours_nobody_is_asked(rooms: Rooms, lrs: LrsSandbox):
    room = rooms(3, prepare=with_settings(opens="00:00", closes="23:59"))
    with answering("back") as asked:
        room.download()
    assert len(asked) <= 1, "the last minute of the day is the only one outside"
    room.close_plr()


# ------------------------------------------------------------------------------------------------- password store


def test_a_password_store_that_locks_half_way(rooms: Rooms, lrs: LrsSandbox, monkeypatch: pytest.MonkeyPatch):
    """The run under way has what it needs; the next one says what to do, and goes on once the store is open."""
    store = Store()
    using(store, monkeypatch)
    secrets = Secrets({})
    host = settings_of(lrs).lrs.host
    secrets.set("lrs_password", lrs.info.password, host=host)
    secrets.set("lrs_certificate_password", lrs.info.certificate_password, host=host)
    room = rooms(12, secrets=secrets)
    lrs.set_latency(100)
    page = room.start_download()
    room.until(lambda: page.session.state()[0] >= 2)
    store.failure = KeyringLocked("Failed to unlock the collection!")
    room.downloaded()
    assert title(room) == "12 learners downloaded"
    with answering("message_close") as asked:
        click(named(room.plr_window, "plr_refresh"))
        room.until(lambda: bool(asked))
        room.downloaded()
    assert "This computer's password store is locked." in asked[0]
    assert "Unlock it" in asked[0]
    assert "under File, Settings" in asked[0]
    store.failure = None
    click(named(room.plr_window, "plr_refresh"))
    room.downloaded()
    assert title(room) == "12 learners downloaded"
    room.close_plr()
