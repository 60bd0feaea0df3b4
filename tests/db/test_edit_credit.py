"""Edit Credit, and Replace Credit on Incomplete Record: the rules of the course, reasons, two at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import award, change, operation, outgoing_report
from app.errors import AccessError, ConflictError, InputError
from app.imports import amounts, edit_credit
from app.imports.awarding import Completion, Grant
from app.imports.credit_set_up import CourseCredit
from app.imports.edit_credit import Record, Wanted
from app.imports.facts import CourseFacts, CreditFacts
from app.imports.outgoing import Stage
from tests.builders import add_learner, user_with
from tests.imports.credit_rows import (
    DAY,
    add_body,
    add_course,
    add_shell,
    add_type,
    completed,
    enrol,
    granted,
    stages,
)


def record(db: Database, enrolment_id: int) -> Record:
    with db.read() as tx:
        found = edit_credit.read(tx, enrolment_id)
    assert found is not None
    return found


def credit(db: Database) -> list[tuple[str, int, str]]:
    """Who has what, in the order it was given: type, amount, origin."""
    with db.read() as tx:
        rows = tx.execute(select(award).where(award.c.removed_at.is_(None)).order_by(award.c.id)).all()
    return [(str(row.type_id), row.amount, row.origin) for row in rows]


def refused(db: Database, user: User, one: Record, *wanted: Wanted, **more: object) -> InputError:
    before = credit(db)
    with pytest.raises(InputError) as error:
        edit_credit.save(db, user, one, wanted, **more)  # type: ignore[arg-type]
    assert credit(db) == before
    return error.value


def course_of(**more: object) -> CourseFacts:
    values = {"minimum": 100, "maximum": 500, "increment": 50, "variable": False, "active": True, **more}
    return CourseFacts(1, "BIO1", "Biology", "normal", 0, {"ama": CreditFacts(1, "ama", **values)})  # type: ignore[arg-type]


def ids_of(course: CourseFacts, amount: int, code: str = "ama") -> list[str]:
    return [one.rule for one in amounts.findings(course, code, amount)]


def test_amounts_are_read_and_shown_alike():
    for text, amount in (("0", 0), ("2", 200), ("2.5", 250), ("2.05", 205), ("9999.99", 999_999), (" 7.10 ", 710)):
        assert amounts.amount_of(text) == amount
        assert amounts.amount_of(amounts.shown(amount)) == amount
    assert [amounts.shown(one) for one in (200, 250, 205, 1)] == ["2", "2.5", "2.05", "0.01"]
    assert amounts.in_words(["a", "b", "c"]) == "a, b and c"


@given(st.integers(0, amounts.MOST))
def test_every_amount_survives_being_shown(amount: int):
    assert amounts.amount_of(amounts.shown(amount)) == amount


@given(st.text())
def test_whatever_is_typed_is_an_amount_or_refused(text: str):
    try:
        amount = amounts.amount_of(text)
    except InputError:
        return
    assert 0 <= amount <= amounts.MOST


@pytest.mark.rule("CR-16", "CR-30", "CR-31", "CR-32")
def test_what_a_course_lets_be_given():
    fixed, variable = course_of(), course_of(variable=True)
    assert [ids_of(fixed, one) for one in (500, 499, 0, 501)] == [[], ["CR-30"], ["CR-30"], ["CR-31"]]
    assert [ids_of(variable, one) for one in (500, 100, 150, 175, 99, 501)] == [
        [],
        [],
        [],
        ["CR-32"],
        ["CR-32"],
        ["CR-31"],
    ]
    assert ids_of(course_of(active=False), 500) == ["CR-16"]
    assert ids_of(fixed, 500, "cpd") == ["CR-16"]
    assert ids_of(replace(fixed, kind="shell"), 7, "cpd") == [], "a shell has no set-up of its own"
    [told] = amounts.findings(fixed, "ama", 300)
    assert "Variable" in told.message
    assert "BIO1" in told.message


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 300), st.integers(0, 1100), st.booleans())
def test_an_amount_breaks_one_rule_at_most(low: int, more: int, step: int, amount: int, variable: bool):
    course = course_of(minimum=low, maximum=low + more, increment=step, variable=variable)
    found = ids_of(course, amount)
    assert len(found) <= 1
    if amount > low + more:
        assert found == ["CR-31"]
    elif not variable:
        assert found == (["CR-30"] if amount < low + more else [])
    else:
        fits = amount in range(low, low + more + 1, step)
        assert found == ([] if fits else ["CR-32"])


@pytest.mark.rule("CR-30", "CR-31", "CR-32", "CR-16", "CR-17")
def test_edit_credit_holds_to_the_rules_of_the_course(db: Database, user: User):
    ama, cpd, off = (add_type(db, user, code) for code in ("ama", "cpd", "off"))
    course_id = add_course(
        db,
        user,
        "BIO1",
        CourseCredit(ama, 500),
        CourseCredit(cpd, 300, 100, 50, variable=True),
        CourseCredit(off, 100, active=False),
    )
    one = record(db, enrol(db, add_learner(db), course_id))
    assert one.may_have == ("ama", "cpd")
    assert "CR-30" in refused(db, user, one, Wanted("ama", 300, DAY)).hint
    assert refused(db, user, one, Wanted("ama", 300, DAY)).field == "ama"
    assert "CR-31" in refused(db, user, one, Wanted("cpd", 301, DAY)).hint
    assert refused(db, user, one, Wanted("off", 100, DAY)).field == "off"
    ends_first = Wanted("ama", 500, DAY, date(2026, 1, 1))
    assert "CR-17" in refused(db, user, one, ends_first).hint
    refused(db, user, one, Wanted("ama", 500), Wanted("ama", 500))
    told = edit_credit.findings(one, [Wanted("cpd", 125, DAY)])
    assert [finding.rule for finding in told] == ["CR-32"]
    assert edit_credit.refused(told) is None, "it is told, and can be done"
    done = edit_credit.save(db, user, one, [Wanted("cpd", 125, DAY), Wanted("ama", 500, DAY)])
    assert credit(db) == [(str(cpd), 125, "hand"), (str(ama), 500, "hand")]
    with db.read() as tx:
        assert tx.execute(select(outgoing_report)).all() == []
        rows = tx.execute(select(change.c.learner_id, change.c.table_name).where(change.c.operation_id == done)).all()
    assert [tuple(row) for row in rows] == [(one.learner_id, "award")] * 2
    now = record(db, one.enrolment_id)
    assert edit_credit.save(db, user, now, [Wanted("ama", 500, DAY), Wanted("cpd", 125, DAY)]) is None
    with pytest.raises(ConflictError):
        edit_credit.save(db, user, one, [])
    assert done is not None
    assert history.undo(db, user.id, done).left == 0
    assert credit(db) == []


def test_credit_that_stays_as_it_is_is_not_judged_again(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    course_id, who = add_course(db, user, "BIO1", CourseCredit(ama, 500), CourseCredit(cpd, 100)), add_learner(db)
    granted(db, user, Grant(who, course_id, ama, 300, DAY))
    one = record(db, enrol(db, who, course_id))
    assert edit_credit.save(db, user, one, [Wanted("ama", 300, DAY), Wanted("cpd", 100)]) is not None
    assert credit(db) == [(str(ama), 300, "import"), (str(cpd), 100, "hand")]
    now = record(db, one.enrolment_id)
    edit_credit.save(db, user, now, [Wanted("ama", 300, date(2026, 1, 2)), Wanted("cpd", 100)])
    assert "CR-30" in refused(db, user, record(db, one.enrolment_id), Wanted("ama", 200, DAY)).hint


@pytest.mark.rule("CR-35", "CR-42")
def test_an_incomplete_record_is_put_right_by_replacing_and_with_a_reason(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    course_id, who = add_course(db, user, "BIO1", CourseCredit(ama, 500), CourseCredit(cpd, 100)), add_learner(db)
    bare = record(db, enrol(db, who, course_id, complete=False, completed_on=None))
    assert "no credit" in refused(db, user, bare, Wanted("ama", 500), replacing=True, reason="x").hint
    granted(db, user, Grant(who, course_id, ama, 500, DAY))
    one = record(db, bare.enrolment_id)
    assert "not complete" in refused(db, user, one, Wanted("cpd", 100)).hint
    assert refused(db, user, one, Wanted("cpd", 100), replacing=True, reason="  ").field == "reason"
    assert refused(db, user, one, Wanted("cpd", 100), replacing=True, reason="x" * 501).field == "reason"
    assert "CR-30" in refused(db, user, one, Wanted("cpd", 99), replacing=True, reason="Wrong type").hint
    done = edit_credit.save(db, user, one, [Wanted("cpd", 100, DAY)], replacing=True, reason=" Wrong type ")
    assert credit(db) == [(str(cpd), 100, "hand")]
    with db.read() as tx:
        row = tx.execute(select(operation).where(operation.c.id == done)).one()
    assert (row.kind, row.reason, row.user_id) == ("credit_replaced", "Wrong type", user.id)
    assert done is not None
    assert history.undo(db, user.id, done).left == 0
    assert credit(db) == [(str(ama), 500, "import")]
    complete = record(db, enrol(db, add_learner(db), course_id))
    assert "Edit Credit" in refused(db, user, complete, replacing=True, reason="x").hint


@pytest.mark.rule("CR-U3")
def test_what_was_exported_is_named_and_what_was_not_goes_with_its_award(db: Database, user: User):
    ama = add_type(db, user, "ama")
    add_body(db, user, "AMS", ama)
    course_id, who = add_course(db, user, "BIO1", CourseCredit(ama, 500)), add_learner(db)
    completed(db, user, Completion(who, course_id, DAY))
    one = record(db, enrol(db, who, course_id))
    assert one.held[0].told == ()
    done = edit_credit.save(db, user, one, [])
    assert stages(db) == [Stage.WITHDRAWN]
    assert done is not None
    assert history.undo(db, user.id, done).left == 0
    assert stages(db) == [Stage.DUE]
    with db.write() as tx:
        tx.execute(update(outgoing_report).values(exported_at=db.now(tx)))
    now = record(db, one.enrolment_id)
    assert [name for name, _ in now.held[0].told] == ["AMS"]
    edit_credit.save(db, user, now, [])
    assert stages(db) == [Stage.RECALL], "the body has to be told by hand"


def test_a_shell_takes_any_active_type(db: Database, user: User):
    add_type(db, user, "ama")
    add_type(db, user, "cpd", active=False)
    one = record(db, enrol(db, add_learner(db), add_shell(db, "OLD")))
    assert one.may_have == ("ama",)
    edit_credit.save(db, user, one, [Wanted("ama", 123)])
    assert [amount for _, amount, _ in credit(db)] == [123]


def test_of_two_who_save_at_once_one_is_told(db: Database, user: User):
    ama = add_type(db, user, "ama")
    one = record(db, enrol(db, add_learner(db), add_course(db, user, "BIO1", CourseCredit(ama, 500))))
    both = Barrier(2)

    def save(_: int) -> str:
        both.wait()
        try:
            edit_credit.save(db, user, one, [Wanted("ama", 500, DAY)])
        except ConflictError:
            return "told"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, range(2))) == ["saved", "told"]
    assert credit(db) == [(str(ama), 500, "hand")]


def test_what_changes_of_other_types_is_no_conflict(db: Database, user: User):
    ama = add_type(db, user, "ama")
    one = record(db, enrol(db, add_learner(db), add_course(db, user, "BIO1", CourseCredit(ama, 500))))
    add_type(db, user, "cpd")
    assert edit_credit.save(db, user, one, [Wanted("ama", 500, DAY)]) is not None


def test_only_who_may_edits_and_replaces(db: Database, user: User):
    ama = add_type(db, user, "ama")
    course_id = add_course(db, user, "BIO1", CourseCredit(ama, 500))
    one = record(db, enrol(db, add_learner(db), course_id))
    other = user_with(db, Role.ENROLMENT_MANAGER)
    for replacing in (False, True):
        with pytest.raises(AccessError):
            edit_credit.save(db, other, one, [Wanted("ama", 500)], replacing=replacing, reason="x")
    assert credit(db) == []
