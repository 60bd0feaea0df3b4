"""The invented people the download is tried with, and a window that downloads."""

from app.access import User
from app.connectors.lrs import LrsAccess, LrsClient
from app.db.database import Database
from app.plr.download import DownloadSummary, download
from app.plr.session import PlrSession
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, people
from app.tasks import TaskContext

PEOPLE = people(120)
ASKED = [one for one in PEOPLE if one.kind.asked]
EXACT = [one for one in PEOPLE if one.kind is Kind.EXACT]
PATIENCE = {"connect_timeout": 2.0, "read_timeout": 5.0, "deadline": 8.0}
WAIT = 20
"""Seconds after which a test gives up."""


def of_kind(*kinds: Kind) -> list[Person]:
    return [one for one in PEOPLE if one.kind in kinds]


class Window:
    """A window that downloads: one session, the same user and service each time."""

    def __init__(self, db: Database, user: User, sandbox: LrsSandbox) -> None:
        self.db, self.user, self.sandbox = db, user, sandbox
        self.session = PlrSession()

    def client(self, **other: object) -> LrsClient:
        return LrsClient(LrsAccess(**{**self.sandbox.info.as_dict(), **PATIENCE, **other}))

    def ask(
        self, who: list[Person] | None = None, context: TaskContext | None = None, **other: object
    ) -> DownloadSummary:
        ids = [one.number for one in (PEOPLE if who is None else who)]
        return download(context or TaskContext(), self.db, self.user, self.client(**other), self.session, ids)

    def answer(self, one: Person):
        return self.session.answer_of(one.number)

    def codes(self, who: list[Person]) -> list[str]:
        answers = [self.answer(one) for one in who]
        return [one.error_code or one.response_code if one is not None else "" for one in answers]
