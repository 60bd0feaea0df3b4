"""New learners written as foreseen, without being planned again: alike in every column, aim and word of history."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from app import access, history
from app.db.database import Database
from app.db.tables import aim, change, file_row, learner
from app.db.upgrade import upgrade
from app.files.rows import AimRecord
from tests.builders import first_user
from tests.db.loading import Loader, an_aim, record
from tests.db.test_load import loader  # noqa: F401 - a fixture

UNNUMBERED = AimRecord(aim_ref="6034411X", starts=date(2025, 9, 1))
AWKWARD = (
    record(1, aims=[an_aim(1), an_aim(2, ends=date(2026, 7, 3))]),
    record(2, family_name="Ó Néill", given_names="Zoë  Ann", email="Z.Oneill@example.org", phone="01 23"),
    record(3, aims=[an_aim(2), an_aim(2, aim_ref='60"\\9'), an_aim(1)], campus_code=None, sex="F", uln=None),
    record(4, aims=[UNNUMBERED, an_aim(3)], uln="9999999999", postcode_is_prior=True, birth_date=None),
    record(5, uln="1234567890", known_as="’Ria", tutor_group="T 1", prev_ref="OLD", provider_code_a="x"),
)


def told(used: Loader) -> list[Any]:
    """All that a load wrote, but for ids: those of the two ways may differ."""
    with used.db.read() as tx:
        people = {row.id: row for row in tx.execute(select(learner).where(learner.c.ref != "R00009"))}
        found: list[Any] = [sorted((row.ref, *map(str, row[1:])) for row in people.values())]
        columns = [one for one in aim.c if one.name not in ("id", "learner_id", "seen_in_job_id")]
        aims = tx.execute(select(aim.c.learner_id, *columns).order_by(aim.c.learner_id, aim.c.seq, aim.c.repeat))
        found.append([(people[row[0]].ref, *row[1:]) for row in aims])
        notes = tx.execute(select(change).where(change.c.operation_id == tx.execute(_last()).scalar()))
        found.append(sorted(_note(row, people[row.learner_id].ref) for row in notes))
        rows = tx.execute(select(file_row).where(file_row.c.learner_id.in_(people)).order_by(file_row.c.number))
        found.append([(row.number, people[row.learner_id].ref, row.outcome) for row in rows])
    return found


def _last() -> Any:
    return select(change.c.operation_id).order_by(change.c.id.desc()).limit(1)


def _note(row: Any, ref: str) -> tuple[Any, ...]:
    after = {name: value for name, value in json.loads(row.after).items() if name != "learner_id"}
    return ref, row.table_name, row.kind, row.before, json.dumps(after, sort_keys=True), row.version_after


def test_written_as_foreseen_and_planned_again_are_the_same(
    loader: Loader,  # noqa: F811
    tmp_path: Path,
):
    loader.bring(record(9))  # else nobody would be looked for
    seen = loader.preview(AWKWARD)
    with _matching(loader.db) as looked_for:
        assert loader.apply(seen).new == 5
    assert bool(looked_for) is not loader.db.embedded, "a server cannot promise that nobody adds a learner"
    first = told(loader)

    other = _elsewhere(tmp_path)
    other.bring(record(9))
    with other.db.write() as tx:  # a long operation began before the preview …
        running = history.begin(tx, other.db, other.user.id, "learner_edited")
    again = other.preview(AWKWARD)
    with other.db.write() as tx:  # … and went on writing after it: every row is planned again
        running.tx = tx
        running.update(learner, tx.execute(select(learner)).one(), {"phone": "1"})
        running.end(tx)
    with _matching(other.db) as looked_for:
        done = other.apply(again)
    assert looked_for
    assert (done.new, done.aims_new) == (5, 7)
    assert told(other) == first
    other.db.close()


@contextmanager
def _matching(db: Database) -> Iterator[list[str]]:
    """The statements that look learners up by their codes."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "ref_fold" in statement and "json" in statement:
            found.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    yield found
    event.remove(db._engine, "before_cursor_execute", note)


def _elsewhere(folder: Path) -> Loader:
    db = Database.in_file(folder / "other.sqlite")
    upgrade(db)
    access.prepare(db)
    return Loader(db, first_user(db), folder)


def test_rows_between_others_are_of_the_learners_they_brought(loader: Loader):  # noqa: F811
    """Ids of new learners follow each other where rows do not: one learner was known, one has no code."""
    loader.bring(record(3))
    loader.apply(
        loader.preview([record(1), record(2), record(3), record(4), record(5, ref=None, uln=None), record(6)])
    )
    query = (
        select(file_row.c.number, learner.c.ref, file_row.c.outcome).outerjoin(learner).order_by(file_row.c.number)
    )
    with loader.db.read() as tx:
        found = [tuple(row) for row in tx.execute(query.where(file_row.c.job_id == 2))]
    assert found == [
        (1, "R00001", "loaded"),
        (2, "R00002", "loaded"),
        (3, "R00003", None),
        (4, "R00004", "loaded"),
        (5, None, None),
        (6, "R00006", "loaded"),
    ]


def test_who_was_added_since_is_left(loader: Loader):  # noqa: F811
    """An operation since the preview, and nothing is taken as foreseen."""
    seen = loader.preview([record(1), record(2)])
    loader.bring(record(2, given_names="Earlier"))
    done = loader.apply(seen)
    assert (done.new, done.left) == (1, 1)
    assert loader.row("R00002").given_names == "Earlier"


def test_the_aims_of_new_learners_were_seen_in_their_load(loader: Loader):  # noqa: F811
    done = loader.bring(record(1, aims=[an_aim(1)]))
    with loader.db.read() as tx:
        assert tx.execute(select(aim.c.seen_in_job_id)).scalars().all() == [done.job_id]
    assert history.undo(loader.db, loader.user.id, done.operation_id).left == 0


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_knows_at_once_how_many_there_are_now(loader: Loader):  # noqa: F811
    """Look-ups that follow are planned for a large table (20,000 of them took 16 s, and take 0.04)."""
    loader.bring(*(record(number) for number in range(1_200)))
    with loader.db.read() as tx:
        told = text("select reltuples from pg_class where oid = 'learner'::regclass")
        assert tx.execute(told).scalar_one() >= 1_200
