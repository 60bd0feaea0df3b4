"""*Find ULN* against the sandbox service: what each search comes to, and the correction a person chooses."""

import contextlib
import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app import history
from app.access import Role, User
from app.connectors.lrs_find import Outcome
from app.db.database import Database
from app.db.tables import change, learner, operation
from app.errors import AccessError, ConflictError, InputError
from app.learners.asking import AT_MOST, NOT_ASKED, Asked, learners_to_ask
from app.learners.candidates import Mark, compared, differing
from app.learners.edit import read, save
from app.learners.find_uln import OPERATION, FindSummary, confirmed, correct, find, preselected
from app.learners.subject import Subject
from app.sandbox.faults import FAULTS
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person
from app.sandbox.registry import Case, right_uln
from app.sandbox.server import Reply
from app.tasks import TaskContext
from tests.builders import add_learner, licences_on, snapshot, uln_number, user_with
from tests.db.lrs_people import add_person, client, of_case, of_kind

FIND = "FindLearnerByDemographics"


def look(db: Database, user: User, lrs: LrsSandbox, ids: list[int], **other: object) -> FindSummary:
    return find(TaskContext(), db, user, client(lrs), ids, **other)


def calls(lrs: LrsSandbox) -> int:
    return lrs.other_calls[FIND]


def row_of(db: Database, key: int):
    with db.read() as tx:
        return tx.execute(select(learner).where(learner.c.id == key)).one()


def operations(db: Database, kind: str):
    with db.read() as tx:
        return tx.execute(select(operation).where(operation.c.kind == kind)).all()


# -------------------- what a search comes to


@pytest.mark.parametrize(
    ("case", "outcome", "number"),
    [
        (Case.AS_THEY_ARE, Outcome.EXACT, 1),
        (Case.TWINS, Outcome.POSSIBLE, 2),
        (Case.MERGED, Outcome.LINKED, 1),
        (Case.CROWD, Outcome.TOO_MANY, 0),
        (Case.UNKNOWN, Outcome.NO_MATCH, 0),
        (Case.MOVED, Outcome.POSSIBLE, 1),
        (Case.FORMER_NAME, Outcome.EXACT, 1),
        (Case.NAMESAKE, Outcome.POSSIBLE, 2),
    ],
)
def test_each_outcome(db: Database, user: User, lrs: LrsSandbox, case: Case, outcome: Outcome, number: int):
    one = of_case(case)
    key = add_person(db, one)
    [result] = look(db, user, lrs, [key]).results
    assert result.learner.id == key
    assert result.answer is not None
    assert result.answer.outcome is outcome
    assert len(result.answer.learners) == number
    if number:
        assert right_uln(one) in [found.uln for found in result.answer.learners]
    exact = preselected(result.answer)
    assert (exact is not None) is (outcome is Outcome.EXACT), "only an exact match is offered at once"


@pytest.mark.parametrize("of", [Kind.TEMPORARY, Kind.BAD_CHECK])
def test_a_temporary_or_mistyped_uln_is_found_by_the_details(db: Database, user: User, lrs: LrsSandbox, of: Kind):
    people = of_kind(of)[:4]
    ids = [add_person(db, one) for one in people]
    results = look(db, user, lrs, ids).results
    assert [one.learner.id for one in results] == ids
    for person, result in zip(people, results, strict=True):
        assert result.answer is not None
        assert result.answer.outcome is Outcome.EXACT
        assert result.answer.learners[0].uln == person.lrs_uln


