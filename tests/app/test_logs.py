"""The log names nobody, and is its owner's alone."""

import faulthandler
import logging
import os
import re
import stat
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import logs
from app.errors import InputError

SECRET = 'Si&teen "L<tt>rs\\ é!'


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    monkeypatch.setattr(logs, "_secrets", set())
    monkeypatch.setattr(logs, "_secret_pattern", None)
    yield
    logs.stop()


def written(folder) -> str:
    return (folder / "logs" / "learner-manager.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("learner 3000000029 asked", "learner [10 digits] asked"),
        ("uln=3000000029&x", "uln=[10 digits]&x"),
        ("x3000000029y", "x[10 digits]y"),
        ("a%203000000029", "a%20[10 digits]"),
        ("३०००००००२९", "[10 digits]"),
        ("operation 30000000291 and 300000002", "operation 30000000291 and 300000002"),
        ("2026-11-23 10:42:00", "2026-11-23 10:42:00"),
        ("to ann.example+x@college.invalid.", "to [e-mail]."),
        ("mailto:ann@college.invalid", "mailto:[e-mail]"),
        ("email=ann%40college.invalid", "email=[e-mail]"),
        ("https://moodle.invalid/rest?wstoken=abc&x=1 failed", "https://moodle.invalid/rest?[query] failed"),
        ("GET /webservice/rest/server.php?wsfunction=f HTTP", "GET /webservice/rest/server.php?[query] HTTP"),
        ("postgresql+psycopg://clerk:word@db.invalid/x", "postgresql+psycopg://[user]@db.invalid/x"),
        ("Why? x = 1", "Why? x = 1"),
    ],
)
def test_what_is_masked_and_what_is_not(text, masked):
    assert logs.mask(text) == masked


@pytest.mark.parametrize(
    "look",
    [
        SECRET,
        repr(SECRET),
        "Si%26teen%20%22L%3Ctt%3Ers%5C%20%C3%A9%21",
        "Si%26teen+%22L%3Ctt%3Ers%5C+%C3%A9%21",
        'Si&amp;teen "L&lt;tt&gt;rs\\ é!',
        '{"password": "Si&teen \\"L<tt>rs\\\\ \\u00e9!"}',
    ],
)
def test_a_registered_secret_is_masked_however_it_is_written(look):
    logs.register(SECRET)
    masked = logs.mask(f"answer: {look}")
    assert "[secret]" in masked
    assert "teen" not in masked


def test_of_two_secrets_the_longer_is_masked_whole():
    logs.register("Sixteen")
    logs.register("Sixteen-Letters!")
    assert logs.mask("Sixteen-Letters! Sixteen") == "[secret] [secret]"


def test_a_very_short_secret_does_not_swallow_the_log():
    logs.register("a")
    logs.register("")
    assert logs.mask("a password of a letter") == "a password of a letter"


@given(st.text(), st.from_regex(r"[1-9]\d{9}", fullmatch=True), st.text())
def test_no_uln_gets_through_whatever_stands_beside_it(before, uln, after):
    masked = logs.mask(f"{before} {uln} {after}")
    assert not re.search(rf"(?<!\d){uln}(?!\d)", masked)


@given(
    st.text("ab@.%?=/: 1", max_size=300), st.sampled_from(["a" * 20_000, "@" * 20_000, "?" * 20_000, "a@" * 9_000])
)
def test_masking_copes_with_any_text(text, long):
    logs.mask(text)
    logs.mask(long)


def test_messages_arguments_and_traces_are_masked(tmp_path):
    logs.register("Sixteen-Letters!")
    logs.start(tmp_path / "logs")
    log = logging.getLogger("app.test")
    said = "bad answer for Fenwick 3000000029 with Sixteen-Letters!"
    log.info("asking for %s of %s", 3000000029, "ann@college.invalid")
    try:
        raise ValueError(said)
    except ValueError:
        log.info("failed", exc_info=True)
    text = written(tmp_path)
    assert "asking for [10 digits] of [e-mail]" in text
    assert "raise ValueError(said)\n" in text
    assert text.endswith("ValueError\n"), "the kind, not what it says: that may be a name"
    assert "3000000029" not in text
    assert "Sixteen" not in text


