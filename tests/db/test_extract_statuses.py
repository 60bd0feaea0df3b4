"""Extract statuses changed by hand: what each move asks for, what is foreseen and saved (extract-statuses.md 3.2 to
4.3), on both databases alike."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app import history
from app.db.database import Database
from app.db.tables import change, enrolment, extract_record, operation, user_campus, user_role
from app.errors import AccessError, InputError
from app.lms.extracts import statuses
from app.lms.extracts.staged import Staged
from app.lms.extracts.statuses import CODES, MOVES, Need, Problem
from tests.lms.college import READER
from tests.lms.statuses_room import Room


@pytest.fixture
def room(db: Database) -> Room:
    return Room(db)


# --------------------------------------------------------------------------------------------------- the moves


def test_twelve_moves_as_the_contract_grades_them():
    assert len(MOVES) == 12
    assert {(old, new) for old in CODES for new in CODES if old != new} == set(MOVES)
    of = {need: {move for move, needed in MOVES.items() if need in needed} for need in Need}
    assert of[Need.CONFIRM] == {("transmitted", "ready"), ("processed", "ready")}
    assert of[Need.OVERRIDE] == {
        ("ready", "transmitted"),
        ("processed", "transmitted"),
        ("processed", "rejected"),
        ("rejected", "transmitted"),
    }
    assert of[Need.OVERRIDE] < of[Need.REASON]
    assert [move for move, needed in MOVES.items() if needed is Need.NOTHING] == [("rejected", "ready")]


@pytest.mark.parametrize("target", CODES)
def test_every_move_asks_for_what_the_matrix_says(room: Room, target: str):
    ids = room.records(*CODES)
    for user, overrides in ((room.editor, False), (room.overrider, True)):
        seen = room.foresee(ids, target, user)
        refused = [old for old in CODES if old != target and Need.OVERRIDE in MOVES[old, target] and not overrides]
        assert seen.not_permitted == len(refused)
        assert seen.refused == ({Problem.OVERRIDE: len(refused)} if refused else {})
        assert seen.changing == 3 - len(refused)
        assert seen.already == 1
        assert {move[0] for move in seen.staged.moves} == {*CODES} - {target, *refused}
    needed = statuses.needs(seen.staged)
    if needed[Need.REASON]:
        with pytest.raises(InputError) as raised:
            room.save(seen.staged, " ", room.overrider)
        assert raised.value.field == "reason"
        with pytest.raises(InputError):
            room.save(seen.staged, "x" * 501, room.overrider)
    if needed[Need.CONFIRM]:
        with pytest.raises(InputError) as raised:
            room.save(seen.staged, user=room.overrider, confirmed=False)
        assert raised.value.field == "confirmed"
    assert room.operations() == 0, "what was refused wrote nothing"
    summary = room.save(seen.staged, "x" * 500, room.overrider)
    assert (summary.updated, summary.unchanged, summary.conflicts, summary.not_permitted) == (3, 1, 0, 0)
    assert room.college.statuses(ids) == [target] * 4


@pytest.mark.rule("EX-T5", "EX-U3", "EX-U6")
def test_five_selected_of_which_one_is_ready_already(room: Room):
    """Acceptance check 5."""
    ids = room.records("rejected", "rejected", "processed", "processed", "ready")
    seen = room.foresee(ids, "ready")
    assert seen.at_status == {"ready": 1, "transmitted": 0, "processed": 2, "rejected": 2}
    assert statuses.confirmations(seen.staged) == {"processed": 2}
    summary = room.save(seen.staged, "")
    assert (summary.updated, summary.unchanged) == (4, 1)
    assert room.college.statuses(ids) == ["ready"] * 5
    with room.db.read() as tx:
        versions = tx.execute(select(extract_record.c.version).order_by(extract_record.c.id)).scalars().all()
        assert versions == [2, 2, 2, 2, 1], "nothing is written where nothing changes"


@pytest.mark.rule("EX-U4")
def test_foreseeing_and_staging_write_nothing(room: Room):
    """Acceptance check 12: what is discarded was never written."""
    ids = room.records("rejected", "transmitted")
    seen = room.foresee(ids, "ready")
    assert len(Staged().and_then(seen.staged)) == 2
    assert room.college.statuses(ids) == ["rejected", "transmitted"]
    with room.db.read() as tx:
        assert tx.execute(select(func.count()).select_from(change)).scalar_one() == 0
        assert tx.execute(select(func.count()).select_from(operation)).scalar_one() == 0


# -------------------------------------------------------------------------------------------------- permission


@pytest.mark.rule("EX-A1", "EX-A2")
def test_the_permission_is_looked_at_again_at_save(room: Room):
    ids = room.records("rejected")
    seen = room.foresee(ids, "ready")
    with room.db.write() as tx:
        tx.execute(user_role.delete().where(user_role.c.user_id == room.editor.id))
    with pytest.raises(AccessError):
        room.save(seen.staged)
    with pytest.raises(AccessError):
        room.foresee(ids, "ready", room.college.user(room.city, roles=READER))
    assert room.college.statuses(ids) == ["rejected"]
    assert room.operations() == 0


@pytest.mark.rule("EX-A3", "EX-U3")
def test_a_record_of_two_campuses_is_edited_by_who_has_both(room: Room):
    mine, both = room.records("rejected"), room.records("rejected", section=room.shared)
    seen = room.foresee([*mine, *both], "ready")
    assert (seen.changing, seen.refused) == (1, {Problem.CAMPUS: 1})
    [one] = seen.listed
    assert (one.id, one.reason) == (both[0], "Also belongs to Riverside, which you may not edit")
    everywhere = room.college.user(room.city, room.river)
    assert room.foresee([*mine, *both], "ready", everywhere).changing == 2


@pytest.mark.rule("EX-A3")
def test_access_lost_between_staging_and_saving_is_refused_then(room: Room):
    shared = room.records("rejected", section=room.shared)
    everywhere = room.college.user(room.city, room.river)
    seen = room.foresee(shared, "ready", everywhere)
    with room.db.write() as tx:
        tx.execute(user_campus.delete().where(user_campus.c.campus_id == room.river))
    summary = room.save(seen.staged, user=everywhere)
    assert (summary.updated, summary.refused) == (0, {Problem.CAMPUS: 1})
    with room.db.write() as tx:
        tx.execute(user_campus.delete().where(user_campus.c.user_id == everywhere.id))
    summary = room.save(seen.staged, user=everywhere)
    assert (summary.refused, summary.refused_list) == ({Problem.NOT_THERE: 1}, ()), "nobody is named"
    assert room.college.statuses(shared) == ["rejected"]
    assert room.operations() == 0


def test_records_of_another_campus_cannot_be_staged_by_their_ids(room: Room):
    stranger = room.college.user(room.river)
    ids = room.records("rejected", "rejected")
    seen = room.foresee(ids, "ready", stranger)
    assert (seen.changing, seen.refused, seen.listed) == (0, {Problem.NOT_THERE: 2}, ())


# ---------------------------------------------------------------------------------------------------- resubmit


@pytest.mark.rule("EX-R1", "EX-R2", "EX-R3")
def test_resubmit_is_ready_keeps_the_record_and_puts_the_message_into_history(room: Room):
    [key] = room.records("rejected")
    room.save(room.foresee([key], "ready").staged, "")
    with room.db.read() as tx:
        row = tx.execute(select(extract_record)).one()
        [one] = tx.execute(select(change)).all()
    assert (row.id, row.status, row.message, row.attempts, row.status_by) == (key, "ready", None, 1, room.editor.id)
    assert row.extracted_at is not None
    before, after = history.unpacked(extract_record, one.before), history.unpacked(extract_record, one.after)
    assert (before["message"], after["message"]) == ("User suspended", None)
    assert (before["status"], after["status"]) == ("rejected", "ready")
    assert after["status_at"] == row.status_at
    with room.db.read() as tx:
        whose = tx.execute(select(enrolment.c.learner_id)).scalar_one()
    assert one.learner_id == whose


@pytest.mark.rule("EX-R5")
def test_an_older_add_behind_a_drop_that_was_processed_is_refused(room: Room):
    """Acceptance check 7."""
    person = room.college.learner()
    add = room.college.record(room.here, "rejected", person)
    drop = room.college.record(room.here, "processed", person)
    seen = room.foresee([add, drop], "ready")
    assert (seen.changing, seen.refused) == (1, {Problem.SUPERSEDED: 1})
    assert seen.listed[0].reason == "Superseded by the change of 4 Nov 2026, which has gone to the LMS"
    assert room.foresee([add], "processed").changing == 1, "only sending again is refused"
    stale = Staged.of([(add, 1, "rejected")], "ready")
    summary = room.save(stale)
    assert (summary.updated, summary.refused) == (0, {Problem.SUPERSEDED: 1})
    assert room.college.statuses([add, drop]) == ["rejected", "processed"]


@pytest.mark.rule("EX-R6")
def test_without_a_registration_there_is_nothing_to_send(room: Room):
    [key] = room.records("rejected")
    room.college.set(enrolment, 1, removed_at=datetime.now(UTC))
    seen = room.foresee([key], "ready")
    assert (seen.changing, seen.refused) == (0, {Problem.GONE: 1})
    assert "no longer exists" in seen.listed[0].reason
    assert room.foresee([key], "processed").changing == 1
    with room.db.read() as tx:
        person = tx.execute(select(enrolment.c.learner_id)).scalar_one()
    drop = room.college.record(room.here, "rejected", person)
    assert room.foresee([drop], "ready").changing == 1, "that it is gone is what a Drop tells"


# ---------------------------------------------------------------------------------------------------- the set


@pytest.mark.rule("EX-U2", "EX-U9")
def test_what_is_staged_is_one_set_in_which_the_later_wish_counts():
    first = Staged.of([(1, 1, "rejected"), (4, 2, "ready"), (9, 1, "processed")], "ready")
    second = Staged.of([(2, 5, "ready"), (9, 3, "processed")], "processed")
    both = first.and_then(second)
    assert list(both.ids) == [1, 2, 4, 9]
    assert list(both.versions) == [1, 5, 2, 3]
    assert [both.at(key) for key in (0, 1, 2, 4, 9, 10)] == [
        None, ("rejected", "ready"), ("ready", "processed"), None, None, None,
    ]  # fmt: skip
    assert both.moves == {("ready", "processed"): 1, ("rejected", "ready"): 1}
    assert both.changing == 2
    assert Staged().and_then(first) is first
    assert list(both.without([0, 3]).ids) == [2, 4]
    assert list(both.batches(1)) == [("ready", [0]), ("ready", [2]), ("processed", [1]), ("processed", [3])]
    large = Staged.of([(key, 1, "ready") for key in range(100_000)], "processed")
    assert large.at(99_999) == ("ready", "processed")
    assert not any(
        isinstance(value, list | dict) and len(value) > 12 for value in (large.ids, large.old, large.moves)
    )


# -------------------------------------------------------------------------------------------------- conflicts


@pytest.mark.rule("EX-U6")
def test_an_answer_that_came_meanwhile_is_not_overwritten(room: Room):
    """Acceptance check 6."""
    [key] = room.records("transmitted")
    seen = room.foresee([key], "ready")
    room.college.sent(key, "processed")
    summary = room.save(seen.staged)
    assert (summary.updated, summary.conflicts, summary.operation_id) == (0, 1, None)
    assert "Ready was staged. Changed by somebody else" in summary.conflict_list[0].reason
    assert room.college.statuses([key]) == ["processed"]
    assert room.operations() == 0


@pytest.mark.rule("EX-U6")
def test_of_two_who_save_the_same_record_one_finds_a_conflict(room: Room):
    ids = room.records("rejected", "rejected")
    mine = room.foresee(ids, "ready")
    theirs = room.foresee(ids[:1], "processed", room.overrider)
    assert room.save(theirs.staged, user=room.overrider).updated == 1
    summary = room.save(mine.staged)
    assert (summary.updated, summary.conflicts) == (1, 1)
    assert room.college.statuses(ids) == ["processed", "ready"]


def test_all_four_outcomes_in_one_save(room: Room):
    changed, same, raced = room.records("rejected", "ready", "rejected")
    [refused] = room.records("rejected", section=room.shared)
    everywhere = room.college.user(room.city, room.river)
    seen = room.foresee([changed, same, raced, refused], "ready", everywhere)
    room.college.sent(raced, "transmitted")
    with room.db.write() as tx:
        tx.execute(user_campus.delete().where(user_campus.c.campus_id == room.river))
    summary = room.save(seen.staged, user=everywhere)
    outcome = (summary.updated, summary.unchanged, summary.conflicts, summary.not_permitted)
    assert outcome == (1, 1, 1, 1)
    assert len(summary.left) == 0
    assert [one.id for one in summary.conflict_list] == [raced]
    assert [one.id for one in summary.refused_list] == [refused]
    assert "Example" not in repr(summary)
