"""Passwords: where they are looked for and kept, in every state a password store can be in."""

import io

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordDeleteError

from app import logs
from app.config import DatabaseSettings, LmsSettings, LrsSettings, Settings
from app.errors import AppError, InputError
from app.secrets import Kept, Secrets, StoreState, host_for
from ui.main import main

PASSWORD = "Sixteen-Letters!"
HOST = "lrs.invalid"


class Store(KeyringBackend):
    """A password store in memory that can be told to misbehave; stands for the desktop's own."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.failure: Exception | None = None
        self.fails_at: set[str] = {"get", "set", "delete"}
        self.asked = 0

    def _do(self, what: str) -> None:
        self.asked += 1
        if self.failure is not None and what in self.fails_at:
            raise self.failure

    def get_password(self, service: str, username: str) -> str | None:
        self._do("get")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._do("set")
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._do("delete")
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")


class Forgetful(Store):
    """Says yes and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


def using(backend: KeyringBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    # keyring itself remembers which back-end is in use; this puts the former one back afterwards.
    monkeypatch.setattr("keyring.core._keyring_backend", backend)
    assert keyring.get_keyring() is backend


@pytest.fixture
def store(monkeypatch):
    backend = Store()
    using(backend, monkeypatch)
    return backend


@pytest.fixture
def no_store(monkeypatch):
    using(NoKeyring(), monkeypatch)


@pytest.fixture(autouse=True)
def _clean_mask(monkeypatch):
    monkeypatch.setattr(logs, "_secrets", set())
    monkeypatch.setattr(logs, "_secret_pattern", None)


class TestWithAStore:
    def test_what_is_set_is_there_in_the_next_session(self, store):
        assert Secrets({}).set("lrs_password", PASSWORD, host=HOST) is Kept.STORE
        assert Secrets({}).get("lrs_password", host=HOST) == PASSWORD
        assert list(store.held) == [(f"Learner Manager ({HOST})", "lrs_password")]

    def test_another_host_has_secrets_of_its_own(self, store):
        secrets = Secrets({})
        secrets.set("lrs_password", PASSWORD, host=HOST)
        assert secrets.get("lrs_password", host="other.invalid") is None
        assert secrets.get("lrs_certificate_password", host=HOST) is None

    def test_what_was_never_set_is_none(self, store):
        assert Secrets({}).get("lms_token", host=HOST) is None

    def test_a_newer_one_from_another_window_is_seen(self, store):
        secrets, other = Secrets({}), Secrets({})
        secrets.set("lrs_password", PASSWORD, host=HOST)
        other.set("lrs_password", "Another-One-Here", host=HOST)
        assert secrets.get("lrs_password", host=HOST) == "Another-One-Here"

    def test_forgetting_removes_it_and_forgetting_nothing_is_no_failure(self, store):
        secrets = Secrets({})
        secrets.set("lrs_password", PASSWORD, host=HOST)
        secrets.forget("lrs_password", host=HOST)
        secrets.forget("lrs_password", host=HOST)
        assert store.held == {}
        assert secrets.get("lrs_password", host=HOST) is None

    def test_it_is_available(self, store):
        assert Secrets({}).store_state() is StoreState.AVAILABLE
        assert "never in a file" in StoreState.AVAILABLE.sentence

    def test_the_demo_passes_it_by(self, store):
        secrets = Secrets({})
        secrets.set_for_session("lrs_password", PASSWORD, host="localhost")
        assert secrets.get("lrs_password", host="localhost") == PASSWORD
        assert store.asked == 0


class TestOrder:
    def test_session_then_environment_then_store(self, store):
        environment = {"LEARNER_MANAGER_SECRET_LRS_PASSWORD": "from environment"}
        Secrets({}).set("lrs_password", "from the store", host=HOST)
        secrets = Secrets(environment)
        assert secrets.get("lrs_password", host=HOST) == "from environment"
        secrets.set_for_session("lrs_password", "from the session", host=HOST)
        assert secrets.get("lrs_password", host=HOST) == "from the session"
        environment.clear()
        assert Secrets(environment).get("lrs_password", host=HOST) == "from the store"

    def test_the_environment_needs_no_store(self, no_store):
        secrets = Secrets({"LEARNER_MANAGER_SECRET_LMS_TOKEN": "0f" * 16})
        assert secrets.get("lms_token", host=HOST) == "0f" * 16


class TestWithoutAStore:
    def test_it_is_kept_for_the_session(self, no_store):
        secrets = Secrets({})
        assert secrets.store_state() is StoreState.NONE
        assert "until you leave the program" in secrets.store_state().sentence
        assert secrets.get("lrs_password", host=HOST) is None
        assert secrets.set("lrs_password", PASSWORD, host=HOST) is Kept.SESSION
        assert secrets.get("lrs_password", host=HOST) == PASSWORD
        assert secrets.get("lrs_password", host="other.invalid") is None
        assert Secrets({}).get("lrs_password", host=HOST) is None
        secrets.forget("lrs_password", host=HOST)
        assert secrets.get("lrs_password", host=HOST) is None

    def test_a_service_that_went_away_counts_as_none(self, store):
        store.failure = NoKeyringError("gone")
        secrets = Secrets({})
        assert secrets.get("lrs_password", host=HOST) is None
        assert secrets.set("lrs_password", PASSWORD, host=HOST) is Kept.SESSION
        assert secrets.store_state() is StoreState.NONE


@pytest.mark.parametrize(
    "failure",
    [
        KeyringLocked("Failed to unlock the collection!"),
        InitError("Failed to create the collection: Prompt dismissed.."),
        RuntimeError("D-Bus is not what it was"),
        OSError(5, "I/O error"),
        TypeError(f"cannot keep {PASSWORD}"),
    ],
)
class TestALockedOrBrokenStore:
    def test_it_says_so_with_a_next_step_and_repeats_nothing(self, store, failure):
        store.failure = failure
        with pytest.raises(AppError) as caught:
            Secrets({}).get("lrs_password", host=HOST)
        assert "password store" in caught.value.message
        assert caught.value.hint
        assert PASSWORD not in str(caught.value)
        assert Secrets({}).store_state() is StoreState.LOCKED

    def test_what_is_typed_is_kept_for_the_session_all_the_same(self, store, failure):
        store.failure = failure
        secrets = Secrets({})
        assert secrets.set("lrs_password", PASSWORD, host=HOST) is Kept.SESSION
        assert secrets.get("lrs_password", host=HOST) == PASSWORD

    def test_also_if_it_fails_half_way(self, store, failure):
        store.failure, store.fails_at = failure, {"get"}
        secrets = Secrets({})
        assert secrets.set("lrs_password", PASSWORD, host=HOST) is Kept.SESSION
        assert store.held
        assert secrets.get("lrs_password", host=HOST) == PASSWORD

    def test_forgetting_cannot_be_promised(self, store, failure):
        secrets = Secrets({})
        secrets.set("lrs_password", PASSWORD, host=HOST)
        store.failure, store.fails_at = failure, {"delete"}
        with pytest.raises(AppError):
            secrets.forget("lrs_password", host=HOST)


def test_a_store_that_only_pretends_is_found_out(monkeypatch):
    using(Forgetful(), monkeypatch)
    secrets = Secrets({})
    assert secrets.set("lrs_password", PASSWORD, host=HOST) is Kept.SESSION
    assert secrets.get("lrs_password", host=HOST) == PASSWORD


@pytest.mark.parametrize("value", ["", "   ", "two\nlines", "nul\0", "x" * 1001, "half \ud800"])
def test_what_is_no_password_is_refused(store, value):
    with pytest.raises(InputError, match="LRS password") as caught:
        Secrets({}).set("lrs_password", value, host=HOST)
    assert caught.value.field == "lrs_password"
    assert store.held == {}


def test_unknown_names_are_refused_with_the_known_ones(store):
    for call in (
        lambda: Secrets({}).get("password", host=""),
        lambda: Secrets({}).set("password", PASSWORD, host=""),
        lambda: Secrets({}).forget("password", host=""),
        lambda: host_for("password", Settings()),
    ):
        with pytest.raises(InputError, match="lrs_password, lrs_certificate_password"):
            call()


def test_which_host_a_secret_is_for():
    settings = Settings(
        lrs=LrsSettings(url="https://lrs.invalid/LearnerServiceR9.svc"),
        lms=LmsSettings(url="https://moodle.invalid"),
        database=DatabaseSettings(url="postgresql+psycopg://clerk@db.invalid/learners"),
    )
    assert host_for("lrs_password", settings) == "lrs.invalid"
    assert host_for("lrs_certificate_password", settings) == "lrs.invalid"
    assert host_for("lms_token", settings) == "moodle.invalid"
    assert host_for("database_password", settings) == "db.invalid"


def test_nothing_shows_a_secret(store, no_store):
    secrets = Secrets({})
    secrets.set("lrs_password", PASSWORD, host=HOST)
    assert PASSWORD not in repr(secrets)
    assert PASSWORD not in logs.mask(f"signing in with {PASSWORD}")


def test_secrets_that_are_read_are_masked_too(store):
    store.held[f"Learner Manager ({HOST})", "lms_token"] = "0123456789abcdef"
    Secrets({}).get("lms_token", host=HOST)
    assert logs.mask("token 0123456789abcdef") == "token [secret]"


class TestTheCommand:
    """`secret set`: what it says where nothing could be kept."""

    def told(self, monkeypatch, tmp_path, capsys) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        status = main(["--data", str(tmp_path), "secret", "set", "lrs_password"])
        out, err = capsys.readouterr()
        assert PASSWORD not in out + err
        assert (status == 0) is (not err)
        return err

    def test_a_store_that_is_locked_is_not_called_missing(self, store, monkeypatch, tmp_path, capsys):
        store.failure = KeyringLocked("Failed to unlock the collection!")
        told = self.told(monkeypatch, tmp_path, capsys)
        assert told == (
            "This computer's password store is locked, so nothing was kept. Unlock it and try again, or give the "
            "secret as LEARNER_MANAGER_SECRET_LRS_PASSWORD instead.\n"
        )
        store.failure = None
        assert self.told(monkeypatch, tmp_path, capsys) == ""
        assert list(store.held.values()) == [PASSWORD]

    def test_no_store_at_all(self, no_store, monkeypatch, tmp_path, capsys):
        told = self.told(monkeypatch, tmp_path, capsys)
        assert told.startswith("This computer has no password store, so nothing was kept. Give the secret as")

    def test_a_store_that_forgets(self, monkeypatch, tmp_path, capsys):
        using(Forgetful(), monkeypatch)
        assert "took the secret and did not give it back" in self.told(monkeypatch, tmp_path, capsys)
