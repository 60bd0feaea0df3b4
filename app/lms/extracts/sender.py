"""The sender: Ready records to the LMS, course by course, and what the LMS shows of them (extract-statuses.md 3.1;
moodle.md 2, 4.6, 4.7).

A record is Transmitted when the LMS took it and Processed when it shows it. What was refused is Rejected, what did
not arrive stays Ready; where nobody knows, the next look decides before anything is sent again.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, and_, exists, func, select

from app.access import User
from app.connectors.lms import LmsCalls, LmsClient, Trouble
from app.db.database import Database
from app.db.tables import SHOWN, enrolment, extract_record, learner, lms_account, lms_course
from app.errors import StopRunError
from app.lms import looked_up, settings, site
from app.lms.asking import check_site
from app.lms.errors import of_connection
from app.lms.extracts import attempts, gates, leaving, marks, queue
from app.lms.extracts.attempts import Attempt, Result, Said
from app.lms.extracts.course_job import DIED, Course, CourseJob, Look, Shared, cause_of, in_words
from app.lms.extracts.steps import Job, take_steps
from app.lms.run import SENDER, Run, RunSummary, running, vendor_id
from app.tasks import TaskContext


def run(context: TaskContext, db: Database, user: User, client: LmsClient, trigger: str = "person") -> RunSummary:
    """Send what is Ready and may be sent, and see what became of what was sent before.

    A failing or cancelled run returns its summary; `counts` has sent, processed, rejected and waiting. Raises
    AccessError; ConflictError while another run is under way, on whichever computer.
    """
    with running(db, user, SENDER, trigger) as under_way:
        try:
            _send(context, under_way, client)
        finally:
            _count(under_way)
    return under_way.summary()


def _send(context: TaskContext, under_way: Run, client: LmsClient) -> None:
    db = under_way.db
    with db.read() as tx:
        site.require(tx, client.address)
    with db.write() as tx:
        vendor = vendor_id(tx)
    with client.open() as calls, context.on_cancel(calls.abort):
        _check(context, calls)
        _find_accounts(context, under_way, calls, vendor)
        queue.judge(db, under_way.user)
        sending = _Sending(context, under_way, vendor, client.entries_at_once)
        well = False
        try:
            take_steps(context, calls, client.parallel, sending.jobs(), sending.report)
            well, under_way.reached = True, None  # of other courses nothing is wrong any more
        finally:
            sending.settle_closed(well=well)


def _check(context: TaskContext, calls: LmsCalls) -> None:
    context.report(0, 0, "Asking the LMS")
    if not check_site(context, calls).enrols:
        raise StopRunError(
            "The web service of the token does not offer manual enrolment.",
            code=Trouble.NOT_ALLOWED,
            hint="Ask the administrator of the LMS to add it. Nothing was sent.",
        )


def _find_accounts(context: TaskContext, under_way: Run, calls: LmsCalls, vendor: int) -> None:
    """Learners of sections that may send, about whose account nothing is known."""
    may = gates.holding().subquery("may")
    known = exists().where(lms_account.c.learner_id == learner.c.id, lms_account.c.vendor_id == vendor)
    query = (
        select(learner.c.id, learner.c.ref, learner.c.email)
        .join(enrolment, enrolment.c.learner_id == learner.c.id)
        .join(may, and_(may.c.section_id == enrolment.c.section_id, may.c.vendor_id == vendor))
        .where(enrolment.c.removed_at.is_(None), enrolment.c.status != "completed", SHOWN, ~known)
        .distinct()
        .order_by(learner.c.id)
    )
    with under_way.db.read(context) as tx:
        learners = list(tx.execute(query))
    if learners:
        looked_up.find(context, under_way, calls, vendor, learners)


def _count(under_way: Run) -> None:
    counts = under_way.counts
    with under_way.db.read() as tx:
        waiting = queue.waiting(tx)
        hours = settings.overdue_hours(tx)
        late = select(func.count()).select_from(extract_record).where(marks.overdue(hours))
        overdue = tx.execute(late).scalar_one()
    counts.update(sent=counts.pop("transmitted", 0), processed=0, rejected=0, waiting=waiting)
    if rejected := counts["rejected"]:
        under_way.say(f"{rejected:,} rejected by the LMS. The reason stands at each in LMS Extract Statuses.")
    if overdue:
        under_way.say(f"{overdue:,} overdue: sent more than {hours} hours ago, and the LMS does not show them.")


class _Sending:
    """The courses of one run, each a job of `take_steps`. Used by the task's own thread."""

    def __init__(self, context: TaskContext, under_way: Run, vendor: int, most: int) -> None:
        self._context, self._run = context, under_way
        self.shared = Shared(under_way, attempts.due(vendor, of_course=True), most, date.today())
        with under_way.db.read() as tx:
            self._courses, elsewhere = _planned(tx, under_way.db, vendor)
            self._total = queue.waiting(tx)
        # Sent to another LMS by a program that died: there is nobody to ask.
        attempts.note(under_way, {one.record_id: Said(Result.UNKNOWN, message=DIED) for one in elsewhere}, elsewhere)

    def report(self) -> None:
        """Say how far the run is. Raises Cancelled."""
        self._context.report(min(self.shared.done, self._total), self._total)

    def jobs(self) -> Iterator[Job]:
        """One for each course."""
        return (CourseJob(self.shared, one).steps() for one in self._courses)

    def settle_closed(self, *, well: bool) -> None:
        """Courses that the service account may not use: where others took something it is these courses, and their
        records are Rejected; otherwise it may be the account, and they wait."""
        rejected = well and self.shared.heard > 0
        for course, some, error in self.shared.closed:
            status, how = ("rejected", Result.REFUSED) if rejected else (None, Result.NOT_REACHED)
            said = Said(how, status, error.code, in_words(error))
            attempts.note(self._run, {one.record_id: said for one in some}, some)
            if not rejected:
                self.shared.failed(course, error)
        codes = {cause_of(error) for _, _, error in self.shared.closed}
        if well and not rejected and len(self.shared.closed) == len(self._courses) > 1 and len(codes) == 1:
            self._run.failed_by = codes.pop()
            self._run.found = [of_connection(self._run.failed_by, "From every course.")]
            self._run.say("The service account has lost a right: every course was refused.")


def _planned(tx: Connection, db: Database, vendor: int) -> tuple[list[Course], list[Attempt]]:
    """The courses where something is to be sent or looked for; and open attempts that went to another LMS."""
    found: dict[str, Course] = {}
    query = select(lms_course.c.lms_number, lms_course.c.id).where(lms_course.c.vendor_id == vendor)
    ids = {row.lms_number: row.id for row in tx.execute(query)}

    def course(number: str) -> Course:
        return found.setdefault(number, Course(number, ids.get(number)))

    looked, due = attempts.to_look_for(tx), tx.execute(attempts.due(vendor, claimed=True)).all()
    for row in due:
        course(row.lms_number)
    sent = {one.record_id for one in looked}
    now = attempts.sendings(tx, [row for row in due if row.id in sent])
    elsewhere = []
    for one in looked:
        if one.sending.vendor_id == vendor:
            wanted, _ = now.get(one.record_id, (None, None))
            number = one.sending.entry.course
            moved = wanted is not None and wanted.entry.course != number
            course(number).look.append(Look(one, wanted == one.sending, moved))
        elif one.open:
            elsewhere.append(one)
    for drop in leaving.find(tx, db, vendor):
        course(drop.course).leaving.append(drop)
    return [found[number] for number in sorted(found, key=lambda number: (len(number), number))], elsewhere
