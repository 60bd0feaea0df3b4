"""The load itself: everything that was foreseen and decided, in one transaction, or nothing; and its undo."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, true, update

from app import access, history, jobs, planned_rows
from app.access import Permission, User
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import aim, campus, file_job, file_row, learner, operation
from app.errors import InputError
from app.folding import fold_code
from app.history import Operation, UndoSummary
from app.jobs import Foreseen
from app.learners import load_cells
from app.learners.edit import derived
from app.learners.load_match import match
from app.learners.load_new import WRITTEN, NewLearners, new_learner, untouched
from app.learners.load_plan import ANOTHER, COMPARED, KEEP, NO_YEAR, SAME, Plan, new_aims, plan, told
from app.learners.load_stored import LOADED, beside, with_hand_edits
from app.sentence import Sentence
from app.tasks import TaskContext

_MANY = 1_000
_WRITES = frozenset({Foreseen.NEW, Foreseen.CHANGED})
_NO_AIM = dict.fromkeys(load_cells.AIM_COLUMNS)


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load did. `left`: rows not loaded because the learner changed since the preview; `open`: rows without
    a decision; `problems`: rows that cannot be loaded; `untitled`: codes of the file without a title."""

    job_id: int
    operation_id: int
    new: int
    changed: int
    unchanged: int
    aims_new: int
    aims_changed: int
    left: int
    open: int
    problems: int
    untitled: int = 0


@begun_anew
def apply(
    context: TaskContext, db: Database, user: User, job_id: int, accepted: frozenset[str] = frozenset()
) -> LoadSummary:
    """Load what the preview `job_id` foresees and people decided; one transaction. `accepted`: the kinds of
    questions about the whole file that were answered with yes.

    Raises AccessError; InputError while a question about the file is open; ConflictError if the job is gone or
    done; Cancelled. After any of them the database is as before.
    """
    with db.write(much=True) as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        if not db.embedded:
            db.alone(tx)
        jobs.hold_checked(tx, job_id)  # what is decided from now on would not be loaded
        job = jobs.read(tx, job_id)
        if unanswered := set(job.options.get("questions", ())) - accepted:
            raise InputError(
                "This file raises a question that nobody has answered yet.",
                hint=Sentence(
                    "Answer it in the preview, or accept it by name: {names}.", names=", ".join(sorted(unanswered))
                ),
            )
        as_of = job.options.get("as_of")
        as_foreseen = as_of is not None and untouched(db, tx, as_of)
        operation = history.begin(tx, db, user.id, LOADED, reason=job.file_name)
        work = _Loading(context, db, tx, job, operation, as_foreseen=as_foreseen)
        work.run()
        summary = work.summary()
        jobs.claim(tx, db, job_id, operation.id, {**job.counts, "left": summary.left, "open": summary.open})
        operation.end(tx)
    return summary


