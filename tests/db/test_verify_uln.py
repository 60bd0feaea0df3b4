"""*Verify* against the sandbox service: the verdicts, what differs in words, and problems first."""

from datetime import date

import pytest
from sqlalchemy import select

from app.access import Role, User
from app.db.database import Database
from app.db.tables import operation
from app.errors import AccessError
from app.learners.asking import NOT_ASKED
from app.learners.verify_uln import Verdict, VerifySummary, verify
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind
from app.tasks import TaskContext
from tests.builders import snapshot, user_with
from tests.db.lrs_people import add_person, client, of_kind

VERIFY = "VerifyLearner"


def ask(db: Database, user: User, lrs: LrsSandbox, ids: list[int]) -> VerifySummary:
    return verify(TaskContext(), db, user, client(lrs), ids)


@pytest.mark.parametrize(
    ("of", "other", "verdict", "flags"),
    [
        (Kind.EXACT, {}, Verdict.GOOD, 0),
        (Kind.EXACT, {"birth_date": date(1999, 9, 9)}, Verdict.SIMILAR, 1),
        (Kind.EXACT, {"family_name": "Zzyzx", "birth_date": date(1999, 9, 9)}, Verdict.WRONG, 3),
        (Kind.LINKED, {}, Verdict.LINKED, 0),
        (Kind.NO_ULN, {}, Verdict.CANNOT, 0),
        (Kind.TEMPORARY, {}, Verdict.CANNOT, 0),
        (Kind.BAD_CHECK, {}, Verdict.CANNOT, 0),
    ],
)
def test_each_verdict(
    db: Database, user: User, lrs: LrsSandbox, of: Kind, other: dict[str, object], verdict: Verdict, flags: int
):
    one = of_kind(of)[0]
    key = add_person(db, one, **other)
    made = lrs.other_calls[VERIFY]
    [result] = ask(db, user, lrs, [key]).results
    assert result.verdict is verdict
    assert len(result.flags) >= flags
    assert (len(result.flags) == 0) is (flags == 0)
    assert all(words.endswith(".") and not words.startswith("VRF") for words in result.flags)
    assert result.words.endswith(".")
    assert lrs.other_calls[VERIFY] - made == (0 if verdict is Verdict.CANNOT else 1)
    if of is Kind.LINKED:
        assert result.other_uln == one.found_uln
        assert result.needs_find


def test_problems_come_first_and_nothing_is_stored_but_that_it_was_done(db: Database, user: User, lrs: LrsSandbox):
    good = [add_person(db, one) for one in of_kind(Kind.EXACT)[:3]]
    bad = add_person(db, of_kind(Kind.EXACT)[5], family_name="Zzyzx")
    none = add_person(db, of_kind(Kind.NO_ULN)[0])
    before = snapshot(db, "learner", without=())
    summary = ask(db, user, lrs, [*good, none, bad])
    assert [one.learner.id for one in summary.results] == [bad, none, *good]
    assert summary.number(Verdict.GOOD) == 3
    assert [one.learner.id for one in summary.results if one.needs_find] == [bad, none]
    assert snapshot(db, "learner", without=()) == before
    with db.read() as tx:
        [done] = tx.execute(select(operation).where(operation.c.kind == "uln_verify")).all()
    assert done.reason == "4 learners"


def test_it_takes_the_right_to_ask(db: Database, user: User, lrs: LrsSandbox):
    key = add_person(db, of_kind(Kind.EXACT)[0])
    with pytest.raises(AccessError):
        ask(db, user_with(db, Role.ENROLMENT_MANAGER), lrs, [key])


def test_a_closed_service_stops_the_run(db: Database, user: User, lrs: LrsSandbox):
    ids = [add_person(db, one) for one in of_kind(Kind.EXACT)[:12]]
    lrs.set_fault("out-of-hours")
    summary = ask(db, user, lrs, ids)
    assert "closed" in summary.ending.stopped.lower()
    assert {one.verdict for one in summary.results} == {Verdict.FAILED}
    assert [one.code for one in summary.results].count(NOT_ASKED) >= 8
    assert len(summary.results) == 12


def test_an_unknown_code_is_no_success(db: Database, user: User, lrs: LrsSandbox):
    key = add_person(db, of_kind(Kind.EXACT)[0])
    lrs.set_fault("answer-XYZ123")
    [result] = ask(db, user, lrs, [key]).results
    assert result.verdict is Verdict.FAILED
    assert "XYZ123" in result.words
