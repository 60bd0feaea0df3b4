"""A college whose extract records are changed by hand."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.access import User
from app.db.database import Database
from app.db.tables import operation
from app.lms.extracts import save as saving
from app.lms.extracts import statuses
from app.lms.extracts.save import SaveSummary
from app.lms.extracts.staged import Staged
from app.lms.extracts.statuses import Foreseen
from app.tasks import TaskContext
from tests.lms.college import OVERRIDER, College


class Room:
    """A college with one section on campus City, and one of City and Riverside; an editor of City."""

    def __init__(self, db: Database) -> None:
        self.db, self.college = db, College(db)
        self.city, self.river = self.college.campus("City"), self.college.campus("Riverside")
        autumn = self.college.term("Autumn", (self.city, self.river))
        self.here = self.college.section("ART", autumn, [self.city])
        self.shared = self.college.section("BIO", autumn, [self.city, self.river])
        self.editor = self.college.user(self.city)
        self.overrider = self.college.user(self.city, roles=OVERRIDER)

    def records(self, *states: str, section: int | None = None) -> list[int]:
        return [self.college.record(section or self.here, state) for state in states]

    def foresee(self, ids: Sequence[int], target: str, user: User | None = None) -> Foreseen:
        return statuses.foresee(TaskContext(), self.db, user or self.editor, ids, target)

    def save(
        self, staged: Staged, reason: str = "Because", user: User | None = None, *, confirmed: bool = True
    ) -> SaveSummary:
        return saving.save(TaskContext(), self.db, user or self.editor, staged, reason, confirmed=confirmed)

    def operations(self) -> int:
        with self.db.read() as tx:
            kinds = select(func.count()).select_from(operation).where(operation.c.kind == saving.SAVED)
            return int(tx.execute(kinds).scalar_one())