class _Loading:
    """A load under way, inside its transaction."""

    def __init__(
        self,
        context: TaskContext,
        db: Database,
        tx: Connection,
        job: jobs.FileJob,
        operation: Operation,
        *,
        as_foreseen: bool,
    ) -> None:
        """`as_foreseen`: no learner can have been written since the preview began, nor will be before the end."""
        self._context = context
        self._db = db
        self._tx = tx
        self._job = job
        self._operation = operation
        self._ukprn: str = job.options["ukprn"]
        self._year: str = job.options.get("year", NO_YEAR)
        self._pad: bool = job.options.get("pad", False)
        self._campus: dict[str, int] = {row.code: row.id for row in tx.execute(select(campus.c.id, campus.c.code))}
        self._done = Counter[str]()
        self._as_foreseen = NewLearners(db, operation, job.id, self._ukprn, self._year) if as_foreseen else None
        self._meant = self._unmoved()
        self._left: list[int] = []
        self._missing: list[int] = list(job.options.get("missing_aims", ()))
        self._total = sum(job.counts.values())

    def run(self) -> None:
        seen = 0
        kinds = [one.value for one in (Foreseen.NEW, Foreseen.CHANGED, Foreseen.BY_HAND, Foreseen.DECISION)]
        for rows in jobs.rows_in_batches(self._tx, self._job.id, kinds):
            self._take(self._without_new(rows))
            seen += len(rows)
            self._context.report(seen, self._total, "Loading")
        planned_rows.leave(self._tx, self._job.id, self._left)
        self._note_seen()
        if self._done["new"] >= _MANY:
            self._db.look_anew(self._tx, "learner, aim")

    def _without_new(self, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
        """Those of the rows that are to be planned again; the others are written."""
        open_ones = [row for row in rows if row.decision or row.predicted in _WRITES]
        if self._as_foreseen is None:
            return open_ones
        new, others = list[Row[Any]](), list[Row[Any]]()
        for row in open_ones:
            (new if row.predicted == Foreseen.NEW and not row.decision else others).append(row)
        ids, aims = self._as_foreseen.write(new, self._campus_ids)
        self._meant.update(ids)
        self._done.update(new=len(new), aims_new=aims)
        return others

    def _note_whose(self, owners: Sequence[tuple[int, int]]) -> None:
        """Of those who are new, and of those a person said who they are, the preview knew no learner."""
        if owners:
            statement = update(file_row).where(file_row.c.id == bindparam("at"))
            values = {"learner_id": bindparam("key"), "outcome": WRITTEN}
            self._tx.execute(statement.values(values), [{"at": row_id, "key": key} for row_id, key in owners])

    def _unmoved(self) -> set[int]:
        """The learners whom rows mean that have nothing to load."""
        query = select(file_row.c.learner_id).where(
            file_row.c.job_id == self._job.id,
            file_row.c.learner_id.is_not(None),
            file_row.c.decision.is_(None),
            file_row.c.predicted.in_((Foreseen.UNCHANGED, Foreseen.BY_HAND)),
        )
        return set(self._tx.execute(query).scalars())

    def _take(self, rows: Sequence[Row[Any]]) -> None:
        cells = [load_cells.unpacked(row.cells) for row in rows]
        asked_about = [row.predicted == Foreseen.DECISION for row in rows]
        found = match(self._tx, self._ukprn, cells, pad=self._pad, never=self._meant, asked_about=asked_about)
        stored = beside(self._tx, found, self._year)
        plans = [
            plan(one, hit, stored, row.decision, self._year) for one, hit, row in zip(cells, found, rows, strict=True)
        ]
        plans = with_hand_edits(self._tx, stored, cells, found, plans, [row.decision for row in rows], self._year)
        kept: list[tuple[int, load_cells.Cells, Plan]] = []
        for row, one, made in zip(rows, cells, plans, strict=True):
            if not self._as_shown(row, made) or (made.row is not None and made.row.id in self._meant):
                self._left.append(row.number)
                continue
            kept.append((row.id, one, made))
            if made.row is not None:
                self._meant.add(made.row.id)
            if row.predicted == Foreseen.DECISION:
                self._done["decided"] += 1
                if made.row is not None:  # the preview did not know yet whom the row would mean
                    self._missing += [held.id for held in stored[made.row.id].aims if held.id not in made.seen]
        self._write(kept)

    def _as_shown(self, row: Row[Any], made: Plan) -> bool:
        """Whether the row would still do what its reader was shown."""
        decision = row.decision or ""
        if made.foreseen in (Foreseen.DECISION, Foreseen.PROBLEM):
            return False
        if row.predicted == Foreseen.NEW or decision == ANOTHER:
            return made.row is None
        if made.row is None:
            return False
        if decision.startswith(SAME):  # the person looked at this very learner
            return decision == f"{SAME}{made.row.id}"
        if made.row.id != row.learner_id or (made.row.removed_at is not None) != bool(jobs.finding(row, "back")):
            return False
        # All but the last of a change: a field that was ticked is taken now and was not in the preview. A ULN that
        # is kept was shown as a change.
        kept = {"uln"} if decision == KEEP else set()
        shown, now = (
            [list(one[:-1]) for one in some if one[0] not in kept]
            for some in (jobs.finding(row, "changes") or [], made.shown)
        )
        return shown == now

    def _write(self, kept: Sequence[tuple[int, load_cells.Cells, Plan]]) -> None:
        if not kept:
            return
        self._campus_ids(cells.values.get("campus_code") for _, cells, _ in kept)
        new = [(row_id, cells, made) for row_id, cells, made in kept if made.row is None]
        ids = self._operation.insert_each(learner, [self._new_learner(cells) for _, cells, _ in new])
        self._meant.update(ids)
        self._meant.update(made.row.id for _, _, made in kept if made.row is not None)
        owner = {id(made): key for (_, _, made), key in zip(new, ids, strict=True)}
        owner |= {id(made): made.row.id for _, _, made in kept if made.row is not None}
        updates = [
            (made.row, self._changed(cells, made), made.row.id) for _, cells, made in kept if made.row is not None
        ]
        self._operation.update_many(learner, updates)
        aims = [
            (owner[id(made)], one)
            for _, cells, made in kept
            for one in (made.aims if made.row is not None else new_aims(cells.aims))
        ]
        added = [
            {
                "learner_id": key,
                "year": self._year,
                "seq": one.seq,
                "repeat": one.repeat,
                **_NO_AIM,
                **one.values,
            }
            for key, one in aims
            if one.row is None
        ]
        self._operation.insert_each(aim, added)
        self._operation.update_many(aim, [(one.row, one.values, key) for key, one in aims if one.row is not None])
        self._operation.save_changes()
        self._note_whose([(row_id, owner[id(made)]) for row_id, _, made in kept])
        self._done.update(
            new=len(new), changed=len(updates), aims_new=len(added), aims_changed=len(aims) - len(added)
        )

    def _campus_ids(self, codes: Iterable[str | None]) -> Mapping[str, int]:
        """A campus that nobody knows yet: its code is its name until a person gives it a better one. Not undone:
        other learners may belong to it by then."""
        for code in sorted({code for code in codes if code} - self._campus.keys()):
            values = {"code": code, "name": code, "name_fold": fold_code(code)}
            self._campus[code] = self._tx.execute(insert(campus).values(values).returning(campus.c.id)).scalar_one()
        return self._campus

    def _new_learner(self, cells: load_cells.Cells) -> dict[str, Any]:
        written = told(cells.values, self._year)
        campus_id = self._campus.get(written.get("campus_code", ""))
        is_prior = bool(cells.values.get("postcode_is_prior"))
        return new_learner(written, self._ukprn, campus_id, is_prior=is_prior)

    def _changed(self, cells: load_cells.Cells, made: Plan) -> dict[str, Any]:
        """The columns to write: what the plan takes, and what follows from it."""
        row = made.row
        assert row is not None
        whole = {name: getattr(row, name) for name in COMPARED if name != "campus_code"}
        whole["campus_id"] = row.campus_id
        if row.removed_at is not None:
            # Who comes back is what this file says: what an undone file said is not brought back with them.
            here = told(cells.values, self._year)
            gone = [name for name in COMPARED if name not in here]
            whole |= dict.fromkeys("campus_id" if name == "campus_code" else name for name in gone)
        written = made.written
        if "postcode" in written:
            whole["postcode_is_prior"] = bool(cells.values.get("postcode_is_prior"))
        return {**derived({**whole, **self._with_campus(written)}), "removed_at": None}

    def _with_campus(self, values: Mapping[str, Any]) -> dict[str, Any]:
        plain = dict(values)
        if "campus_code" in plain:
            code = plain.pop("campus_code")
            plain["campus_id"] = self._campus.get(code)
        return plain

    def _note_seen(self) -> None:
        """Aims of this year that the file lists were seen in this job; those it lacks keep the job before."""
        new = (file_row.c.predicted == Foreseen.NEW) & file_row.c.decision.is_(None)
        listed = select(file_row.c.learner_id).where(
            file_row.c.job_id == self._job.id,
            file_row.c.learner_id.is_not(None),
            ~new if self._as_foreseen is not None else true(),  # these were written with it
            (file_row.c.outcome == WRITTEN) | file_row.c.predicted.in_((Foreseen.UNCHANGED, Foreseen.BY_HAND)),
        )
        with self._db.ids_as_table(self._tx, self._missing) as missing:
            self._tx.execute(
                update(aim)
                .where(
                    aim.c.year == self._year,
                    aim.c.learner_id.in_(listed),
                    aim.c.id.not_in(select(missing.c.id)),
                )
                .values(seen_in_job_id=self._job.id)
            )

    def summary(self) -> LoadSummary:
        counts = self._job.counts
        return LoadSummary(
            self._job.id,
            self._operation.id,
            new=self._done["new"],
            changed=self._done["changed"],
            unchanged=counts.get(Foreseen.UNCHANGED, 0) + counts.get(Foreseen.BY_HAND, 0),
            aims_new=self._done["aims_new"],
            aims_changed=self._done["aims_changed"],
            left=len(self._left),
            open=counts.get(Foreseen.DECISION, 0) - self._done["decided"],
            problems=counts.get(Foreseen.PROBLEM, 0),
            untitled=self._job.options.get("untitled", 0),
        )


def undo(db: Database, user: User, job_id: int) -> UndoSummary:
    """Take a load back as far as nothing changed since. Learners whom a later load found again stay.

    Raises AccessError, InputError (nothing to undo).
    """
    with db.read() as tx:
        job = jobs.read(tx, job_id)
    if job.operation_id is None:
        raise InputError("This file was never loaded.", hint="There is nothing to undo.")
    return history.undo(db, user.id, job.operation_id, lambda tx: _found_again(tx, job_id))


def _found_again(tx: Connection, job_id: int) -> Iterable[int]:
    """The learners of a load who stand in a later one that has not been undone."""
    here = select(file_row.c.learner_id).where(file_row.c.job_id == job_id, file_row.c.learner_id.is_not(None))
    query = (
        select(file_row.c.learner_id)
        .join(file_job, file_job.c.id == file_row.c.job_id)
        .join(operation, operation.c.id == file_job.c.operation_id)
        .where(
            file_job.c.id > job_id,
            file_job.c.state == "applied",
            operation.c.state != "undone",
            file_row.c.predicted != Foreseen.PROBLEM.value,
            file_row.c.learner_id.in_(here),
        )
        .distinct()
    )
    return tx.execute(query).scalars()