def test_looking_stores_nothing_but_that_it_was_done(db: Database, user: User, lrs: LrsSandbox):
    ids = [add_person(db, of_case(case)) for case in (Case.AS_THEY_ARE, Case.TWINS)]
    before, made = snapshot(db, "learner", without=()), calls(lrs)
    summary = look(db, user, lrs, ids)
    assert calls(lrs) - made == summary.ending.calls == 2
    assert snapshot(db, "learner", without=()) == before
    [done] = operations(db, "uln_find")
    assert (done.reason, done.state, done.user_id) == ("2 learners", "done", user.id)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"birth_date": None}, "Add the date of birth"),
        ({"birth_date": date(1850, 1, 1)}, "Correct the date of birth"),
        ({"postcode": None}, "Add the last known postcode"),
        ({"postcode": "NOWHERE"}, "Correct the postcode"),
        ({"family_name": None}, "Add the surname"),
        ({"given_names": None, "first_name": None}, "Add the forename"),
        ({"family_name": "123"}, "Correct the name"),
        ({"family_name": "A\x07b"}, "Correct the name"),
    ],
)
def test_who_lacks_something_is_told_what_to_add_and_not_asked_about(
    db: Database, user: User, lrs: LrsSandbox, missing: dict[str, object], words: str
):
    lacking = add_person(db, of_case(Case.AS_THEY_ARE), **missing)
    whole = add_person(db, of_case(Case.MOVED))
    made = calls(lrs)
    first, second = look(db, user, lrs, [lacking, whole]).results
    assert first.problem.startswith(words)
    assert first.code == ""
    assert second.answer is not None
    assert calls(lrs) - made == 1


def test_nobody_to_ask_needs_no_service(db: Database, user: User, lrs: LrsSandbox):
    key = add_person(db, of_case(Case.AS_THEY_ARE), postcode=None)
    made = calls(lrs)
    assert look(db, user, lrs, [key]).ending.calls == 0
    assert calls(lrs) == made
    assert not operations(db, "uln_find")


def test_each_learner_is_asked_about_once(db: Database, user: User, lrs: LrsSandbox):
    key = add_person(db, of_case(Case.AS_THEY_ARE))
    made = calls(lrs)
    assert len(look(db, user, lrs, [key, key]).results) == 1
    assert calls(lrs) - made == 1


# -------------------- who may, how many


def test_it_takes_the_right_and_both_licences(db: Database, user: User, lrs: LrsSandbox):
    key = add_person(db, of_case(Case.AS_THEY_ARE))
    made = calls(lrs)
    with pytest.raises(AccessError):
        look(db, user_with(db, Role.ENROLMENT_MANAGER), lrs, [key])
    licences_on(db, on=False)
    with pytest.raises(AccessError):
        look(db, user, lrs, [key])
    assert calls(lrs) == made


def test_at_most_a_thousand(db: Database, user: User, lrs: LrsSandbox):
    with pytest.raises(InputError, match="1,000"):
        look(db, user, lrs, list(range(1, AT_MOST + 2)))


# -------------------- when things go wrong


def first_only(fault: str):
    """The service fails in this way once, and is well again."""
    came: list[int] = []

    def reply(asked) -> Reply:
        came.append(1)
        return FAULTS[fault](asked) if len(came) == 1 else asked.usual()

    return reply


def test_answers_are_not_lost_to_a_database_that_fails_after_the_calls(db: Database, user: User, lrs: LrsSandbox):
    key = add_person(db, of_case(Case.AS_THEY_ARE))

    def reply(asked) -> Reply:
        with db.write() as tx:
            tx.exec_driver_sql("alter table learner rename to learner_away")
        return asked.usual()

    lrs.answers[FIND] = reply
    try:
        [result] = look(db, user, lrs, [key]).results
    finally:
        with db.write() as tx:
            tx.exec_driver_sql("alter table learner_away rename to learner")
    assert result.answer is not None
    assert result.answer.outcome is Outcome.EXACT


@pytest.mark.parametrize("fault", ["html", "truncated", "reset", "fault-without-detail", "nothing"])
def test_one_bad_answer_never_fails_the_run(db: Database, user: User, lrs: LrsSandbox, fault: str):
    ids = [add_person(db, one) for one in of_kind(Kind.TEMPORARY)[:3]]
    lrs.answers[FIND] = first_only(fault)
    summary = look(db, user, lrs, ids)
    assert summary.ending.stopped == ""
    [failed] = [one for one in summary.results if one.answer is None]
    assert failed.problem.endswith(".")
    assert failed.code not in ("", NOT_ASKED)


