"""Where learners are kept: typed, tried out against a real server, saved; at the first start, and when one fails."""

import socket
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app import config
from app.config import DatabaseSettings
from app.context import AppContext
from app.database_place import Server as Place
from app.database_place import server_of, try_out
from app.db.database import Database
from app.db.tables import learner
from app.db.upgrade import NEWEST, revision
from app.errors import OfflineError, UpgradeNeededError
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import attempt, is_first
from app.tasks import TaskContext
from tests.app.test_secrets import Store
from tests.certificates import certificates
from tests.db import older
from tests.db.postgresql import OWNER, STRANGER, Server
from tests.ui.dialog_room import ACCEPTED, REJECTED, child, click, gone, opened, press, write_into
from ui.dialogs.database_place import DatabaseDialog
from ui.starting import StartDialog

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]


def fill(dialog: DatabaseDialog, **texts: str) -> None:
    for name, text in texts.items():
        write_into(dialog.fields.fields[name].focus, text)


def answer(qtbot: QtBot, dialog: DatabaseDialog, button: QPushButton) -> str:
    click(button)
    qtbot.waitUntil(lambda: dialog._task is None, timeout=20_000)
    return f"{dialog.banner.accessibleName()} {dialog.banner.accessibleDescription()}"


def test_a_server_is_named_tried_out_and_saved(qtbot, context: AppContext, runner, server: Server, store: Store):
    settings = context.settings.database
    dialog = opened(qtbot, DatabaseDialog(None, runner, context.folder, settings, context.secrets))
    assert not dialog.fields.isVisible()
    press(Qt.Key.Key_Down)  # from "On this computer" to "On a shared server"
    assert child(dialog, QRadioButton, "database_there").isChecked()
    assert dialog.fields.isVisible()
    fill(dialog, host="127.0.0.1", port="port", database="postgres", user=STRANGER)
    click(dialog.save_button)
    assert "number" in dialog.fields.fields["port"].error
    fill(dialog, port=str(server.port))
    assert "asks for a password" in answer(qtbot, dialog, dialog.test_button)
    fill(dialog, password="wrong")
    assert "does not accept this user name and password" in answer(qtbot, dialog, dialog.test_button)
    fill(dialog, password="nobody-knows", database="nowhere")
    assert "no database of this name" in answer(qtbot, dialog, dialog.save_button)
    assert dialog.save_button.text() == "Save Anyway"
    assert config.load(context.folder.path).database.url == ""
    fill(dialog, port="1")
    assert dialog.save_button.text() == "Save"
    assert "cannot be reached" in answer(qtbot, dialog, dialog.test_button)
    with server.database() as address:
        name = address.rpartition("/")[2]
        fill(dialog, port=str(server.port), database=name)
        assert "may not make them" in answer(qtbot, dialog, dialog.test_button)
        server.run(f"grant all on schema public to {STRANGER}", name)
        click(dialog.save_button)
        qtbot.waitUntil(lambda: dialog._task is None)
        assert dialog.ended == ACCEPTED, dialog.banner.accessibleName() + dialog.banner.accessibleDescription()
    kept = config.load(context.folder.path).database
    assert kept.url == f"postgresql+psycopg://{STRANGER}@127.0.0.1:{server.port}/{name}"
    assert "nobody-knows" in store.held.values()
    assert "nobody-knows" not in context.folder.settings_file.read_text()
    assert server_of(kept) == Place("127.0.0.1", server.port, name, STRANGER)


def test_a_server_that_is_away_is_saved_anyway_by_keys_once_that_was_told(qtbot, context: AppContext, runner):
    """Enter asks first and saves nothing; what is typed then is asked about again; the second Enter saves it."""
    settings = context.settings.database
    dialog = opened(qtbot, DatabaseDialog(None, runner, context.folder, settings, context.secrets))
    press(Qt.Key.Key_Down)

    def enter() -> str:
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: dialog._task is None, timeout=20_000)
        return f"{dialog.banner.accessibleName()} {dialog.banner.accessibleDescription()}"

    fill(dialog, host="127.0.0.1", port="1", database="first", user=OWNER)
    assert "It was not saved. Save it anyway" in enter()
    assert dialog.save_button.text() == "Save Anyway"
    fill(dialog, database="other")
    assert dialog.save_button.text() == "Save"
    assert "It was not saved" in enter()
    assert config.load(context.folder.path).database == settings
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: gone(dialog))
    assert dialog.ended == ACCEPTED
    kept = server_of(config.load(context.folder.path).database)
    assert kept == Place("127.0.0.1", 1, "other", OWNER)


