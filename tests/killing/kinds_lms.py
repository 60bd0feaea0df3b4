"""Kinds of writes: the LMS, sections, registrations."""

import contextlib
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.db.tables import lms_account, sync_error
from app.errors import InputError, ServiceError
from app.lms import accounts_decided, compare, courses, enrol, enrolments, errors_kept, holds, run
from app.lms.extracts import queue
from app.lms.sections import code_map, from_aims, section
from app.lms.sections.section import Section
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.db.lms_class import Class
from tests.db.losing import World, Write
from tests.db.test_extract_files import BIO, CHEM
from tests.db.test_extract_from_aims import add_aim, codes
from tests.killing.kinds_people import JOBS
from tests.killing.plainly import one, several
from tests.lms.fake_lms import FakeLms
from tests.lms.rows import add_account, add_course
from tests.lms.section_files import REGISTRATIONS, SECTIONS, FileCollege, Files
from tests.lms.sending import Sections

RUNS = ("sync_run",)


def the_courses_of_the_lms(world: World) -> Write:
    """A run of courses: some are new, one has another name, one has gone."""
    lms = FakeLms(parallel=1)
    for number in range(101, 106):
        lms.course(str(number))
    courses.run(TaskContext(), world.db, world.user, lms)
    lms.unlist("105")
    lms.listed[0:1] = []
    lms.course("101", full_name="Another name")
    lms.course("106")
    return several(lambda: courses.run(TaskContext(), world.db, world.user, lms), apart=RUNS)


def _held(world: World) -> int:
    lms = FakeLms(parallel=1)
    for number in range(101, 104):
        lms.course(str(number))
    courses.run(TaskContext(), world.db, world.user, lms)
    lms.unlist("101", "102", "103")
    courses.run(TaskContext(), world.db, world.user, lms)
    with world.db.read() as tx:
        [found] = holds.waiting(tx)
    return found.id


def a_hold_decided(world: World) -> Write:
    key = _held(world)
    return one(lambda: holds.decide(world.db, world.user, key, holds.REMOVE))


def a_run_of_which_a_course_fails(world: World) -> Write:
    lms = FakeLms(parallel=1)
    for number in ("5", "6"):
        some = Class(world.db, lms, number)
        some.learner(int(number), 5.0, total=5.0)
    lms.failing["5"] = ServiceError("Refused: invalidrecord.", code="invalidrecord")

    def sync() -> None:
        enrolments.run(TaskContext(), world.db, world.user, lms)

    return several(sync, apart=(*RUNS, "sync_error"))


def a_run_that_is_skipped(world: World) -> Write:
    return one(lambda: run.skipped(world.db, world.user, "courses", "The LMS is closed."), again_adds=True)


def an_error_that_is_snoozed(world: World) -> Write:
    lms = FakeLms(parallel=1)
    Class(world.db, lms, "5").learner(5, 5.0, total=5.0)
    lms.failing["5"] = ServiceError("Refused: invalidrecord.", code="invalidrecord")
    enrolments.run(TaskContext(), world.db, world.user, lms)
    with world.db.read() as tx:
        ids = list(tx.execute(select(sync_error.c.id)).scalars())
        until = world.db.now(tx) + timedelta(days=5)
    assert ids
    return one(lambda: errors_kept.snooze(world.db, world.user, ids, until))


def learners_enrolled(world: World) -> Write:
    """Into a course of the LMS that nobody is on yet: its section is made."""
    keys = [add_learner(world.db, number) for number in range(1, 4)]
    course_id = add_course(world.db, "5")
    return one(lambda: enrol.enrol_selected(world.db, world.user, keys, course_id))


def who_is_where(world: World) -> Write:
    lms = FakeLms(parallel=1)
    some = Class(world.db, lms, "5")
    for number in (1, 2):
        some.learner(number, 5.0, total=5.0)
    some.course.add(9, "nobody", 1.0)
    return one(lambda: compare.compare(TaskContext(), world.db, world.user, lms, some.id))


