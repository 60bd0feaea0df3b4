"""History and undo as one mechanism: what a command changed is kept, and taken back as far as nothing came after."""

from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import attainment, attainment_event, attainment_type, change, learner, operation, plr_check
from app.errors import AccessError, AppError, ConflictError, InputError
from app.history import Operation, undo, unpacked
from tests.builders import add_attainment, add_learner, attainment_values, snapshot, user_with


def row_of(db: Database, table, key: int):
    with db.read() as tx:
        return tx.execute(select(table).where(table.c.id == key)).one_or_none()


def changes_of(db: Database, operation_id: int):
    with db.read() as tx:
        return tx.execute(select(change).where(change.c.operation_id == operation_id).order_by(change.c.id)).all()


def state_of(db: Database, operation_id: int) -> str:
    return row_of(db, operation, operation_id).state


class Command:
    """One command of a user: an operation around what the block does."""

    def __init__(self, db: Database, user: User, kind: str = "plr_update") -> None:
        self.db, self.user, self.kind = db, user, kind

    def __enter__(self) -> Operation:
        self._write = self.db.write()
        tx = self._write.__enter__()
        self.operation = history.begin(tx, self.db, self.user.id, self.kind)
        return self.operation

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.operation.end(self.operation.tx)
        self._write.__exit__(*error)  # type: ignore[arg-type]


def type_id(tx) -> int:
    return tx.execute(select(attainment_type.c.id).order_by(attainment_type.c.id)).scalars().first()


def insert_attainment(command: Operation, learner_id: int, event_id: int, **values) -> int:
    row = {"learner_id": learner_id, "type_id": type_id(command.tx), **attainment_values(**values)}
    key = command.insert(attainment, row, learner_id)
    link = {"learner_id": learner_id, "event_id": event_id, "attainment_id": key, "source": "AO"}
    command.insert(attainment_event, link, learner_id)
    return key


def change_grade(db: Database, user: User, key: int, grade: str) -> int:
    with Command(db, user) as command:
        row = command.tx.execute(select(attainment).where(attainment.c.id == key)).one()
        command.update(attainment, row, {"grade": grade}, row.learner_id)
    return command.id


def test_what_an_insert_and_an_update_leave_behind(db: Database, user: User):
    learner_id = add_learner(db)
    with Command(db, user) as first:
        key = insert_attainment(first, learner_id, 5, grade="4", award_date=date(2024, 8, 22), under_challenge=False)
    second = change_grade(db, user, key, "6")
    inserted, linked = changes_of(db, first.id)
    assert (inserted.table_name, inserted.row_id, inserted.kind) == ("attainment", key, "insert")
    assert (inserted.learner_id, inserted.version_after, inserted.before) == (learner_id, 1, None)
    after = unpacked(attainment, inserted.after)
    assert after["award_date"] == date(2024, 8, 22)
    assert after["under_challenge"] is False
    assert "level" not in after, "nothing is not told"
    assert (linked.table_name, linked.version_after) == ("attainment_event", None)
    [updated] = changes_of(db, second)
    assert unpacked(attainment, updated.before) == {"grade": "4"}
    assert unpacked(attainment, updated.after) == {"grade": "6"}
    assert updated.version_after == row_of(db, attainment, key).version == 2
    about = row_of(db, operation, second)
    assert (about.kind, about.user_id, about.state) == ("plr_update", user.id, "done")
    assert abs((about.at - datetime.now(UTC)).total_seconds()) < 60


def test_moments_and_days_come_back_as_they_were(db: Database, user: User):
    learner_id = add_learner(db)
    at = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    with Command(db, user) as command:
        command.insert(plr_check, {"learner_id": learner_id, "at": at, "outcome": "none"}, learner_id)
    [one] = changes_of(db, command.id)
    assert unpacked(plr_check, one.after)["at"] == at


def test_an_update_that_changes_nothing_writes_nothing(db: Database, user: User):
    key = add_attainment(db, add_learner(db), grade="4")
    with Command(db, user) as command:
        row = command.tx.execute(select(attainment).where(attainment.c.id == key)).one()
        assert command.update(attainment, row, {"grade": "4", "level": None}) is False
    assert changes_of(db, command.id) == []
    assert row_of(db, attainment, key).version == 1