def test_what_is_found_on_a_server_in_words(server: Server, tmp_path: Path):
    with server.database() as address:
        name = address.rpartition("/")[2]
        here = Place("127.0.0.1", server.port, name, OWNER).settings(DatabaseSettings())
        assert "is empty" in try_out(TaskContext(), here, Secrets({})).message
        attempt(TaskContext(), DataFolder(tmp_path), address)
        found = try_out(TaskContext(), here, Secrets({}))
        assert found.works
        assert "Administrator" in found.hint
        other = Place("127.0.0.1", server.port, name, STRANGER).settings(DatabaseSettings())
        stranger = Secrets({"LEARNER_MANAGER_SECRET_DATABASE_PASSWORD": "nobody-knows"})
        server.run(f"grant select on all tables in schema public to {STRANGER}", name)
        assert "not a user of the database" in try_out(TaskContext(), other, stranger).message
        server.run("update alembic_version set version_num = '0005'", name)
        assert "brought up to date" in try_out(TaskContext(), here, Secrets({})).message
        assert "Ask whoever owns it" in try_out(TaskContext(), other, stranger).hint
        with pytest.raises(UpgradeNeededError, match="brought up to date"):
            attempt(TaskContext(), DataFolder(tmp_path), address)
        server.run("update alembic_version set version_num = '9999'", name)
        assert "newer version" in try_out(TaskContext(), other, stranger).message
        server.run("alter user lm_stranger connection limit 0")
        assert "no room for another connection" in try_out(TaskContext(), other, stranger).message
        server.run("alter user lm_stranger connection limit -1")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("server", "is empty"),
        ("server_expired", "has expired"),
        ("server_wrong_host", "another computer"),
        ("server_stranger", "authority that this computer does not trust"),
    ],
)
def test_the_certificate_of_the_server(server: Server, kind: str, words: str):
    made = certificates()
    file = server.folder / "data" / "server.pem"
    server.put(file, getattr(made, kind).read_bytes())
    server.run(f"alter system set ssl_cert_file = '{file}'")
    server.run(f"alter system set ssl_key_file = '{file}'")
    server.run("alter system set ssl = on")
    server.run("select pg_reload_conf()")
    try:
        with server.database() as address:
            url = f"{address}?sslmode=verify-full&sslrootcert={made.ca_file}"
            wait_for_tls(server)
            found = try_out(TaskContext(), DatabaseSettings(url=url), Secrets({}))
        assert words in found.message
        assert found.works == (kind == "server")
    finally:
        server.run("alter system reset all")
        server.run("select pg_reload_conf()")


def wait_for_tls(server: Server) -> None:
    for _ in range(200):
        if server.run("show ssl") == [("on",)]:
            return
    raise AssertionError("the server speaks no TLS")


def test_the_first_start_asks_and_enter_begins_on_this_computer(qtbot, runner, tmp_path: Path):
    folder = DataFolder(tmp_path / "new")
    assert is_first(folder)
    assert not is_first(folder, "postgresql+psycopg://ann@db.example/lm")
    folder.make()
    dialog = opened(qtbot, DatabaseDialog(None, runner, folder, DatabaseSettings(), Secrets({}), first=True))
    assert dialog.accessibleName() == "Where shall learners be kept?"
    assert child(dialog, QRadioButton, "database_here").hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.ended == ACCEPTED)
    assert config.load(folder.path).database.url == ""


def test_days_by_their_rule_and_a_server_that_does_not_work_saved_anyway(
    qtbot, context: AppContext, runner, store: Store
):
    settings = context.settings.database
    dialog = opened(qtbot, DatabaseDialog(None, runner, context.folder, settings, context.secrets))
    for typed in ("0", "3651", "x"):
        write_into(dialog.days.focus, typed)
        click(dialog.save_button)
        assert dialog.days.error == "Allowed is a whole number from 1 to 3650."
    press(Qt.Key.Key_Escape)
    dialog = opened(qtbot, DatabaseDialog(None, runner, context.folder, settings, context.secrets))
    child(dialog, QRadioButton, "database_there").click()
    fill(dialog, host="127.0.0.1", port="1", database="later", user="ann")
    assert "It was not saved" in answer(qtbot, dialog, dialog.save_button)
    assert config.load(context.folder.path).database.url == ""
    click(dialog.save_button)
    qtbot.waitUntil(lambda: dialog.ended == ACCEPTED)
    assert config.load(context.folder.path).database.url == "postgresql+psycopg://ann@127.0.0.1:1/later"