def test_a_wrong_password_stops_the_run_and_the_rest_is_not_asked(db: Database, user: User, lrs: LrsSandbox):
    ids = [add_person(db, one) for one in of_kind(Kind.NO_ULN)[:12]]
    made = calls(lrs)
    summary = find(TaskContext(), db, user, client(lrs, password="f" * 16, parallel=2), ids)
    assert "password" in summary.ending.stopped.lower()
    assert calls(lrs) - made <= 3
    codes = [one.code for one in summary.results]
    assert "WSEC0005" in codes
    assert codes.count(NOT_ASKED) >= 9
    assert [one.learner.id for one in summary.results] == ids


def test_a_cancel_keeps_what_came(db: Database, user: User, lrs: LrsSandbox):
    ids = [add_person(db, one) for one in of_kind(Kind.NO_ULN)[:12]]
    lrs.set_latency(40)
    task = TaskContext(lambda progress: task.cancel() if progress.done >= 2 else None)
    summary = find(task, db, user, client(lrs, parallel=1), ids)
    assert summary.ending.cancelled
    assert summary.ending.stopped
    answered = [one for one in summary.results if one.answer is not None]
    assert 2 <= len(answered) < 12
    assert len(summary.results) == 12


def test_a_busy_service_is_asked_again(db: Database, user: User, lrs: LrsSandbox):
    key = add_person(db, of_case(Case.AS_THEY_ARE))
    lrs.answers[FIND] = first_only("busy")
    summary = look(db, user, lrs, [key])
    assert summary.results[0].answer is not None
    assert summary.ending.calls == 2


# -------------------- the correction


def found(db: Database, user: User, lrs: LrsSandbox, one: Person | None = None) -> Asked:
    key = add_person(db, one or of_case(Case.AS_THEY_ARE))
    [result] = look(db, user, lrs, [key]).results
    return result


def test_the_chosen_uln_is_stored_with_history_and_can_be_undone(db: Database, user: User, lrs: LrsSandbox):
    result = found(db, user, lrs, of_kind(Kind.BAD_CHECK)[0])
    key, uln = result.learner.id, result.answer.learners[0].uln
    before = row_of(db, key)
    done = correct(db, user, result.learner, uln)
    row = row_of(db, key)
    assert (row.uln, row.uln_state, row.version) == (uln, "ok", before.version + 1)
    assert uln in row.search_fold
    with db.read() as tx:
        [told] = tx.execute(select(change).where(change.c.operation_id == done)).all()
    assert (told.learner_id, told.table_name, told.kind) == (key, "learner", "update")
    assert set(history.unpacked(learner, told.after)) == {"uln", "uln_state", "search_fold"}
    [entry] = operations(db, OPERATION)
    assert (entry.id, entry.state) == (done, "done")
    assert history.undo(db, user.id, done).left == 0
    again = row_of(db, key)
    assert (again.uln, again.uln_state, again.search_fold) == (before.uln, before.uln_state, before.search_fold)


def test_a_corrected_learner_is_asked_with_the_new_uln(db: Database, user: User, lrs: LrsSandbox):
    result = found(db, user, lrs)
    assert not confirmed(result)
    correct(db, user, result.learner, result.answer.learners[0].uln)
    [again] = look(db, user, lrs, [result.learner.id]).results
    assert again.learner.uln == result.answer.learners[0].uln
    assert again.learner.version == result.learner.version + 1


def test_somebody_elses_change_comes_first(db: Database, user: User, lrs: LrsSandbox):
    result = found(db, user, lrs)
    with db.read() as tx:
        held = read(tx, result.learner.id)
    assert save(db, user, held, replace(held.form, known_as="Somebody"))
    with pytest.raises(ConflictError):
        correct(db, user, result.learner, result.answer.learners[0].uln)
    assert row_of(db, result.learner.id).uln is None