def test_a_trace_that_another_log_wrote_first_is_masked_as_well(tmp_path):
    logs.start(tmp_path / "logs")
    record = logging.LogRecord("app.test", logging.INFO, __file__, 1, "failed", (), None)
    record.exc_text = "ValueError: 3000000029"
    logging.getLogger().handle(record)
    assert "ValueError: [10 digits]" in written(tmp_path)


def test_lines_tell_time_process_and_where(tmp_path):
    logs.start(tmp_path / "logs")
    logging.getLogger("app.test").info("started")
    logging.getLogger("app.test").debug("too much")
    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}}Z {os.getpid()} INFO app.test: started\n", written(tmp_path)
    )


@pytest.mark.skipif(sys.platform == "win32", reason="file modes")
def test_the_files_are_the_owners_alone_also_after_turning_over(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "_LARGEST", 1000)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "learner-manager.log").touch(0o644)
    logs.start(tmp_path / "logs")
    for number in range(100):
        logging.getLogger("app.test").info("line %d of a hundred", number)
    names = sorted(os.listdir(tmp_path / "logs"))
    assert names == ["crash.log", "learner-manager.log", *(f"learner-manager.log.{n}" for n in range(1, 6))]
    for name in names:
        assert stat.S_IMODE((tmp_path / "logs" / name).stat().st_mode) == 0o600


def test_a_file_that_cannot_be_turned_over_is_written_on(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "_LARGEST", 300)
    monkeypatch.setattr(logs, "_KEPT", 1)
    # A folder in the way of the old file stands for a second program that has it open.
    (tmp_path / "logs" / "learner-manager.log.1" / "x").mkdir(parents=True)
    monkeypatch.setattr("os.remove", lambda path: None)
    logs.start(tmp_path / "logs")
    for number in range(10):
        logging.getLogger("app.test").info("line %d of ten", number)
    assert [line[-13:] for line in written(tmp_path).splitlines()] == [f"line {n} of ten" for n in range(10)]


def test_talkative_libraries_are_quietened_and_put_back(tmp_path):
    before = logging.getLogger("urllib3").level
    root = logging.getLogger().level
    logs.start(tmp_path / "logs")
    logging.getLogger("urllib3.connectionpool").info("POST /LearnerServiceR9.svc")
    assert written(tmp_path) == ""
    logs.stop()
    assert logging.getLogger("urllib3").level == before
    assert logging.getLogger().level == root


def test_starting_twice_moves_the_log_and_stopping_twice_is_no_harm(tmp_path):
    logs.start(tmp_path / "a" / "logs")
    logs.start(tmp_path / "b" / "logs")
    logging.getLogger("app.test").info("here")
    logs.stop()
    logs.stop()
    logging.getLogger("app.test").info("nowhere")
    assert written(tmp_path / "a") == ""
    assert written(tmp_path / "b").endswith("here\n")


def test_the_console_is_masked_too(tmp_path, capsys):
    logs.start(tmp_path / "logs", console=True)
    logging.getLogger("app.test").info("learner 3000000029")
    assert capsys.readouterr().err.endswith("app.test: learner [10 digits]\n")


def test_no_console_no_harm(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    logs.start(tmp_path / "logs", console=True)
    logging.getLogger("app.test").info("fine")
    assert written(tmp_path).endswith("fine\n")


def test_a_line_that_cannot_be_written_tells_nothing_of_its_arguments(tmp_path, capsys):
    logs.start(tmp_path / "logs")
    # To our own file only: pytest's handlers would fail the test for the broken line.
    logs._running[0].handle(
        logging.LogRecord("app.test", logging.INFO, __file__, 7, "%d learners", ("Ann Example",), None)
    )
    said = capsys.readouterr().err
    assert "was not written (TypeError)" in said
    assert "Ann" not in said


def test_a_log_that_cannot_be_opened_is_said_with_a_next_step(tmp_path):
    (tmp_path / "logs").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written") as caught:
        logs.start(tmp_path / "logs")
    assert caught.value.hint
    assert not any(
        isinstance(one, logging.FileHandler) and "learner" in one.baseFilename for one in logging.getLogger().handlers
    )


def test_a_crash_of_the_interpreter_has_a_file_to_go_to(tmp_path):
    had = faulthandler.is_enabled()
    logs.start(tmp_path / "logs")
    assert faulthandler.is_enabled()
    assert (tmp_path / "logs" / "crash.log").exists()
    logs.stop()
    assert faulthandler.is_enabled() is had