def test_a_version_that_was_not_seen_is_a_conflict(db: Database, user: User):
    key = add_attainment(db, add_learner(db), grade="4")
    seen = row_of(db, attainment, key)
    change_grade(db, user, key, "5")
    with pytest.raises(ConflictError, match="Somebody else"), Command(db, user) as command:
        command.update(attainment, seen, {"grade": "6"})
    assert row_of(db, attainment, key).grade == "5"


def test_an_operation_is_stopped_until_its_last_write(db: Database, user: User):
    with db.write() as tx:
        started = history.begin(tx, db, user.id, "plr_update")
        started.save_changes()
    assert state_of(db, started.id) == "stopped"
    with db.write() as tx:
        Operation(started.id, db, tx).end(tx)
    assert state_of(db, started.id) == "done"


def test_undo_gives_everything_back(db: Database, user: User):
    learner_id = add_learner(db)
    kept = add_attainment(db, learner_id, grade="4", award_date=date(2023, 8, 24), links=[(1, "NPD", "x")])
    before = snapshot(db)
    with Command(db, user) as command:
        row = command.tx.execute(select(attainment).where(attainment.c.id == kept)).one()
        command.update(attainment, row, {"grade": "7", "award_date": date(2024, 8, 22), "level": "2"}, learner_id)
        insert_attainment(command, learner_id, 2, subject_code="X1")
        link = command.tx.execute(select(attainment_event).where(attainment_event.c.event_id == 1)).one()
        command.update(attainment_event, link, {"date_loaded": "y"}, learner_id)
    assert snapshot(db) != before
    summary = undo(db, user.id, command.id)
    assert (summary.undone, summary.left) == (4, 0)
    assert snapshot(db) == before
    assert state_of(db, command.id) == "undone"
    assert row_of(db, attainment, kept).version == 3, "who saw version 2 must notice"


def test_the_undo_is_an_operation_of_its_own(db: Database, user: User):
    learner_id = add_learner(db)
    with Command(db, user) as command:
        key = insert_attainment(command, learner_id, 1)
    undo(db, user.id, command.id)
    with db.read() as tx:
        again = tx.execute(select(operation).where(operation.c.undoes_id == command.id)).one()
    assert (again.kind, again.user_id, again.state) == ("undo", user.id, "done")
    kinds = {(one.table_name, one.kind) for one in changes_of(db, again.id)}
    assert kinds == {("attainment", "update"), ("attainment_event", "delete")}
    assert row_of(db, attainment, key).removed_at is not None, "history points to it: it stays, marked"
    with pytest.raises(InputError, match="nothing to undo"):
        undo(db, user.id, again.id)


def test_what_came_later_is_left_and_named(db: Database, user: User):
    one, two = add_learner(db), add_learner(db)
    with Command(db, user) as command:
        first = insert_attainment(command, one, 1, grade="4")
        second = insert_attainment(command, two, 2, grade="4")
    change_grade(db, user, first, "5")
    summary = undo(db, user.id, command.id)
    assert (summary.undone, summary.left) == (2, 2)
    assert row_of(db, attainment, first).removed_at is None
    assert row_of(db, attainment, second).removed_at is not None
    with db.read() as tx:
        links = tx.execute(select(attainment_event.c.learner_id)).scalars().all()
    assert links == [one], "an attainment that stays keeps the events behind it"
    assert state_of(db, command.id) == "partly_undone"


def test_a_link_that_was_changed_since_is_left(db: Database, user: User):
    learner_id = add_learner(db)
    add_attainment(db, learner_id, links=[(1, "NPD", "first")])

    def load(text: str) -> int:
        with Command(db, user) as command:
            row = command.tx.execute(select(attainment_event)).one()
            command.update(attainment_event, row, {"date_loaded": text}, learner_id)
        return command.id

    earlier = load("second")
    load("third")
    assert undo(db, user.id, earlier).left == 1
    with db.read() as tx:
        assert tx.execute(select(attainment_event.c.date_loaded)).scalar_one() == "third"


