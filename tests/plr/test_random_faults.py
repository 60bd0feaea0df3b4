"""A download against a service at its worst: everybody is answered, refused or marked, none twice, none lost.

300 learners; 2,000 with LM_LONG=1 in the environment.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from app import access as rights
from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.lrs_codes import may_import
from app.db.database import Database
from app.db.upgrade import upgrade
from app.demo import fill
from app.plr.download import download
from app.plr.session import PlrSession
from app.sandbox.draw import dice
from app.sandbox.faults import MIX, RANDOM, drawn
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import events_of, people
from app.tasks import TaskContext
from tests.builders import first_user, with_types

LONG = os.environ.get("LM_LONG") == "1"
COUNT = 2_000 if LONG else 300
LIMITS = {"connect_timeout": 3.0, "read_timeout": 0.4, "deadline": 1.0, "largest_answer": 400_000, "parallel": 16}


@pytest.mark.parametrize(("share", "seed"), [(0.3, 1), (0.15, 2)])
def test_nobody_is_lost_and_nobody_comes_twice(
    share: float, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.sandbox.faults.RETRY_AFTER_SECONDS", 0)
    persons = people(COUNT)
    db = Database.in_file(tmp_path / "learners.sqlite")
    upgrade(db)
    rights.prepare(db)
    with_types(db)
    fill(db, COUNT)
    user = first_user(db)
    ids = [one.number for one in persons]
    session = PlrSession()
    with LrsSandbox(tmp_path / "lrs", people=persons, faults=[f"random:{share}"], seed=seed) as sandbox:
        lrs = LrsClient(LrsAccess(**{**sandbox.info.as_dict(), **LIMITS}))
        summary = download(TaskContext(), db, user, lrs, session, ids)
        look_at(session, persons, sandbox, summary, share, seed)
        sandbox.set_fault()
        failed = session.learner_ids(failed_only=True)
        patient = LrsClient(LrsAccess(**sandbox.info.as_dict()))
        download(TaskContext(), db, user, patient, session, failed)
        again = Counter(
            answer.error_code for one in ids if (answer := session.answer_of(one)) is not None and answer.error_code
        )
        assert all(code.startswith("LOCAL0") for code in again), again
    db.close()


def look_at(session: PlrSession, persons, sandbox: LrsSandbox, summary, share: float, seed: int) -> None:
    answers = {one.number: session.answer_of(one.number) for one in persons}
    assert not summary.stopped
    assert all(answer is not None for answer in answers.values()), "everybody has a row"
    assert summary.answered == summary.total == len(persons)
    rows = session.rows()
    assert {row.asked.id for row in rows} == set(answers)
    assert sum(row.first for row in rows) == len(persons), "nobody comes twice"
    assert len(rows) == sum(answer.row_count for answer in answers.values())
    _, asking, _ = session.keys_since(0)
    assert asking == []
    calls = Counter(sandbox.calls)
    for one in persons:
        answer = answers[one.number]
        assert bool(answer.error_code) != bool(answer.response_code), "one of the two codes"
        assert answer.error_code or not answer.events or may_import(answer.response_code)
        if answer.events:
            assert {event.event_id for event in answer.events} <= {int(event.id) for event in events_of(one)}
    asked = [one for one in persons if one.kind.asked]
    assert set(calls) == {one.uln for one in asked}
    hit = Counter(
        drawn(uln, nth, seed)
        for uln, times in calls.items()
        for nth in range(1, times + 1)
        if dice(seed, RANDOM, uln, nth).random() < share
    )
    assert len(hit) > len(MIX) * 0.6
    # Besides a busy service, only a line that was kept and is dropped without a word is asked a second time.
    assert 0 <= len(sandbox.calls) - summary.calls <= hit["hang-up"]
    failed = sum(1 for one in asked if answers[one.number].error_code)
    assert share * 0.3 < failed / len(asked) < share
