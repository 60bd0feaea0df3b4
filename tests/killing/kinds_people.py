"""Kinds of writes: learners, files of learners, and course records."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import update

from app import appearing, history
from app.db import locks
from app.db.tables import file_job
from app.errors import InputError
from app.files.rows import FileFacts, FileKind, LearnerRecord, Reading
from app.imports import apply, discarding, held, undo, unlock
from app.imports.lock import name_of
from app.imports.undo import Removal
from app.learners import edit, find_uln, load, load_look
from app.learners.edit import LearnerForm
from app.learners.subject import subjects
from app.plr.checks import CheckLog
from app.tasks import TaskContext
from tests.builders import UKPRN, add_learner, uln_number
from tests.db.loading import Loader, an_aim, record
from tests.db.losing import World, Write
from tests.imports.importing import Importing, credited, done, mail, row
from tests.killing.plainly import one, several

JOBS = ("file_job", "file_row")
"""A preview is never applied twice: what a dead one left is another job, which goes after a day."""


def a_new_learner(world: World) -> Write:
    """And the records that were held for them, in a transaction of their own."""
    here = Importing(world.db, world.user, world.folder)
    here.bring([done(7), row(8)])
    form = LearnerForm(ref="S7", uln=uln_number(7), family_name="Example", given_names="Ann", email=mail(7))

    def anew() -> str | None:  # who was killed after the learner finds the rest in the list of held records
        with contextlib.suppress(InputError):
            appearing.add(world.db, world.user, UKPRN, form)
        held.match(TaskContext(), world.db, world.user)
        return None

    return several(lambda: appearing.add(world.db, world.user, UKPRN, form), anew=anew)


def a_learner_alone(world: World) -> Write:
    form = LearnerForm(ref="S7", uln=uln_number(7), family_name="Example", given_names="Ann")
    return one(lambda: edit.add(world.db, world.user, UKPRN, form))


def a_uln_that_was_found(world: World) -> Write:
    key = add_learner(world.db, 7, uln=None, uln_state="none")
    with world.db.read() as tx:
        [subject] = subjects(world.db, tx, [key], all_names=False)
    return one(lambda: find_uln.correct(world.db, world.user, subject, uln_number(7)))


def a_question_to_the_lrs(world: World) -> Write:
    """That somebody asks."""
    return one(lambda: history.note_asked(world.db, world.user.id, find_uln.OPERATION, 3), again_adds=True)


def checks_of_a_download(world: World) -> Write:
    keys = [add_learner(world.db, number) for number in range(1, 4)]

    def note() -> None:
        log = CheckLog(world.db, world.user)
        for key in keys:
            log.add(key, "records", "0" * 64)
        log.save()

    return one(note)


def a_preview(world: World) -> Write:
    loader = Loader(world.db, world.user, world.folder)
    loader.bring(record(1, aims=[an_aim(1)]))
    return several(lambda: loader.preview(record(number, phone="1") for number in range(1, 5)), apart=JOBS)


def a_preview_that_is_given_up(world: World) -> Write:
    loader = Loader(world.db, world.user, world.folder)

    def broken() -> Iterator[LearnerRecord]:
        yield from (record(number) for number in range(1, 5))
        raise InputError("The file ends here.", hint="Ask for a whole one.")

    def look() -> None:
        facts = FileFacts(kind=FileKind.ILR_XML, name=loader.path.name, year="2025/26", ukprns={"provider": UKPRN})
        reading = Reading(facts, broken())
        with contextlib.suppress(InputError):
            load.preview(TaskContext(), world.db, world.user, loader.path, reading, load.LoadOptions(UKPRN))

    return several(look, apart=JOBS)


def a_decision_about_a_load(world: World) -> Write:
    loader = Loader(world.db, world.user, world.folder)
    seen = loader.preview(record(number) for number in range(1, 4))
    return one(lambda: load_look.decide(world.db, world.user, seen.job_id, {2: "skip"}))


def an_import_that_ended_without_a_word(world: World) -> Write:
    """Its lock is gone, and it says that it is under way: the next that looks says how it ended."""
    here = Importing(world.db, world.user, world.folder)
    here.add_people(1, 2)
    seen = here.check([done(1), done(2)])
    with world.db.write() as tx:
        tx.execute(update(file_job).where(file_job.c.id == seen.job_id).values(state="importing"))
    return one(lambda: apply.settle(world.db))


def a_dry_run(world: World) -> Write:
    here = Importing(world.db, world.user, world.folder)
    here.add_people(1, 2, 3)
    path = here.file([done(1), row(2), credited(3), row(1), done(9)])
    return several(lambda: here.check(path), apart=JOBS)


def a_dry_run_of_a_file_for_all_courses(world: World) -> Write:
    """With courses that are not there yet."""
    here = Importing(world.db, world.user, world.folder)
    here.add_people(1, 2)
    more = {"external_course_id": "NEW-1", "title": "New"}
    path = here.file([done(1, **more), done(2, **more)])
    return several(lambda: here.check(path, course=""), apart=JOBS)


def a_dry_run_that_is_refused(world: World) -> Write:
    here = Importing(world.db, world.user, world.folder)
    path = world.folder / "none.csv"
    path.write_text("nothing,that\nfits,here\n", encoding="utf-8")
    return several(lambda: here.check(path), apart=JOBS)


def a_job_discarded(world: World) -> Write:
    here = Importing(world.db, world.user, world.folder)
    here.add_people(1)
    seen = here.check([row(1)])
    return one(lambda: discarding.discard(world.db, world.user, seen.job_id))


def held_records_matched(world: World) -> Write:
    here = _held(world)
    add_learner(world.db, 8, email=mail(8))
    return one(lambda: held.match(TaskContext(), here.db, here.user))


def held_records_taken_back(world: World) -> Write:
    here = _held(world)
    add_learner(world.db, 8, email=mail(8))
    key = held.match(TaskContext(), here.db, here.user).operation_id
    assert key is not None
    return one(lambda: held.undo_match(here.db, here.user, key))


def _held(world: World) -> Importing:
    here = Importing(world.db, world.user, world.folder)
    here.bring([done(7), done(8), row(9)])
    return here


def an_import_taken_back(world: World) -> Write:
    here = _held(world)
    here.add_people(1, 2)
    told = here.bring([done(1), credited(2), row(7)])
    return one(lambda: undo.undo_job(TaskContext(), here.db, here.user, told.job_id))


def rows_of_an_import_withdrawn(world: World) -> Write:
    here = Importing(world.db, world.user, world.folder)
    here.add_people(1, 2)
    told = here.bring([done(1), credited(2)])
    ids = [each.id for each in here.rows(told.job_id)]
    return one(lambda: undo.remove(TaskContext(), here.db, here.user, told.job_id, ids, Removal.WITHDRAW))


def an_import_unlocked(world: World) -> Write:
    Importing(world.db, world.user, world.folder)
    assert locks.take(world.db, name_of("course:ENG-1"), "Somebody") is not None
    return one(lambda: unlock.unlock(world.db, world.user, "course:ENG-1", "It hangs", sure=True))


PEOPLE = (
    a_new_learner, a_learner_alone, a_uln_that_was_found, a_question_to_the_lrs, checks_of_a_download,
    a_preview, a_preview_that_is_given_up, a_decision_about_a_load, an_import_that_ended_without_a_word,
    a_dry_run, a_dry_run_of_a_file_for_all_courses, a_dry_run_that_is_refused, a_job_discarded,
    held_records_matched, held_records_taken_back, an_import_taken_back, rows_of_an_import_withdrawn,
    an_import_unlocked,
)  # fmt: skip