def an_account_decided(world: World) -> Write:
    key, learner_id = add_account(world.db, "9", None), add_learner(world.db, 1)
    with world.db.read() as tx:
        assert tx.execute(select(lms_account.c.id)).scalar_one() == key
    return one(lambda: accounts_decided.decide(world.db, world.user, key, learner_id))


def changes_that_become_records(world: World) -> Write:
    some = Sections(world.db, world.user)
    some.learners_of(some.section("5"), range(1, 4))
    return one(some.judge)


def a_section(world: World) -> Write:
    return one(lambda: section.save(world.db, world.user, None, Section(course_code="BIO", course_title="Biology")))


def a_section_that_begins_to_send(world: World) -> Write:
    """What the LMS has to hear follows in a transaction of its own, or with the next sending."""
    some = Sections(world.db, world.user)
    key = some.section("5")
    some.learners_of(key, range(1, 4))
    with world.db.read() as tx:
        held = section.read(tx, key)
    assert held is not None

    def save() -> None:
        section.save(world.db, world.user, held, replace(held, open=False))

    def anew() -> None:  # as it stands now; what the LMS has to hear comes with the next sending
        with world.db.read() as tx:
            now = section.read(tx, key)
        assert now is not None
        section.save(world.db, world.user, now, replace(now, open=False))
        some.judge()

    return several(save, anew=anew)


def sections_from_a_file(world: World) -> Write:
    FileCollege(world.db)
    files = Files(world.db, world.user, world.folder)
    seen = files.preview(SECTIONS, BIO, CHEM)
    return one(lambda: files.apply(seen))


def a_preview_of_sections(world: World) -> Write:
    FileCollege(world.db)
    files = Files(world.db, world.user, world.folder)
    path = files.write(SECTIONS, [BIO, CHEM])
    return several(lambda: files.look(path), apart=JOBS)


def registrations_from_a_file(world: World) -> Write:
    """What the LMS has to hear follows in a transaction of its own, or with the next sending."""
    college = FileCollege(world.db)
    files = Files(world.db, world.user, world.folder)
    files.bring(SECTIONS, BIO, CHEM)
    for number in (1, 2):
        college.learner(number, ref=f"L{number}")
    rows = ("L1,,BIO,Autumn,1,,,,", "L2,,BIO,Autumn,1,,,,")
    seen = files.preview(REGISTRATIONS, *rows)

    def anew() -> None:  # the file is read once more; what the LMS has to hear comes with the next sending
        with contextlib.suppress(InputError):
            files.bring(REGISTRATIONS, *rows)
        queue.judge(world.db, world.user)

    return several(lambda: files.apply(seen), anew=anew, apart=JOBS)


def what_a_code_means(world: World) -> Write:
    key, seen = _aims(world)
    return one(lambda: code_map.say(world.db, world.user, seen, key))


def registrations_from_the_ilr(world: World) -> Write:
    key, seen = _aims(world)
    code_map.say(world.db, world.user, seen, key)
    left = "aims are no person's word: whom somebody has taken back is left as decided here"
    return one(lambda: from_aims.apply(TaskContext(), world.db, world.user), after_undo=left)


def _aims(world: World) -> tuple[int, code_map.FileCode]:
    key = section.save(world.db, world.user, None, Section(course_code="BIO")).id
    for number in (1, 2):
        add_aim(world.db, add_learner(world.db, number))
    return key, codes(world.db)["BIO-1"]


LMS = (
    the_courses_of_the_lms, a_hold_decided, a_run_of_which_a_course_fails, a_run_that_is_skipped,
    an_error_that_is_snoozed, learners_enrolled, who_is_where, an_account_decided, changes_that_become_records,
    a_section, a_section_that_begins_to_send, sections_from_a_file, a_preview_of_sections,
    registrations_from_a_file, what_a_code_means, registrations_from_the_ilr,
)  # fmt: skip
