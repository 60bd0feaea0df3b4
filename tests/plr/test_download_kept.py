"""What a download leaves behind, who may start one, and the main job from download to second update."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import attainment, learner, licence, metadata, operation, plr_check, user_role
from app.errors import AccessError, DatabaseError
from app.plr.ask import identity_hash
from app.plr.plan import Change
from app.plr.session import PlrSession
from app.plr.update import update_selected
from app.sandbox.expected import expected
from app.sandbox.faults import FAULTS
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import TWICE, Kind, all_events
from app.sandbox.server import Reply
from app.tasks import Progress, TaskContext
from tests.builders import all_keys, snapshot, user_with
from tests.plr.window import ASKED, EXACT, PEOPLE, Window, of_kind

# ----------------------------------------------------------------------------------------------------- what is stored


def checks_of(db: Database) -> dict[int, tuple]:
    with db.read() as tx:
        return {
            row.learner_id: (row.outcome, row.identity_hash, row.user_id) for row in tx.execute(select(plr_check))
        }


def test_that_a_check_was_made_in_one_word(window: Window, db: Database, sandbox: LrsSandbox):
    with db.write() as tx:
        tx.execute(delete(plr_check))
    sandbox.answers[EXACT[0].uln] = FAULTS["html"]
    sandbox.answers[EXACT[1].uln] = Reply(body=b"")
    summary = window.ask()
    checks = checks_of(db)
    assert set(checks) == {one.number for one in ASKED}
    words = {
        Kind.EXACT: "records",
        Kind.LINKED: "records",
        Kind.EMPTY: "none",
        Kind.OPTED_OUT: "refused",
        Kind.NOT_VERIFIED: "refused",
        Kind.ULN_UNKNOWN: "refused",
    }
    failed = {EXACT[0].number, EXACT[1].number}
    for one in ASKED:
        twin = one.number in TWICE and TWICE[one.number] in failed
        if not twin:
            assert checks[one.number][0] == ("failed" if one.number in failed else words[one.kind])
    assert {one.name for one in summary.changes.topics} == {"PLR_CHECKS"}
    asked = {one.id: identity_hash(one) for one in window.session.learners()}
    assert all(checks[key][1:] == (asked[key], 1) for key in checks)


def test_a_later_check_takes_the_place_of_the_earlier(window: Window, db: Database, sandbox: LrsSandbox):
    one = EXACT[0]
    window.ask([one])
    first = checks_of(db)[one.number]
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == one.number).values(family_name="Other"))
    window.ask([one])
    second = checks_of(db)[one.number]
    assert (first[0], second[0]) == ("records", "refused")
    assert first[1] != second[1], "other names were sent"


def test_the_audit_says_who_and_how_many_before_the_first_call(window: Window, db: Database, sandbox: LrsSandbox):
    told: list[tuple] = []

    def look(asked) -> Reply:
        with db.read() as tx:
            told.append(tuple(tx.execute(select(operation.c.user_id, operation.c.kind, operation.c.reason)).one()))
        return asked.usual()

    sandbox.answers[EXACT[0].uln] = look
    window.ask(EXACT[:7])
    assert told == [(1, "plr_download", "7 learners")]
    with db.read() as tx:
        assert tx.execute(select(operation.c.state)).scalar_one() == "done"


def test_nothing_of_the_answers_is_stored(window: Window, db: Database):
    """Not in a table, and not in a byte of the folder: no subject, provider, body, event number, linked ULN."""
    tables = [name for name in metadata.tables if name not in ("plr_check", "operation")]
    before = snapshot(db, *tables)
    stored_bytes = whole_folder(db)
    window.ask()
    assert snapshot(db, *tables) == before
    folder = whole_folder(db)
    words = set()
    for one in PEOPLE:
        words |= {one.found_uln} if one.found_uln else set()
        for event in all_events(one):
            words |= {event.subject, event.achievement_provider_name, event.awarding_organisation_name, event.id}
    news = [word for word in words if word and len(word) > 5 and word.encode() not in stored_bytes]
    assert len(news) > 100
    assert [word for word in news if word.encode() in folder] == []


def whole_folder(db: Database) -> bytes:
    assert db.file is not None
    return b"".join(one.read_bytes() for one in sorted(db.file.parent.iterdir()))


def test_nobody_is_named_in_the_log(window: Window, sandbox: LrsSandbox, caplog: pytest.LogCaptureFixture):
    caplog.set_level(0)
    sandbox.set_fault("html:0.1", "wrong-learner:0.1", "truncated:0.1")
    window.ask(EXACT[:40])
    told = caplog.text + repr(window.session.rows()) + repr([window.answer(one) for one in EXACT[:40]])
    for one in EXACT[:40]:
        assert one.uln not in told
        assert one.family_name not in told.replace("family_name", "")


# ----------------------------------------------------------------------------------------------------- may it, can it


def test_who_may_download(window: Window, db: Database, sandbox: LrsSandbox):
    window.user = user_with(db, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError, match="cannot download"):
        window.ask(EXACT[:3])
    window.user = user_with(db, Role.ENROLMENT_MANAGER, Role.PLR_USER)
    assert window.ask(EXACT[:3]).answered == 3
    with db.write() as tx:
        tx.execute(update(licence).values(is_on=False))
    with pytest.raises(AccessError):
        window.ask(EXACT[:3])
    with db.write() as tx:
        tx.execute(delete(user_role))
    with pytest.raises(AccessError):
        window.ask(EXACT[:3])
    assert len(sandbox.calls) == 3


def test_without_an_audit_no_call(window: Window, db: Database, sandbox: LrsSandbox):
    with db.write() as tx:
        tx.exec_driver_sql("create trigger no_audit before insert on operation begin select raise(abort, 'no'); end")
    with pytest.raises(DatabaseError):
        window.ask(EXACT[:3])
    assert sandbox.calls == []


def test_the_database_goes_away_during_a_download(window: Window, db: Database, sandbox: LrsSandbox):
    """Each answer cost a call that the learner sees: it is held even if nobody can say what Update would do."""

    lost: list[Progress] = []

    def lose_a_table(progress: Progress) -> None:
        if progress.done >= 5 and not lost:
            lost.append(progress)
            with db.write() as tx:
                tx.exec_driver_sql("alter table attainment rename to elsewhere")

    summary = window.ask(EXACT[:30], TaskContext(lose_a_table))
    assert "tables this version needs" in summary.stopped
    codes = window.codes(EXACT[:30])
    assert codes.count("WSRC0004") == len(sandbox.calls) < 30
    assert codes.count("LOCAL28") == 30 - len(sandbox.calls)
    assert summary.answered == len(sandbox.calls)


def test_download_update_download_update(window: Window, db: Database, user: User):
    """The main job, twice: the second time there is nothing to do."""
    window.ask()
    keys = all_keys(window.session)
    first = update_selected(TaskContext(), db, user, window.session, keys, lower_too=False)
    numbers = {"processed": first.processed, "updated": first.updated, "new": len(first.new)}
    numbers |= {"changed": len(first.changed), "unchanged": len(first.unchanged)}
    assert {**numbers, "not_applied": len(first.not_applied)} == expected(PEOPLE)
    with db.read() as tx:
        before = tx.execute(select(attainment)).all()
    window.session = PlrSession()
    window.ask()
    kinds = {row.change for row in window.session.rows()}
    assert kinds <= {Change.SAME, Change.CANNOT, Change.LOWER, Change.NO_EVENTS}
    second = update_selected(TaskContext(), db, user, window.session, all_keys(window.session), lower_too=False)
    assert (second.processed, second.updated) == (first.processed, 0)
    with db.read() as tx:
        assert tx.execute(select(attainment)).all() == before


def test_a_corrected_learner_is_asked_for_anew(window: Window, db: Database):
    """Refresh Failed after Edit Learner: the window asks with what is stored now."""
    one = of_kind(Kind.NOT_VERIFIED)[0]
    window.ask([one])
    assert window.codes([one]) == ["WSEC0208"]
    with db.write() as tx:
        right = {"family_name": one.lrs_family_name, "given_names": one.lrs_given_names, "first_name": None}
        tx.execute(update(learner).where(learner.c.id == one.number).values(**right))
    window.ask([replace(one)])
    assert window.codes([one]) == ["WSRC0004"]
    assert window.session.learner_count == 1
