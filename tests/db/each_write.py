"""Each kind of write, as the tests of lost servers do it again and again: what it does, what it leaves when it is
lost, and what comes of it in the end."""

from collections import Counter
from dataclasses import replace

from sqlalchemy import select

from app import history, licences, purge, saved, users
from app.access import Role
from app.db.tables import (
    app_user,
    attainment,
    change,
    enrolment,
    extract_attempt,
    extract_record,
    learner,
    licence,
    operation,
    progress,
    term,
)
from app.imports import apply
from app.learners import edit, erase, flood_fill, merge
from app.lms import enrolments, settings
from app.lms.extracts import course_status, sender
from app.lms.extracts.course_status import Step
from app.lms.extracts.staged import Staged
from app.lms.sections import things_save
from app.lms.sections.things import Thing, What
from app.lms.settings import SyncSettings
from app.saved import Kind
from app.tasks import TaskContext
from app.users import Account
from tests.builders import add_attainment, add_learner
from tests.db import killed_sync_child
from tests.db.killed_sync_child import COURSES, LEARNERS
from tests.db.loading import Loader, an_aim, record
from tests.db.losing import World, Write, done_once, number_of
from tests.db.test_extract_statuses import Room
from tests.db.test_purge import edit as edited
from tests.db.test_purge import past
from tests.db.updating import five_learners, run
from tests.imports.importing import EVERYTHING, Importing, done
from tests.lms.fake_lms import FakeLms
from tests.lms.rows import add_course, add_enrolment, add_section
from tests.lms.sending import Sections

# ---------------------------------------------------------------------------------------- what has one transaction


def edit_of_a_learner(world: World) -> Write:
    key = add_learner(world.db)
    with world.db.read() as tx:
        held = edit.read(tx, key)
    form = replace(held.form, family_name="New")

    def end() -> None:
        done_once(world, "learner_edited", 1)
        with world.db.read() as tx:
            assert edit.read(tx, key).form.family_name == "New"

    return Write(lambda: none(edit.save(world.db, world.user, held, form)), end)


def flood_fill_of_many(world: World) -> Write:
    ids = [add_learner(world.db) for _ in range(6)]
    seen = flood_fill.preview(TaskContext(), world.db, world.user, ids, "tutor_group", "7A")

    def end() -> None:
        assert number_of(world.db, learner, learner.c.tutor_group == "7A") == 6
        done_once(world, flood_fill.FILLED, 6)

    return Write(lambda: none(flood_fill.fill(TaskContext(), world.db, world.user, seen)), end)


def load(world: World) -> Write:
    loader = Loader(world.db, world.user, world.folder)
    loader.bring(record(1, aims=[an_aim(1)]))
    seen = loader.preview(record(number, phone="1", aims=[an_aim(1)]) for number in range(1, 5))

    def end() -> None:
        assert number_of(world.db, learner, learner.c.phone == "1") == number_of(world.db, learner) == 4

    return Write(lambda: none(loader.apply(seen)), end)


def undo(world: World) -> Write:
    ids = [add_learner(world.db) for _ in range(6)]
    seen = flood_fill.preview(TaskContext(), world.db, world.user, ids, "tutor_group", "7A")
    filled = flood_fill.fill(TaskContext(), world.db, world.user, seen).operation_id
    assert filled is not None

    def end() -> None:
        assert number_of(world.db, learner, learner.c.tutor_group.is_not(None)) == 0
        done_once(world, "undo", 6)

    return Write(lambda: none(history.undo(world.db, world.user.id, filled)), end)


def roles_of_a_user(world: World) -> Write:
    if world.server is not None and not world.server.run("select from pg_roles where rolname = 'lost_one'"):
        world.server.run("create role lost_one login")
    wanted = Account(login="lost_one", name="Lost", roles=frozenset({Role.PLR_USER, Role.RECORD_IMPORTER}))

    def end() -> None:
        done_once(world, users.KIND, 3)
        assert number_of(world.db, app_user, app_user.c.login == "lost_one") == 1

    return Write(lambda: none(users.save(world.db, world.user, None, wanted)), end)


def shared_settings(world: World) -> Write:
    wanted = SyncSettings(contact="The LMS desk", overdue_hours=48)

    def end() -> None:
        with world.db.read() as tx:
            assert settings.read(tx) == wanted
        done_once(world, "lms_settings", 4)

    return Write(lambda: none(settings.save(world.db, world.user, wanted)), end)


def a_licence(world: World) -> Write:
    from app import access

    with world.db.read() as tx:
        held = access.licences(tx)[0]
    wanted = replace(held, note="Renewed")

    def end() -> None:
        assert number_of(world.db, licence, licence.c.note == "Renewed") == 1
        done_once(world, "licence", 1)

    return Write(lambda: none(licences.save(world.db, world.user, wanted)), end)


