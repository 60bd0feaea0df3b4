"""The one way in which enrolments come into being: new, back, there already; and which section is entered."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import event, select, text, update

from app import enrolling, history
from app.access import User
from app.db.database import Database
from app.db.tables import enrolment, lms_course, section
from app.enrolling import Entered, Entry
from app.errors import ConflictError
from app.learners import merge
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.imports import credit_rows
from tests.lms.rows import add_course

VALUES = {"status": "current", "origin": "hand"}


def entered(db: Database, user: User, *entries: Entry) -> Entered:
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, "enrolled")
        found = enrolling.enter(operation, entries)
        operation.end(tx)
    return found


def section_of(db: Database, user: User, course_id: int) -> Any:
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, "enrolled")
        key = enrolling.sections_of(operation, [course_id])[course_id]
        return tx.execute(select(section).where(section.c.id == key)).one()


def test_new_back_and_already(db: Database, user: User):
    first, second, third = (add_learner(db) for _ in range(3))
    course_id = credit_rows.add_course(db, user, "ENG")
    at = section_of(db, user, course_id).id
    made = entered(db, user, Entry(first, at, VALUES), Entry(second, at, VALUES))
    assert (made.new, made.back, made.already) == (2, 0, 0)
    with db.write() as tx:
        gone = update(enrolment).where(enrolment.c.learner_id == first)
        tx.execute(gone.values(removed_at=db.now(tx), status="dropped"))
    again = entered(db, user, *(Entry(one, at, {**VALUES, "origin": "import"}) for one in (third, second, first)))
    assert (again.new, again.back, again.already) == (1, 1, 1)
    assert again.ids[1:] == [made.ids[1], made.ids[0]], "in the order that was asked"
    with db.read() as tx:
        rows = {row.learner_id: row for row in tx.execute(select(enrolment))}
    assert (rows[first].removed_at, rows[first].status, rows[first].origin) == (None, "current", "import")
    assert rows[second].origin == "hand", "who is there stays as they are"


def test_the_plain_section_is_made_once_and_entered(db: Database, user: User):
    course_id = credit_rows.add_course(db, user, "ENG")
    made = section_of(db, user, course_id)
    assert (made.number, made.lms_course_id) == (1, None)
    assert section_of(db, user, course_id).id == made.id


@pytest.mark.parametrize("closed", [{"state": "new"}, {"state": "hidden"}, {"removed_at": True}])
def test_no_section_of_an_lms_course_that_takes_nobody(db: Database, user: User, closed: dict[str, Any]):
    course_id = credit_rows.add_course(db, user, "ENG")
    plain = section_of(db, user, course_id)
    lms_id = add_course(db)
    with db.write() as tx:
        tx.execute(update(section).where(section.c.id == plain.id).values(lms_course_id=lms_id))
    assert section_of(db, user, course_id).id == plain.id, "it is Open"
    with db.write() as tx:
        values = {"removed_at": db.now(tx)} if "removed_at" in closed else closed
        tx.execute(update(lms_course).where(lms_course.c.id == lms_id).values(values))
    other = section_of(db, user, course_id)
    assert (other.number, other.lms_course_id) == (2, None)


@pytest.mark.parametrize("back", [False, True])
def test_nobody_enters_on_a_learner_who_is_being_merged(db: Database, user: User, back: bool):
    """Whoever enrols them waits for the merge, is told, and leaves all as it is."""
    stays, goes = add_learner(db), add_learner(db)
    at = section_of(db, user, credit_rows.add_course(db, user, "ENG")).id
    if back:  # both are on the section; one had been taken off, and is put back just now
        entered(db, user, *(Entry(one, at, VALUES) for one in (stays, goes)))
        with db.write() as tx:
            tx.execute(update(enrolment).where(enrolment.c.learner_id == goes).values(removed_at=db.now(tx)))
    seen = merge.compare(TaskContext(), db, user, stays, goes, in_this_order=True)
    with ThreadPoolExecutor(1) as pool:
        second = None

        @event.listens_for(db._engine, "before_cursor_execute")
        def late(_line: Any, _cursor: Any, statement: str, *_: Any) -> None:
            nonlocal second
            if second is None and statement.lower().startswith("update learner"):
                second = pool.submit(entered, db, user, Entry(goes, at, VALUES))
                if not db.embedded:
                    wait_for_lock(db)

        merge.merge(db, user, seen, {})
        event.remove(db._engine, "before_cursor_execute", late)
        assert second is not None
        with pytest.raises(ConflictError, match="merged or erased"):
            second.result()
    with db.read() as tx:
        standing = select(enrolment.c.learner_id).where(enrolment.c.removed_at.is_(None))
        assert tx.execute(standing).scalars().all() == ([stays] if back else [])


def wait_for_lock(db: Database) -> None:
    """Until somebody on this server waits for another."""
    ends = monotonic() + 10
    waits = text("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    while monotonic() < ends:
        with db.read() as tx:
            if tx.execute(waits).first() is not None:
                return
    raise AssertionError("nobody waits")