def test_two_operations_are_taken_back_from_the_latest(db: Database, user: User):
    learner_id = add_learner(db)
    before = snapshot(db)
    with Command(db, user) as command:
        key = insert_attainment(command, learner_id, 1, grade="4")
    later = change_grade(db, user, key, "5")
    assert undo(db, user.id, later).left == 0
    assert row_of(db, attainment, key).grade == "4"
    # The undo itself came later: the version says so, and that is the rule (data-model.md 5).
    assert undo(db, user.id, command.id).left == 2
    assert snapshot(db) != before


def test_a_row_changed_twice_by_one_operation(db: Database, user: User):
    key = add_attainment(db, add_learner(db), grade="4")
    before = snapshot(db)
    with Command(db, user) as command:
        for grade in ("5", "6"):
            row = command.tx.execute(select(attainment).where(attainment.c.id == key)).one()
            command.update(attainment, row, {"grade": grade}, row.learner_id)
    assert undo(db, user.id, command.id).undone == 2
    assert snapshot(db) == before


def test_undone_twice(db: Database, user: User):
    learner_id = add_learner(db)
    with Command(db, user) as command:
        insert_attainment(command, learner_id, 1)
    undo(db, user.id, command.id)
    before = snapshot(db, "attainment", "attainment_event", "operation", "change")
    with pytest.raises(InputError, match="undone already"):
        undo(db, user.id, command.id)
    assert snapshot(db, "attainment", "attainment_event", "operation", "change") == before


def test_undone_by_two_at_once(db: Database, user: User):
    from concurrent.futures import ThreadPoolExecutor

    learner_id = add_learner(db)
    with Command(db, user) as command:
        for number in range(20):
            insert_attainment(command, learner_id, number, subject_code=f"X{number}")
    both = Barrier(2)

    def try_it(_: int) -> object:
        both.wait(10)
        try:
            return undo(db, user.id, command.id).undone
        except AppError as error:
            return type(error)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(try_it, range(2)))
    assert sorted(results, key=str) == sorted([40, InputError], key=str)
    with db.read() as tx:
        assert tx.execute(select(func.count()).where(operation.c.kind == "undo")).scalar_one() == 1


def test_what_never_was(db: Database, user: User):
    with pytest.raises(InputError, match="nothing to undo"):
        undo(db, user.id, 4711)
    with Command(db, user, "plr_download") as empty:
        pass
    with pytest.raises(InputError, match="nothing to undo"):
        undo(db, user.id, empty.id)
    assert state_of(db, empty.id) == "done"


def test_undoing_takes_what_doing_took(db: Database, user: User):
    learner_id = add_learner(db)
    with Command(db, user) as command:
        insert_attainment(command, learner_id, 1)
    reader = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_USER)
    before = snapshot(db)
    with pytest.raises(AccessError) as failure:
        undo(db, reader.id, command.id)
    assert "Attainments (PLR) Admin" in str(failure.value)
    assert snapshot(db) == before
    assert state_of(db, command.id) == "done"
    with Command(db, user, "licence") as other:
        insert_attainment(other, learner_id, 2)
    admin = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_ADMIN)
    with pytest.raises(AccessError, match="change settings, licences"):
        undo(db, admin.id, other.id)
    undo(db, admin.id, command.id)


def test_many_rows_are_undone_in_few_statements(db: Database, user: User):
    from sqlalchemy import event

    learner_id = add_learner(db)
    with Command(db, user) as command:
        for number in range(60):
            insert_attainment(command, learner_id, number, subject_code=f"X{number}")
    seen: list[str] = []
    event.listen(db._engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    assert undo(db, user.id, command.id).undone == 120
    assert len(seen) < 30, len(seen)


def test_a_row_that_is_gone_is_left(db: Database, user: User):
    learner_id = add_learner(db)
    add_attainment(db, learner_id, links=[(1, "NPD", "x")])
    with Command(db, user) as command:
        row = command.tx.execute(select(attainment_event)).one()
        command.update(attainment_event, row, {"source": "AO"}, learner_id)
    with db.write() as tx:
        tx.execute(attainment_event.delete())
        tx.execute(update(learner).values(phone="1"))
    assert undo(db, user.id, command.id).left == 1