def a_saved_search(world: World) -> Write:
    def put() -> None:
        saved.save(world.db, world.user, Kind.LEARNER_SEARCH, "Mine", "{}", shared=False)

    def end() -> None:
        with world.db.read() as tx:
            assert [one.name for one in saved.every(tx, world.user, Kind.LEARNER_SEARCH)] == ["Mine"]

    return Write(put, end)


def a_merge(world: World) -> Write:
    stays, goes = (add_learner(world.db, number) for number in (1, 2))
    for key in (stays, goes):
        add_attainment(world.db, key)
        add_enrolment(world.db, key, add_section(world.db, add_course(world.db)))
    seen = merge.compare(TaskContext(), world.db, world.user, stays, goes, in_this_order=True)

    def end() -> None:
        assert number_of(world.db, learner, learner.c.merged_into_id == stays) == 1
        assert number_of(world.db, enrolment, enrolment.c.learner_id == stays) == 2
        assert number_of(world.db, operation, operation.c.kind == merge.MERGED) == 1

    return Write(lambda: none(merge.merge(world.db, world.user, seen, {})), end)


def an_erasure(world: World) -> Write:
    key = add_learner(world.db, 1, ref="R1")
    add_attainment(world.db, key)

    def end() -> None:
        assert number_of(world.db, attainment) == 0
        assert number_of(world.db, learner, learner.c.uln.is_not(None)) == 0
        assert number_of(world.db, operation, operation.c.kind == erase.KIND, operation.c.state == "done") == 1

    def away() -> None:
        erase.erase(world.db, world.user, key, "R1", "They asked for it")

    return Write(away, end, untold="An erasure takes from the history what it says of the person")


def none(_: object) -> None:
    """What was returned tells nothing that `end` does not look at."""


WHOLE = (
    edit_of_a_learner, flood_fill_of_many, load, undo, a_merge, an_erasure, roles_of_a_user, shared_settings,
    a_licence, a_saved_search,
)  # fmt: skip


# ------------------------------------------------------------------------------------------ what has several of them


def plr_update(world: World) -> Write:
    session = five_learners(world.db)

    def update() -> str | None:
        return run(world.db, world.user, session).stopped or None

    def parts() -> None:
        """Learner by learner whole or untouched, and the history tells just what there is."""
        with world.db.read() as tx:
            written = Counter(tx.execute(select(attainment.c.learner_id)).scalars())
            told = Counter(tx.execute(select(change.c.learner_id)).scalars())
        assert set(written.values()) <= {1}
        assert told == dict.fromkeys(written, 2)

    def end() -> None:
        parts()
        assert number_of(world.db, attainment) == 5

    return Write(update, end, parts)


def a_course_status(world: World) -> Write:
    some = Sections(world.db, world.user)
    here = some.section("5")
    ids = some.learners_of(here, range(1, 5))
    some.judge()
    for one in some.records():
        some.set_status(one.id, "processed")
    settings.save(world.db, world.user, SyncSettings(contact="Somebody"))  # the last thing that the history tells

    def withdraw() -> str | None:
        done = course_status.change(world.db, world.user, ids, Step.WITHDRAW)
        assert done.changed == 4
        return None

    def anew() -> None:  # and what the next sending does first
        course_status.change(world.db, world.user, ids, Step.WITHDRAW)
        some.judge()

    def parts() -> None:
        dropped = number_of(world.db, enrolment, enrolment.c.status == "dropped")
        assert dropped == 0, "nothing of it was told to be done"
        told = number_of(world.db, change, change.c.table_name == "extract_record")
        assert told == number_of(world.db, extract_record)

    def end() -> None:
        some.judge()  # as the next sending does, where the server was lost between the change and its records
        assert [one.change for one in some.records()] == ["add", "drop"] * 4
        done_once(world, course_status.KIND, 4)

    return Write(withdraw, end, parts, anew=anew, after_undo="the LMS is told of the undo, too")


def staged_statuses(world: World) -> Write:
    room = Room(world.db)
    ids = room.records(*["rejected"] * 5)
    left: list[Staged] = [room.foresee(ids, "ready").staged]

    def ready() -> int:
        return number_of(world.db, extract_record, extract_record.c.status == "ready")

    def save() -> str | None:
        done = room.save(left[0])
        left[0] = done.left
        assert ready() == 5 - len(left[0]), "what was not written stays staged"
        return str(done.failed) if done.failed else None

    def anew() -> str | None:  # what was staged went with the window
        left[0] = room.foresee(ids, "ready").staged
        return save() if len(left[0]) else None

    def parts() -> None:
        assert ready() == number_of(world.db, change)

    def end() -> None:
        assert room.college.statuses(ids) == ["ready"] * 5
        assert number_of(world.db, change) == 5

    return Write(save, end, parts, anew=anew)


