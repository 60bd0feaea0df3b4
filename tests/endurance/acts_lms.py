"""What people do about the LMS: enrol, change the course status, take back, send again, grade."""

from random import Random

from sqlalchemy import select

from app.db.tables import extract_record
from app.lms import enrol, holds
from app.lms.extracts import course_status, save, statuses
from app.lms.extracts.course_status import Step
from app.tasks import TaskContext
from tests.endurance.acts import Acts
from tests.endurance.college import COURSES, College
from tests.endurance.model import Enrolled, Model

_STEPS = {
    Step.WITHDRAW: ({"current", "on_break"}, "dropped"),
    Step.BREAK: ({"current"}, "on_break"),
    Step.BACK: ({"on_break", "dropped"}, "current"),
}


class LmsActs:
    """As `Acts`."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self.college: College = acts.college
        self.model: Model = acts.model
        self.draw: Random = acts.draw
        self._last: tuple[int, list[tuple[str, str]], list[tuple[str, str]]] | None = None
        """The last enrolment that nothing was built on: its operation, who was new, and who came back."""

    def enrol(self) -> None:
        """*Enrol Selected* into one of the courses."""
        college, model, number = self.college, self.model, self.draw.choice(COURSES)
        refs, ids = self._acts.some(model.standing()), college.ids()
        if not refs:
            return
        places = [(ref, number) for ref in refs]
        new = [one for one in places if one not in model.enrolled]
        back = [one for one in places if one in model.enrolled and not model.enrolled[one].stands]
        key = college.course_ids()[number]
        done = enrol.enrol_selected(college.db, college.user, [ids[ref] for ref in refs], key)
        assert (done.new, done.back) == (len(new), len(back)), "who is on the course already is not enrolled twice"
        assert (done.operation_id is not None) == bool(new or back), "an operation that did nothing"
        if done.operation_id is None:
            return
        for one in new:
            model.enrolled[one] = Enrolled()
        for one in back:
            model.enrolled[one].stands, model.enrolled[one].status = True, "current"
        for one in (*new, *back):
            model.enrolled[one].note()
        model.done["enrolled"] += 1
        self._last = (done.operation_id, new, back)
        if self.draw.random() < 0.25:
            self.take_back()

    def take_back(self) -> None:
        """The last enrolment is undone, at once or when it may have been sent since."""
        if self._last is None:
            return
        operation_id, new, back = self._last
        self._last = None
        self._acts.undo("enrolled", operation_id)
        for one in (*new, *back):
            self.model.enrolled[one].stands = False
            self.model.enrolled[one].note(taken_back=True)

    def course_status(self) -> None:
        """*Withdraw*, *Break in Learning* or *Back*."""
        college, model = self.college, self.model
        step = self.draw.choice(list(_STEPS))
        allowed, status = _STEPS[step]
        fit = [key for key, one in model.enrolled.items() if one.stands and one.status in allowed]
        if not fit:
            return
        chosen = self.draw.sample(fit, self.draw.randint(1, len(fit)))
        before = {key: model.enrolled[key].status for key in chosen}
        ids = college.enrolment_ids()
        done = course_status.change(college.db, college.user, [ids[key] for key in chosen], step)
        assert done.changed == len(chosen)
        assert done.operation_id is not None
        self._set(dict.fromkeys(chosen, status))
        if self._acts.undone(course_status.KIND, done.operation_id):
            self._set(before)
        if self._last is not None and before.keys() & {*self._last[1], *self._last[2]}:
            self._last = None

    def _set(self, told: dict[tuple[str, str], str]) -> None:
        for key, status in told.items():
            self.model.enrolled[key].status = status
            self.model.enrolled[key].note()

    def resubmit(self) -> None:
        """*Update All Statuses* of what the LMS refused, as a course that was closed to the service account, and of
        what it took and does not show."""
        college = self.college
        query = select(extract_record.c.id).where(extract_record.c.status.in_(("rejected", "transmitted")))
        ids = [row.id for row in college.rows(query.order_by(extract_record.c.id))]
        staged = statuses.foresee(TaskContext(), college.db, college.user, ids, "ready").staged if ids else ()
        if not staged:
            return
        done = save.save(TaskContext(), college.db, college.user, staged, "", confirmed=True)
        assert done.failed is None, done.failed
        self.model.done[save.SAVED] += 1
        self.model.acts["resubmitted"] += done.updated

    def decide(self) -> None:
        """*Keep and check again* for whatever a run would not remove by itself: nothing ever went in this LMS."""
        with self.college.db.read() as tx:
            waiting = holds.waiting(tx)
        for one in waiting:
            holds.decide(self.college.db, self.college.user, one.id, holds.KEEP)
            self.model.done["lms_hold_decided"] += 1
            self.model.acts["kept"] += 1

    def grade(self) -> None:
        """Teachers grade in the LMS."""
        number, services = self.draw.choice(COURSES), self.college.services
        users = [user for user, _ in services.ask("students", number)]
        names = services.ask("items", number)
        for user in users[: self.draw.randint(0, len(users))]:
            name = self.draw.choice(names)
            services.ask("grade", number, user, name, float(self.draw.randint(1, 10)))
            self.model.grades.setdefault((user, number), set()).add(name)
