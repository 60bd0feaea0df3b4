"""Loads of files written by hand: what is read, foreseen, decided, loaded and undone, on a real database."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app import jobs
from app.access import User
from app.db.database import Database
from app.db.tables import aim, learner
from app.files.rows import AimRecord, FileFacts, FileKind, LearnerRecord, Place, Reading
from app.learners import load, load_apply
from app.tasks import TaskContext
from app.ulns import state
from tests.builders import UKPRN, uln_number


def record(number: int, *, aims: Sequence[AimRecord] = (), **values: Any) -> LearnerRecord:
    """A learner of a file; `None` leaves a value out."""
    told: dict[str, Any] = {
        "ref": f"R{number:05}",
        "uln": uln_number(number),
        "family_name": f"Family{number}",
        "given_names": f"Given{number} Mid",
        "birth_date": date(2007, 1, 1 + number % 28),
        "postcode": f"NF{number % 9 + 1} 7BN",
        "campus_code": "NORTH",
        **values,
    }
    told = {name: value for name, value in told.items() if value is not None}
    if "uln" in told:
        told["uln_state"] = state(told["uln"])
    return LearnerRecord(Place(number, number), told, list(aims))


def an_aim(seq: int, **values: Any) -> AimRecord:
    told = {"aim_ref": "6034411X", "starts": date(2025, 9, 1), "completion": "1", **values}
    return AimRecord(seq=str(seq), **told)


class Loader:
    """Previews and loads records as if they came out of a file."""

    def __init__(self, db: Database, user: User, folder: Path) -> None:
        self.db, self.user = db, user
        self.path = folder / "learners.xml"
        self.path.write_bytes(b"<Message/>")

    def preview(
        self,
        records: Iterable[LearnerRecord],
        context: TaskContext | None = None,
        *,
        ukprn: str = UKPRN,
        **facts: Any,
    ) -> load.Preview:
        told = {"kind": FileKind.ILR_XML, "name": self.path.name, "year": "2025/26", **facts}
        told.setdefault("ukprns", {"provider": UKPRN})
        reading = Reading(FileFacts(**told), iter(list(records)))
        options = load.LoadOptions(ukprn)
        return load.preview(context or TaskContext(), self.db, self.user, self.path, reading, options)

    def apply(self, seen: load.Preview, *accepted: str) -> load_apply.LoadSummary:
        return load_apply.apply(TaskContext(), self.db, self.user, seen.job_id, frozenset(accepted))

    def bring(self, *records: LearnerRecord, **facts: Any) -> load_apply.LoadSummary:
        return self.apply(self.preview(records, **facts))

    def decide(self, seen: load.Preview, number: int, decision: str) -> None:
        with self.db.write() as tx:
            jobs.decide(tx, seen.job_id, {number: decision})

    def row(self, ref: str) -> Any:
        with self.db.read() as tx:
            return tx.execute(select(learner).where(learner.c.ref == ref)).one()

    def everything(self) -> list[Any]:
        """Every learner and aim, for "as before"."""
        with self.db.read() as tx:
            people = tx.execute(select(learner).order_by(learner.c.id)).all()
            return [*people, *tx.execute(select(aim).order_by(aim.c.id)).all()]

    def number_of(self, table: Any) -> int:
        with self.db.read() as tx:
            return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def counted(seen: load.Preview) -> dict[str, int]:
    return {one.value: number for one, number in seen.counts.items() if number}
