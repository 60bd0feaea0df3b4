"""The connection over time: states, notices told once, settings, runs kept and reported."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import hold, lms_account, sync_error, sync_run
from app.errors import AccessError, ConflictError, InputError
from app.lms import connection, courses, errors_kept, errors_list, run, runs, runs_list, schedule
from app.lms import settings as sync_settings
from app.lms.connection import State
from app.lms.schedule import Told
from app.lms.settings import Kind, Plan, SyncSettings
from app.tasks import TaskContext
from tests.builders import add_learner, user_with
from tests.db.lms_class import Class, synced
from tests.lms.fake_lms import FakeLms, broken, person, refused, row
from tests.lms.sending import Sections

COURSES, ENROLMENTS = Kind.COURSES, Kind.ENROLMENTS


def all_runs_earlier(db: Database, minutes: int) -> None:
    """Time passes."""
    with db.write() as tx:
        for row in tx.execute(select(sync_run)).all():
            values = {"started_at": row.started_at - timedelta(minutes=minutes)}
            values["ended_at"] = row.ended_at - timedelta(minutes=minutes)
            tx.execute(update(sync_run).where(sync_run.c.id == row.id).values(values))


def standing(db: Database, kind: Kind) -> connection.Standing:
    with db.read() as tx:
        return connection.read(db, tx, kind)


def run_courses(db: Database, user: User, lms: FakeLms):
    return courses.run(TaskContext(), db, user, lms)


@pytest.mark.rule("LS-N2", "LS-N3")
def test_down_is_told_once_and_recovery_once(db: Database, user: User):
    lms = FakeLms()
    lms.course("5")
    sync_settings.save(db, user, SyncSettings(contact="Ring Ada, ext. 12"))
    run_courses(db, user, lms)
    assert standing(db, COURSES).state is State.HEALTHY
    assert connection.take_notice(db, COURSES) is None
    lms.failing["courses"] = broken("SE-03")
    all_runs_earlier(db, 29)
    run_courses(db, user, lms)
    assert standing(db, COURSES).state is State.FAILING
    assert connection.take_notice(db, COURSES) is None
    all_runs_earlier(db, 2)
    run_courses(db, user, lms)
    told = standing(db, COURSES)
    assert (told.state, told.cause.code if told.cause else None) == (State.DOWN, "SE-03")
    notices = [connection.take_notice(db, COURSES) for _ in range(3)]
    notice = notices[0]
    assert notices[1:] == [None, None]
    assert notice is not None
    assert (notice.down, notice.runs_missed, notice.contact) == (True, 2, "Ring Ada, ext. 12")
    assert connection.take_notice(db, ENROLMENTS) is None, "each kind has its own"
    lms.failing.clear()
    run_courses(db, user, lms)
    notice = connection.take_notice(db, COURSES)
    assert notice is not None
    assert (notice.down, notice.runs_missed) == (False, 2)
    assert timedelta(minutes=30) < notice.lasted < timedelta(minutes=40)
    assert connection.take_notice(db, COURSES) is None


@pytest.mark.rule("SE-R6", "LS-N2")
def test_an_accepted_failure_raises_no_notice(db: Database, user: User):
    lms = FakeLms()
    lms.failing["courses"] = broken("SE-05")
    run_courses(db, user, lms)
    all_runs_earlier(db, 60)
    run_courses(db, user, lms)
    with db.read() as tx:
        [key] = db.ids(tx, errors_list.keys_query())
    with pytest.raises(InputError, match="a reason and a last day"):
        errors_kept.accept(db, user, [key], "Summer upgrade", None)
    assert errors_kept.accept(db, user, [key], "Summer upgrade", date.today() + timedelta(days=3)) == 1
    assert connection.take_notice(db, COURSES) is None
    assert errors_kept.accept(db, user, [key], None, None) == 1
    with db.read() as tx:
        assert errors_kept.snooze(db, user, [key], db.now(tx) + timedelta(hours=1)) == 1
    assert connection.take_notice(db, COURSES) is None
    errors_kept.snooze(db, user, [key], None)
    assert connection.take_notice(db, COURSES) is not None


@pytest.mark.rule("LS-N2")
def test_of_two_computers_one_tells(db: Database, user: User, address: str):
    lms = FakeLms()
    lms.failing["courses"] = broken("SE-01")
    run_courses(db, user, lms)
    all_runs_earlier(db, 60)
    run_courses(db, user, lms)
    told, together = [], threading.Barrier(2, timeout=20)

    def computer() -> None:
        other = Database(address)
        together.wait()
        told.append(connection.take_notice(other, COURSES))
        other.close()

    threads = [threading.Thread(target=computer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in told) == 1


@pytest.mark.rule("SE-15", "SE-12")
def test_degraded_held_and_mere_information(db: Database, user: User):
    lms = FakeLms()
    some, other = Class(db, lms, "5"), Class(db, lms, "6")
    some.learner(1)
    synced(db, user, lms)
    assert standing(db, ENROLMENTS).state is State.HEALTHY, "no activities: information"
    lms.failing["6"] = refused("SE-12")
    synced(db, user, lms)
    found = standing(db, ENROLMENTS)
    assert (found.state, found.facts.errors) == (State.DEGRADED, 1)
    assert other.id
    lms.listed = []
    run_courses(db, user, lms)
    assert (standing(db, COURSES).state, standing(db, ENROLMENTS).state) == (State.HELD, State.DEGRADED)
    until = date.today() + timedelta(days=2)
    sync_settings.save(db, user, SyncSettings(enrolments=Plan(paused_until=until)))
    assert standing(db, ENROLMENTS).state is State.PAUSED


@pytest.mark.rule("LS-S1", "LS-S8")
def test_settings_are_shared_and_checked(db: Database, user: User):
    wanted = SyncSettings(Plan(True, 5), Plan(False, 240, date(2027, 1, 4)), "Ada")
    assert sync_settings.save(db, user, wanted) is True
    assert sync_settings.save(db, user, wanted) is False
    with db.read() as tx:
        assert sync_settings.read(tx) == wanted
    for interval in (4, 241):
        with pytest.raises(InputError, match="5 to 240"):
            sync_settings.save(db, user, SyncSettings(Plan(True, interval)))
    with pytest.raises(InputError, match="too long"):
        sync_settings.save(db, user, SyncSettings(contact="x" * 501))
    with pytest.raises(AccessError):
        sync_settings.save(db, user_with(db, Role.ENROLMENT_MANAGER), SyncSettings())


@pytest.mark.rule("LS-S1", "LS-S8")
def test_only_what_a_person_changed_is_written(db: Database, user: User):
    shown = SyncSettings(Plan(interval=60), Plan(on=False), "Ada")
    meanwhile = SyncSettings(Plan(interval=60, paused_until=date(2027, 1, 4)), Plan(on=True), "Ben")
    sync_settings.save(db, user, meanwhile)
    wanted = SyncSettings(Plan(interval=15), Plan(on=False, interval=240), "Ada")
    assert sync_settings.save(db, user, wanted, shown=shown) is True
    with db.read() as tx:
        assert sync_settings.read(tx) == SyncSettings(
            Plan(interval=15, paused_until=date(2027, 1, 4)), Plan(on=True, interval=240), "Ben"
        )
    assert sync_settings.save(db, user, wanted, shown=wanted) is False
    assert sync_settings.save(db, user, SyncSettings(contact=" "), shown=SyncSettings(contact="Ben")) is True
    with db.read() as tx:
        assert sync_settings.read(tx).contact == ""


@pytest.mark.rule("LS-N1", "LS-S5")
def test_the_schedule_reads_what_became_of_the_last_runs(db: Database, user: User):
    lms = FakeLms()
    run_courses(db, user, lms)
    lms.failing["courses"] = broken("SE-03")
    run_courses(db, user, lms)
    run_courses(db, user, lms)
    run.skipped(db, user, "courses", "It was under way.")
    with db.read() as tx:
        plans, told = schedule.read(db, tx)
    assert plans == SyncSettings()
    one = told[COURSES]
    assert (one.failures, one.hopeless, one.succeeded is not None, one.tried is not None) == (2, True, True, True)
    assert told[ENROLMENTS] == Told(told[ENROLMENTS].now)


@pytest.mark.rule("LS-S3", "LS-S5")
def test_a_run_that_is_due_on_two_computers_takes_place_once(db: Database, user: User, address: str):
    """The schedule of one program, the lock of the other, and the run that is skipped and noted."""
    lms = FakeLms()
    lms.course("5")
    begun, on = threading.Event(), threading.Event()

    def slowly(call: str, course: str) -> None:
        if call == "courses":
            begun.set()
            assert on.wait(20)

    lms.on_call = slowly
    other = Database(address)
    mine, theirs = (schedule.Schedule(0.0, delay=0.0) for _ in range(2))
    thread = threading.Thread(target=run_courses, args=(db, user, lms))
    try:
        assert COURSES in due_now(db, mine, 1.0)
        thread.start()
        assert begun.wait(20)
        assert COURSES in due_now(other, theirs, 1.0), "nothing is known of a run that is not over"
        with pytest.raises(ConflictError):
            courses.run(TaskContext(), other, user, FakeLms(), "schedule")
        theirs.skip(COURSES, 1.0)
        run.skipped(other, user, "courses", "It was under way.")
        assert COURSES not in due_now(other, theirs, 2.0)
    finally:
        on.set()
        thread.join(20)
    plans = SyncSettings()
    with other.read() as tx:
        _, told = schedule.read(other, tx)
    theirs.look(told, 10.0)
    at = theirs.next_at(COURSES, plans, date.today())
    assert at is not None
    assert 1800.0 < at <= 1810.0, "an interval after the run of the other, which is theirs too"
    with db.read() as tx:
        assert sorted(tx.execute(select(sync_run.c.state)).scalars()) == ["finished", "skipped"]
    other.close()


def due_now(db: Database, clock: schedule.Schedule, now: float) -> list[Kind]:
    with db.read() as tx:
        plans, told = schedule.read(db, tx)
    clock.look(told, now)
    return clock.due(plans, date.today(), now)


@pytest.mark.rule("SE-R6", "SE-R4")
@pytest.mark.parametrize("code", ["SE-13", "SE-20"], ids=["course", "enrolment"])
def test_errors_of_a_course_and_of_an_enrolment_are_snoozed_and_accepted_until_they_end(
    db: Database, user: User, code: str
):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    if code == "SE-13":
        lms.failing["5"] = refused(code)
    else:
        some.enrol(add_learner(db, 2), 2)
    synced(db, user, lms)
    assert quiet(db) == [(code, 1, 0)]
    with db.read() as tx:
        ids = tx.execute(select(sync_error.c.id)).scalars().all()
        now = db.now(tx)
    errors_kept.snooze(db, user, ids, now + timedelta(days=1))
    synced(db, user, lms)
    assert quiet(db) == [(code, 1, 1)], "met again, and still asleep"
    errors_kept.snooze(db, user, ids, None)
    assert quiet(db) == [(code, 1, 0)]
    errors_kept.accept(db, user, ids, "Known to the teacher.", date.today() + timedelta(days=7))
    synced(db, user, lms)
    assert quiet(db) == [(code, 1, 1)]
    errors_kept.accept(db, user, ids, "Known to the teacher.", date.today() - timedelta(days=1))
    assert quiet(db) == [(code, 1, 0)], "its last day is over"
    lms.failing.clear()
    some.course.add(2, "240002", 5.0)
    synced(db, user, lms)
    assert quiet(db) == []


def quiet(db: Database) -> list[tuple[str, int, int]]:
    """Of each cause how many there are, and how many of them raise no notice."""
    with db.read() as tx:
        return [(one.code, one.count, one.quiet) for one in errors_list.groups(db, tx)]


# -------------------------------------------------------------------------------------------------------------- runs


def test_runs_are_kept_for_two_years(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    lms.failing["5"] = refused("SE-13")
    old = synced(db, user, lms)
    lms.failing.clear()
    lms.listed = []
    held = run_courses(db, user, lms)
    run.skipped(db, user, "courses", "It was under way.")
    with db.write() as tx:
        long_ago = db.now(tx) - timedelta(days=740)
        tx.execute(update(sync_run).values(started_at=long_ago))
        tx.execute(update(sync_error).values(cleared_at=None))
    synced(db, user, lms)
    with db.read() as tx:
        kept = set(tx.execute(select(sync_run.c.id)).scalars())
        assert tx.execute(select(func.count(hold.c.id))).scalar_one() == 1
    with db.read() as tx:
        assert tx.execute(select(sync_run.c.id).where(sync_run.c.state == "skipped")).all() == []
    assert old.run_id not in kept
    assert held.run_id in kept, "its decision is still to be made"


def test_how_long_runs_are_kept_is_a_setting_and_what_sent_something_stays(db: Database, user: User):
    lms = FakeLms()
    lms.course("5")
    some = Sections(db, user)
    some.learner(1, some.section("5"))
    sent, other = some.send(lms), synced(db, user, lms)
    with db.write() as tx:
        tx.execute(update(sync_run).values(started_at=db.now(tx) - timedelta(days=200)))
    synced(db, user, lms)
    with db.read() as tx:
        assert {sent.run_id, other.run_id} <= set(tx.execute(select(sync_run.c.id)).scalars())
    sync_settings.save(db, user, SyncSettings(kept_months=6))
    synced(db, user, lms)
    with db.read() as tx:
        kept = set(tx.execute(select(sync_run.c.id)).scalars())
    assert sent.run_id in kept, "its attempt tells of it"
    assert other.run_id not in kept


@pytest.mark.rule("LS-N5", "LS-N6")
def test_the_report_names_nobody_and_holds_no_token(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5", short_name="SECRETCOURSE", full_name="SECRETCOURSE")
    some.learner(1, 5.0, family_name="Plantedname", given_names="Plantedfirst", email="planted@example.org")
    some.course.people = [person(1, "240001", full_name="Plantedaccount", email="planted@example.org")]
    some.course.rows["1"] = [
        row("1", 5.0, feedback="Plantedfeedback"),
        row(None, 5.0, "course", grade_text="Plantedgrade"),
    ]
    synced(db, user, lms)
    with db.read() as tx:
        assert tx.execute(select(lms_account.c.full_name)).scalar_one() == "Plantedaccount", "it is there to be told"
    lms.failing["5"] = refused("SE-13")
    synced(db, user, lms)
    lms.failing["courses"] = broken("SE-03")
    run_courses(db, user, lms)
    with db.read() as tx:
        text = runs.report(db, tx, "moodle.example.org", ["ok Name", "NOT Token: SE-03"])
    for word in ("SE-03", "SE-13", "moodle.example.org", "courses 1", "NOT Token"):
        assert word in text, word
    for planted in ("Planted", "planted", "SECRETCOURSE", "240001", user.name):
        assert planted not in text, planted
    with db.read() as tx:
        ids = db.ids(tx, runs_list.keys_query())
        assert len(runs_list.rows(tx, ids)) == 3


@pytest.mark.rule("LS-N6")
def test_nothing_stored_could_be_a_token():
    from app.db.tables import metadata

    names = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.c]
    assert [name for name in names if "token" in name] == ["job_lock.token"]
