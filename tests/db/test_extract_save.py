"""A save of extract statuses in batches, cancelled, failing, and undone (extract-statuses.md EX-U6 to EX-U8)."""

import pytest
from sqlalchemy import select

from app.access import Role
from app.db.database import Database
from app.db.tables import extract_record, operation, section_campus, user_campus, user_role
from app.errors import AccessError, InputError
from app.lms.extracts import save as saving
from app.tasks import Cancelled, TaskContext
from tests.lms.college import EDITOR, READER
from tests.lms.statuses_room import Room


@pytest.fixture
def room(db: Database) -> Room:
    return Room(db)


# ------------------------------------------------------------------------------------------- batches and cancel


class CancelledAfter(TaskContext):
    """A task that is cancelled when it has reported so often."""

    def __init__(self, reports: int) -> None:
        super().__init__()
        self._reports = reports

    def report(self, done: int, total: int, text: str = "") -> None:
        if self._reports == 0:
            self.cancel()
        self._reports -= 1
        super().report(done, total, text)


@pytest.fixture
def in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "BATCH", 2)


@pytest.mark.rule("EX-U7", "EX-U8")
def test_what_was_written_before_a_cancel_stays_and_can_be_undone(room: Room, in_pairs: None):
    ids = room.records(*["rejected"] * 5)
    staged = room.foresee(ids, "ready").staged
    with pytest.raises(Cancelled):
        saving.save(CancelledAfter(0), room.db, room.editor, staged)
    assert room.operations() == 0
    summary = saving.save(CancelledAfter(2), room.db, room.editor, staged)
    assert (summary.cancelled, summary.updated, list(summary.left.ids)) == (True, 4, ids[4:])
    assert sorted(one.id for one in summary.updated_list) == ids[:4]
    assert {(one.status, one.reason) for one in summary.updated_list} == {("Ready", "Written before it stopped")}
    assert room.college.statuses(ids) == ["ready"] * 4 + ["rejected"]
    assert room.operations() == 1
    undone = saving.undo_last_save(room.db, room.editor)
    assert (undone.undone, undone.left) == (4, 0)
    assert room.college.statuses(ids) == ["rejected"] * 5


def test_a_failure_after_some_were_written_ends_with_its_reason(room: Room, in_pairs: None):
    ids = room.records(*["rejected"] * 3)
    staged = room.foresee(ids, "ready").staged

    class RoleTaken(TaskContext):
        def report(self, done: int, total: int, text: str = "") -> None:
            if done:
                with room.db.write() as tx:
                    tx.execute(user_role.delete().where(user_role.c.user_id == room.editor.id))

    summary = saving.save(RoleTaken(), room.db, room.editor, staged)
    assert (summary.updated, len(summary.left)) == (2, 1)
    assert isinstance(summary.failed, AccessError)
    assert room.college.statuses(ids) == ["ready", "ready", "rejected"]


def test_one_save_of_several_wishes_is_one_operation(room: Room, in_pairs: None):
    ids = room.records("rejected", "rejected", "rejected", "transmitted", "transmitted")
    staged = room.foresee(ids[:3], "ready").staged.and_then(room.foresee(ids[3:], "processed").staged)
    summary = room.save(staged, "Seen in the LMS")
    assert summary.updated == 5
    assert room.college.statuses(ids) == ["ready", "ready", "ready", "processed", "processed"]
    with room.db.read() as tx:
        [one] = tx.execute(select(operation)).all()
    assert (one.state, one.reason, one.user_id, one.id) == (
        "done", "Seen in the LMS", room.editor.id, summary.operation_id,
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------- undo


@pytest.mark.rule("EX-U8")
def test_undo_leaves_and_lists_what_was_sent_since(room: Room):
    """Acceptance check 10."""
    ids = room.records(*["rejected"] * 10)
    room.save(room.foresee(ids, "ready").staged, "")
    for key in ids[:3]:
        room.college.sent(key, "transmitted")
    undone = saving.undo_last_save(room.db, room.editor)
    assert (undone.undone, undone.left) == (7, 3)
    assert {one.id for one in undone.listed} == set(ids[:3])
    assert all("moved on" in one.reason for one in undone.listed)
    assert room.college.statuses(ids) == ["transmitted"] * 3 + ["rejected"] * 7
    with room.db.read() as tx:
        assert saving.last_save(tx, room.editor) is None
    with pytest.raises(InputError):
        saving.undo_last_save(room.db, room.editor)


@pytest.mark.rule("EX-U8")
def test_undo_puts_back_who_when_and_what_the_lms_said(room: Room):
    ids = room.records("rejected", "transmitted", "ready")
    query = select(extract_record.c[*(one.name for one in extract_record.c if one.name != "version")])
    with room.db.read() as tx:
        before = tx.execute(query.order_by(extract_record.c.id)).all()
    room.save(room.foresee(ids, "processed").staged, "Seen", room.overrider)
    saving.undo_last_save(room.db, room.overrider)
    with room.db.read() as tx:
        assert tx.execute(query.order_by(extract_record.c.id)).all() == before
        assert saving.last_save(tx, room.editor) is None, "what others saved is theirs to undo"


def test_undo_takes_the_right_to_change(room: Room):
    ids = room.records("rejected")
    room.save(room.foresee(ids, "ready").staged, "")
    with room.db.write() as tx:
        tx.execute(user_role.delete().where(user_role.c.user_id == room.editor.id))
    with pytest.raises(AccessError):
        saving.undo_last_save(room.db, room.editor)
    assert room.college.statuses(ids) == ["ready"]


@pytest.mark.rule("EX-A3", "EX-U8")
def test_undo_takes_all_campuses_of_the_records(room: Room):
    both = room.college.user(room.city, room.river)
    ids = [*room.records("rejected"), *room.records("rejected", section=room.shared)]
    assert room.save(room.foresee(ids, "ready", both).staged, "", both).updated == 2
    with room.db.write() as tx:
        tx.execute(user_campus.delete().where(user_campus.c.campus_id == room.river))
    with pytest.raises(AccessError):
        saving.undo_last_save(room.db, both)
    assert room.college.statuses(ids) == ["ready"] * 2
    room.college.add(user_campus, user_id=both.id, campus_id=room.river)
    assert saving.undo_last_save(room.db, both).undone == 2, "nothing of it was used up"


def test_a_late_answer_is_history_once_a_person_decided_anew(room: Room):
    [key] = room.records("rejected")
    room.college.set(extract_record, key, late_answer="processed")
    room.save(room.foresee([key], "processed").staged)
    with room.db.read() as tx:
        assert tx.execute(select(extract_record.c.late_answer)).scalar_one() is None


def test_the_roles_of_the_tests_are_what_they_say():
    assert Role.EXTRACT_EDITOR in EDITOR
    assert Role.EXTRACT_EDITOR not in READER
    assert section_campus.c.owner is not None