def a_sending(world: World, lms: FakeLms | None = None) -> Write:
    some = Sections(world.db, world.user)
    lms = lms or FakeLms(parallel=1, entries_at_once=2)
    lms.course("5")
    here = some.section("5")
    some.learners_of(here, range(1, 7))

    def send() -> str | None:
        done = sender.run(TaskContext(), world.db, world.user, lms)
        return None if done.state == "finished" else " ".join(done.messages)

    def parts() -> None:
        with world.db.read() as tx:
            query = select(extract_record.c.enrolment_id, extract_attempt.c.id).join(
                extract_attempt, extract_attempt.c.record_id == extract_record.c.id
            )
            tried = {row[0] for row in tx.execute(query)}
        called = {one.user for entries in lms.enrolled for one in entries}
        assert len(called) <= len(tried), "an attempt is written before the call"

    def end() -> None:
        sender.run(TaskContext(), world.db, world.user, lms)  # sees what was sent and could not be noted
        assert some.statuses() == [("add", "processed")] * 6
        called = Counter(one.user for entries in lms.enrolled for one in entries)
        assert set(called.values()) == {1}, "nothing is sent twice"

    return Write(send, end, parts, apart=("sync_run", "extract_attempt", "extract_record.attempts"))


def a_synchronisation(world: World) -> Write:
    for number in range(COURSES):
        taught = add_section(world.db, add_course(world.db, str(500 + number)))
        for one in range(LEARNERS):
            add_enrolment(world.db, add_learner(world.db, number * LEARNERS + one), taught)
    lms = killed_sync_child.lms()

    def sync() -> str | None:
        done = enrolments.run(TaskContext(), world.db, world.user, lms)
        return None if done.state == "finished" else " ".join(done.messages)

    def parts() -> None:
        here = number_of(world.db, progress)
        assert here % LEARNERS == 0, "course by course"
        assert number_of(world.db, change, change.c.table_name == "progress") == here

    def end() -> None:
        parts()
        assert number_of(world.db, progress) == COURSES * LEARNERS

    return Write(sync, end, parts, apart=("sync_run",))


def an_import(world: World) -> Write:
    here = Importing(world.db, world.user, world.folder)
    here.add_people(*range(1, 7))
    rows = [done(number) for number in range(1, 7)]
    seen = here.check(rows)

    def bring() -> str | None:
        apply.settle(world.db)
        with world.db.read() as tx:
            state = apply.job_of(tx, seen.job_id).state
        if state == "aborted":
            apply.resume(TaskContext(), world.db, world.user, seen.job_id, batch=2)
        else:
            apply.apply(TaskContext(), world.db, world.user, seen.job_id, EVERYTHING, batch=2)
        return None

    def anew() -> str | None:  # one that was taken back begins with the file
        with world.db.read() as tx:
            state = apply.job_of(tx, seen.job_id).state
        if state in ("checked", "importing", "aborted"):
            return bring()
        here.apply(here.check(rows), *EVERYTHING)
        return None

    def parts() -> None:
        people = len(here.enrolled())
        assert people % 2 == 0, "batch by batch"
        assert len(here.credit()) == people
        outcomes = Counter(here.outcomes(seen.job_id))
        assert outcomes["completed"] == people

    def end() -> None:
        parts()
        assert len(here.credit()) == 6
        assert here.outcomes(seen.job_id) == ["completed"] * 6

    return Write(bring, end, parts, anew=anew, apart=("file_job", "file_row"))


def a_purge(world: World) -> Write:
    key = add_learner(world.db)
    for number in range(5):
        past(world.db, edited(world.db, world.user, key, kind="learners_loaded", phone=str(number)))

    def take() -> str | None:
        purge.purge(TaskContext(), world.db, world.user, "Two years are over")
        return None

    def parts() -> None:
        assert number_of(world.db, learner) == 1
        old = operation.c.kind == "learners_loaded"
        assert number_of(world.db, change, change.c.table_name == "learner") <= number_of(world.db, operation, old)

    def end() -> None:
        assert number_of(world.db, operation, operation.c.kind == "learners_loaded") == 0
        states = number_of(world.db, operation, operation.c.kind == purge.KIND, operation.c.state == "done")
        assert states == 1

    return Write(take, end, parts, apart=("setting",))  # how much the last one took


def a_set_up(world: World) -> Write:
    def put() -> str | None:
        things_save.save(world.db, world.user, None, Thing(What.TERM, code="26/27 S", name="Spring"))
        return None

    def end() -> None:
        assert number_of(world.db, term, term.c.code == "26/27 S") == 1

    return Write(put, end, lambda: number_of(world.db, term, term.c.code == "26/27 S") == 0)


PARTS = (
    plr_update, a_course_status, staged_statuses, a_sending, a_synchronisation, an_import, a_purge, a_set_up,
)  # fmt: skip
