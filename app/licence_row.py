"""The two licences as the database keeps them: whether each counts today, and for how long still."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.dates import shown
from app.sentence import Sentence

WARN_DAYS = 30
"""So long before its end a licence is warned of, as a certificate is."""


class Licence(StrEnum):
    PLR_IMPORT = "AttainmentsPLRImport"
    LRS_CERTIFIED = "LRS certified"


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence as the Licences page shows it."""

    code: Licence
    is_on: bool
    note: str | None
    valid_until: date | None
    organisation: str | None
    certified_on: date | None
    certified_by: str | None
    version: int

    def why_off(self, today: date) -> str:
        """Why this licence does not count today; "" if it does."""
        if not self.is_on:
            return Sentence(
                "Needs the licence {code}. An administrator switches it on under Licences.", code=self.code
            )
        if self.valid_until is not None and self.valid_until < today:
            return Sentence(
                "The licence {code} ended on {day}. Renew it under Licences.",
                code=self.code,
                day=shown(self.valid_until),
            )
        return ""

    def days_left(self, today: date) -> int | None:
        """How many days a licence that counts today will still count after it, if it ends within WARN_DAYS."""
        if self.valid_until is None or self.why_off(today):
            return None
        left = (self.valid_until - today).days
        return left if left < WARN_DAYS else None


def off(code: Licence) -> LicenceRow:
    """A licence the database has no row of: as good as one that is off."""
    return LicenceRow(code, False, None, None, None, None, None, 0)