def test_a_dialog_that_is_closed_while_it_saves_says_what_became_of_it(
    qtbot, runner, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
):
    """Closed while the password is on its way into the store: that is not taken back, so the answer was given."""
    folder, answered, asked = DataFolder(tmp_path), Event(), Event()
    folder.make()
    put = store.set_password
    monkeypatch.setattr(store, "set_password", lambda *words: (asked.set(), answered.wait(10), put(*words)))
    dialog = opened(qtbot, DatabaseDialog(None, runner, folder, DatabaseSettings(), Secrets({}), first=True))
    child(dialog, QRadioButton, "database_there").click()
    fill(dialog, host="127.0.0.1", port="1", database="later", user="ann", password="nobody-knows")
    answer(qtbot, dialog, dialog.save_button)
    click(dialog.save_button)
    qtbot.waitUntil(asked.is_set)
    press(Qt.Key.Key_Escape)
    assert dialog.ended == []
    assert dialog.banner.accessibleName() == "Stopping…"
    answered.set()
    qtbot.waitUntil(lambda: dialog.ended == ACCEPTED)
    assert config.load(folder.path).database.url == "postgresql+psycopg://ann@127.0.0.1:1/later"
    assert "nobody-knows" in store.held.values()


def test_a_dialog_that_is_closed_while_it_tries_out_saves_nothing(qtbot, runner, tmp_path: Path, store: Store):
    folder = DataFolder(tmp_path)
    folder.make()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dialog = opened(qtbot, DatabaseDialog(None, runner, folder, DatabaseSettings(), Secrets({}), first=True))
        child(dialog, QRadioButton, "database_there").click()
        port = str(silent.getsockname()[1])
        fill(dialog, host="127.0.0.1", port=port, database="lm", user="ann", password="nobody-knows")
        click(dialog.save_button)
        line, _ = silent.accept()
        press(Qt.Key.Key_Escape)
        assert dialog.ended == []
        line.close()
        qtbot.waitUntil(lambda: dialog.ended == REJECTED)
    assert config.load(folder.path).database.url == ""
    assert store.held == {}


def test_a_start_that_does_not_go_offers_to_try_again_and_to_upgrade(
    qtbot, runner, server: Server, tmp_path: Path, store: Store
):
    folder = DataFolder(tmp_path)
    with server.database() as address:
        attempt(TaskContext(), folder, address)
        config.save(folder.path, config.Settings(database=DatabaseSettings(url=address)))
        error = OfflineError("The database server cannot be reached.", hint="Check the network.")
        dialog = opened(qtbot, StartDialog(runner, folder, "", error, Secrets()))
        assert dialog.settings_button.isVisible()
        assert dialog.again_button.text() == "Try Again"
        with server.away():
            press(Qt.Key.Key_Return)
            qtbot.waitUntil(lambda: dialog._task is None, timeout=20_000)
            assert dialog.ended == []
        dialog.tell(UpgradeNeededError("This database has to be brought up to date.", hint="You own it."))
        assert dialog.again_button.text() == "Bring Up to Date"
        assert dialog.close_button.hasFocus(), "Enter must not begin it"
        click(dialog.again_button)
        qtbot.waitUntil(lambda: dialog.ended == ACCEPTED, timeout=20_000)


def test_a_database_of_an_older_version_is_brought_up_to_date_by_the_dialog(
    qtbot, runner, server: Server, tmp_path: Path, store: Store
):
    """A real one of then, with people in it: refused, agreed to, upgraded in a task, and it would start."""
    folder = DataFolder(tmp_path)
    with server.database() as address:
        with closing(Database(address)) as db:
            older.build(db, "0003")
        with pytest.raises(UpgradeNeededError) as needed:
            attempt(TaskContext(), folder, address)
        dialog = opened(qtbot, StartDialog(runner, folder, address, needed.value, Secrets({})))
        assert "Make a backup first" in dialog.accessibleDescription()
        click(dialog.again_button)
        qtbot.waitUntil(lambda: dialog.ended == ACCEPTED, timeout=20_000)
        with closing(Database(address)) as db, db.read() as tx:
            assert revision(tx) == NEWEST
            assert len(tx.execute(select(learner)).all()) == 3
