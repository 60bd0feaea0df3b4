"""What people do in the course of a day: each act is the program's own function, and writes into the model what it
must have done. What a fault keeps from happening must have done nothing."""

from datetime import date
from pathlib import Path
from random import Random

from sqlalchemy import select

from app.attainments import export_changes
from app.db.tables import extract_record
from app.errors import AppError, InputError
from app.imports.dry_run import DryRun
from app.learners import load, load_apply, load_file
from app.lms import enrol
from app.lms.extracts import course_status, save, statuses
from app.lms.extracts.course_status import Step
from app.past import undoing
from app.plr.download import download
from app.plr.session import PlrSession
from app.plr.update import update_selected
from app.sandbox.expected import outcomes
from app.sandbox.people import events_of
from app.tasks import TaskContext
from tests.builders import all_keys
from tests.endurance.college import COURSES, UKPRN, College
from tests.endurance.model import Enrolled, Model
from tests.imports.importing import EVERYTHING

_STEPS = {
    Step.WITHDRAW: ({"current", "on_break"}, "dropped"),
    Step.BREAK: ({"current"}, "on_break"),
    Step.BACK: ({"on_break", "dropped"}, "current"),
}


class Acts:
    """The acts, each a method without arguments; `draw` decides about whom."""

    def __init__(self, college: College, model: Model, draw: Random) -> None:
        self.college, self.model, self.draw = college, model, draw

    def some(self, refs: list[str]) -> list[str]:
        return self.draw.sample(refs, self.draw.randint(1, len(refs))) if refs else []

    def undone(self, kind: str, operation_id: int) -> bool:
        """Now and then the last thing done is taken back at once; whether it was."""
        self.model.done[kind] += 1
        if self.draw.random() > 0.25:
            return False
        done = undoing.undo(TaskContext(), self.college.db, self.college.user, operation_id)
        assert done.left == 0, f"{kind}: nobody changed anything since, and {done.left} were left"
        self.model.done["undo"] += 1
        self.model.acts[f"undone: {kind}"] += 1
        return True

    # -- learners

    def load(self) -> None:
        """A list of learners with new telephone numbers, some of whom are new."""
        model, college = self.model, self.college
        phones = {ref: f"01632 {self.draw.randrange(10**6):06}" for ref in self.some(list(college.people))}
        path, context = college.file_of_learners(phones), TaskContext()
        kind = load_file.kind_of(path)
        columns = load_file.columns_of(context, college.db, college.user, path, kind)
        reading = load_file.reading(context, path, kind, columns.mapping, columns=columns)
        seen = load.preview(context, college.db, college.user, path, reading, load.LoadOptions(UKPRN))
        new = phones.keys() - model.phones.keys()
        accepted = frozenset(one.kind for one in seen.questions)
        done = load_apply.apply(context, college.db, college.user, seen.job_id, accepted)
        never = phones.keys() - model.ever
        assert (done.new, done.new + done.changed) == (len(never), len(phones)), "who was taken back comes back"
        model.ever |= never
        if not self.undone("learners_loaded", done.operation_id):
            model.phones.update(phones)
            model.events.update(dict.fromkeys(new, frozenset()))

    # -- the LRS

    def plr(self) -> None:
        """*Attainments (PLR) Download*, *Update All*: whoever is answered is answered whole."""
        college, model, session = self.college, self.model, PlrSession()
        refs = self.some(list(model.phones))
        ids = college.ids()
        summary = download(
            TaskContext(), college.db, college.user, college.lrs_client, session, [ids[ref] for ref in refs]
        )
        told = {}
        for ref in refs:
            answer = session.answer_of(ids[ref])
            assert answer is not None or summary.stopped, "everybody has a row"
            if answer is not None and answer.events and not answer.error_code:
                told[ref] = frozenset(one.event_id for one in answer.events)
                assert told[ref] == {one.event_id for one in events_of(college.people[ref])}, "a part of an answer"
        keys = all_keys(session)
        done = update_selected(TaskContext(), college.db, college.user, session, keys, lower_too=False)
        assert done.processed == len(keys)
        assert not done.stopped
        model.acts["learners answered"] += len(told)
        model.acts["learners not answered"] += len(refs) - len(told)
        if done.operation_id is not None and self.undone("plr_update", done.operation_id):
            return
        for ref in told:
            events = events_of(college.people[ref])
            model.attainments[ref] = outcomes((), events, date.today()).count("new")
            model.events[ref] = frozenset(int(one.event_id) for one in events if one.subject_code)

    def export(self) -> None:
        """*Export Changes*: what is new or changed since the last one."""
        path = self.college.folder / "changes.csv"
        path.unlink(missing_ok=True)
        try:
            done = self._exported(path)
        except InputError:
            return
        assert len(path.read_text(encoding="utf-8-sig").splitlines()) == done.file.rows + 1
        self.model.done["export_changes"] += 1
        try:
            self._exported(path.with_name("again.csv"))
        except InputError:
            return
        raise AssertionError("what was exported is exported a second time")

    def _exported(self, path: Path) -> export_changes.ChangesExported:
        college = self.college
        return export_changes.export_changes(
            TaskContext(), college.db, college.user, path, export_changes.Layout(), None
        )

    # -- the LMS

    def enrol(self) -> None:
        """*Enrol Selected* into one of the courses."""
        college, model, number = self.college, self.model, self.draw.choice(COURSES)
        refs, ids = self.some(list(model.phones)), college.ids()
        entering = [ref for ref in refs if not model.enrolled.get((ref, number), Enrolled(stands=False)).stands]
        if not refs:
            return
        key = college.course_ids()[number]
        done = enrol.enrol_selected(college.db, college.user, [ids[ref] for ref in refs], key)
        assert done.new + done.back == len(entering), "who is on the course already is not enrolled twice"
        assert (done.operation_id is not None) == bool(entering), "an operation that did nothing"
        if done.operation_id is None:
            return
        taken_back = self.undone("enrolled", done.operation_id)
        for ref in entering:
            before = model.enrolled.get((ref, number))
            if before is not None or not taken_back:
                model.enrolled[ref, number] = Enrolled(stands=not taken_back)

    def course_status(self) -> None:
        """*Withdraw*, *Break in Learning* or *Back*."""
        college, model = self.college, self.model
        step = self.draw.choice(list(_STEPS))
        allowed, status = _STEPS[step]
        fit = [key for key, one in model.enrolled.items() if one.stands and one.status in allowed]
        if not fit:
            return
        chosen = self.draw.sample(fit, self.draw.randint(1, len(fit)))
        ids = college.enrolment_ids()
        done = course_status.change(college.db, college.user, [ids[key] for key in chosen], step)
        assert done.changed == len(chosen)
        assert done.operation_id is not None
        if not self.undone(course_status.KIND, done.operation_id):
            for key in chosen:
                model.enrolled[key].status = status

    def resubmit(self) -> None:
        """*Update All Statuses* of what the LMS refused: a course was closed to the service account for a while."""
        college = self.college
        with college.db.read() as tx:
            query = select(extract_record.c.id).where(extract_record.c.status == "rejected")
            ids = tx.execute(query.order_by(extract_record.c.id)).scalars().all()
        staged = statuses.foresee(TaskContext(), college.db, college.user, ids, "ready").staged if ids else ()
        if not staged:
            return
        done = save.save(TaskContext(), college.db, college.user, staged, "", confirmed=True)
        assert done.failed is None, done.failed
        self.model.done[save.SAVED] += 1
        self.model.acts["resubmitted"] += len(ids)

    def grade(self) -> None:
        """Teachers grade in the LMS."""
        number = self.draw.choice(COURSES)
        course = self.college.moodle.course(int(number))
        users = sorted(user for user, place in course.places.items() if place.role == "student")
        names = [one.name for one in course.items]
        for user in users[: self.draw.randint(0, len(users))]:
            name = self.draw.choice(names)
            self.college.moodle.set_grade(int(number), user, name, float(self.draw.randint(1, 10)))
            self.model.grades.setdefault((user, number), set()).add(name)

    # -- course records

    def records(self) -> None:
        """A file of completions is checked and applied; sometimes the job is undone."""
        college, model = self.college, self.model
        refs = self.some(list(model.phones))
        if not refs:
            return
        told = {"complete": 1, "date_completed": "2026-11-02"}
        seen: DryRun = college.imports.check([{"external_email": college.people[ref].email, **told} for ref in refs])
        done = college.imports.apply(seen, *EVERYTHING)
        assert done.state == "applied"
        model.outcomes[done.job_id] = len(refs)
        new = set(refs) - model.completed
        assert sum(n for outcome, n in done.outcomes.items() if outcome == "completed") == len(new), done.outcomes
        if not self.undone("records_imported", done.operation_id):
            model.completed |= new

    def any_of_them(self) -> None:
        """One act, as likely as another; an error of the program's own kind is counted and may happen."""
        acts = (self.load, self.plr, self.plr, self.export, self.enrol, self.course_status, self.grade, self.records)
        act = self.draw.choice(acts)
        try:
            act()
            self.model.acts[act.__name__] += 1
        except AppError as error:
            self.model.acts[f"{act.__name__}: {type(error).__name__}"] += 1
            raise
