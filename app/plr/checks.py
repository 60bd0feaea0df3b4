"""That a PLR check was made, and its outcome in one word: the only trace a download leaves (data-model.md 7)."""

from typing import Any

from app.access import User
from app.db.database import Database
from app.db.tables import plr_check

BATCH = 100


class CheckLog:
    """Collects checks and writes them a hundred at a time."""

    def __init__(self, db: Database, user: User) -> None:
        self._db = db
        self._user = user
        self._waiting: dict[int, dict[str, Any]] = {}
        self.saved = 0

    def add(self, learner_id: int, outcome: str, identity_hash: str) -> None:
        self._waiting[learner_id] = {
            "learner_id": learner_id,
            "user_id": self._user.id,
            "outcome": outcome,
            "identity_hash": identity_hash,
        }
        if len(self._waiting) >= BATCH:
            self.save()

    def save(self) -> None:
        """Write what was collected; raises DatabaseError."""
        if not self._waiting:
            return
        rows = list(self._waiting.values())
        with self._db.write() as tx:
            now = self._db.now(tx)
            self._db.upsert(tx, plr_check, "learner_id", [{**row, "at": now} for row in rows])
        self.saved += len(rows)
        self._waiting.clear()