def test_a_uln_that_another_learner_holds_is_said_and_refused(db: Database, user: User, lrs: LrsSandbox):
    one = of_case(Case.AS_THEY_ARE)
    add_learner(db, 77, uln=one.lrs_uln)
    key = add_person(db, one)
    summary = look(db, user, lrs, [key])
    assert summary.held_by_another(one.lrs_uln, key) == "240077"
    with pytest.raises(InputError, match="240077"):
        correct(db, user, summary.results[0].learner, one.lrs_uln)
    assert not operations(db, OPERATION)


def test_two_officers_at_once_do_not_give_one_uln_to_two_learners(db: Database, user: User):
    for number in range(10):
        ids = [add_learner(db, 100 + 2 * number), add_learner(db, 101 + 2 * number)]
        uln, gate = uln_number(500 + number), threading.Barrier(2)

        def give(one: Subject, uln: str = uln, gate: threading.Barrier = gate) -> None:
            gate.wait(10)
            with contextlib.suppress(InputError):
                correct(db, user, one, uln)

        officers = [
            threading.Thread(target=give, args=[one]) for one in learners_to_ask(db, user, ids, all_names=False)
        ]
        for officer in officers:
            officer.start()
        for officer in officers:
            officer.join()
        assert [row_of(db, key).uln for key in ids].count(uln) == 1


def test_the_learners_own_uln_is_nobody_elses(db: Database, user: User, lrs: LrsSandbox):
    one = of_kind(Kind.EXACT)[0]
    key = add_person(db, one)
    summary = look(db, user, lrs, [key])
    assert summary.held_by_another(one.lrs_uln, key) == ""
    assert confirmed(summary.results[0])
    with pytest.raises(InputError, match="already"):
        correct(db, user, summary.results[0].learner, one.lrs_uln)


@pytest.mark.parametrize("uln", ["", "9999999999", "1234567890", "12345"])
def test_only_a_valid_uln_is_stored(db: Database, user: User, lrs: LrsSandbox, uln: str):
    result = found(db, user, lrs)
    with pytest.raises(InputError):
        correct(db, user, result.learner, uln)
    assert row_of(db, result.learner.id).uln is None


def test_correcting_takes_the_right_to_edit(db: Database, user: User, lrs: LrsSandbox):
    result = found(db, user, lrs)
    may_ask = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_USER)
    only_asks = user_with(db, Role.PLR_USER)
    with pytest.raises(AccessError):
        correct(db, only_asks, result.learner, uln_number(5))
    done = correct(db, may_ask, result.learner, uln_number(5))
    with pytest.raises(AccessError):
        history.undo(db, only_asks.id, done)
    assert history.undo(db, may_ask.id, done).undone == 1


def test_a_removed_learner_is_not_corrected(db: Database, user: User, lrs: LrsSandbox):
    result = found(db, user, lrs)
    with db.write() as tx:
        tx.execute(learner.update().where(learner.c.id == result.learner.id).values(removed_at=db.now(tx)))
    with pytest.raises(ConflictError):
        correct(db, user, result.learner, uln_number(5))


# -------------------- side by side


def test_what_differs_is_marked(db: Database, user: User, lrs: LrsSandbox):
    result = found(db, user, lrs, of_case(Case.NAMESAKE))
    lines = compared(result.learner, result.answer.learners)
    place = next(at for at, one in enumerate(result.answer.learners) if one.birth_date != result.learner.birth_date)
    assert "Date of Birth" in differing(lines, place)
    other = 1 - place
    assert differing(lines, other) == ["UK Postcode"]
    assert {line.name for line in lines} >= {"uln", "given", "family_name", "birth_date", "gender", "postcode"}
    assert next(line for line in lines if line.name == "uln").theirs[0].mark is Mark.UNKNOWN


def test_an_exact_match_differs_in_nothing(db: Database, user: User, lrs: LrsSandbox):
    for one in [one for one in of_kind(Kind.TEMPORARY) if "'" not in (one.family_name or "")][:4]:
        result = found(db, user, lrs, one)
        assert set(differing(compared(result.learner, result.answer.learners), 0)) <= {"Email", "Known As"}
