"""The log of a whole job names nobody: no learner, no ULN, no subject, no secret."""

import logging
from pathlib import Path

from app import logs
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import events_of, people
from tests.ui.conftest import LEARNERS, Rooms, saving_as


def test_the_log_of_a_whole_job_names_nobody(rooms: Rooms, lrs: LrsSandbox, tmp_path: Path):
    folder = tmp_path / "logs"
    logs.start(folder)
    try:
        room = rooms()
        lrs.set_fault("html:0.1")
        room.download()
        lrs.set_fault("wrong-password")
        room.press("F5", room.plr_window)
        room.downloaded()
        lrs.set_fault(None)
        room.press("F5", room.plr_window)
        room.downloaded()
        room.close_dialog(room.update(), "summary_ok")
        room.in_front(room.plr_window)
        with saving_as(tmp_path / "plr.csv"):
            room.press("Ctrl+E", room.plr_window)
            room.until((tmp_path / "plr.csv").exists)
        room.until(lambda: not room.window.plr.exporting)
        room.close_plr()
        logging.getLogger("app.marker").info("the end of the job")
    finally:
        logs.stop()
    text = "".join(file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file())
    assert "the end of the job" in text
    words = {lrs.info.password, lrs.info.certificate_password}
    for person in people(LEARNERS):
        words |= {str(one) for one in (person.uln, person.family_name, person.given_names) if one and len(one) > 4}
        words |= {str(event.subject) for event in events_of(person) if event.subject}
    assert len(words) > 200
    assert [word for word in words if word in text] == []
