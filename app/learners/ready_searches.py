"""The searches that come with the program: what a data officer asks again and again."""

from dataclasses import dataclass
from datetime import date

from app.attainments.at_a_glance import Measure
from app.conditions import Group, Join, Operator, Test
from app.dates import academic_year
from app.learners.search import Ready
from app.sentence import Sentence

_ULN_GRACE_DAYS = 60
"""So long a temporary ULN may stand in the ILR after somebody started (learner-files.md 3)."""


@dataclass(frozen=True, slots=True)
class ReadySearch:
    """A search with a name, built for today."""

    id: str
    title: str
    group: Group


def ready_searches(today: date | None = None) -> tuple[ReadySearch, ...]:
    """Every ready search; those about age are about the academic year of `today`."""
    return (
        _one("no_uln", "No ULN", Test("ready", Operator.IS, Ready.NO_ULN.value)),
        _one(
            "temporary_uln",
            Sentence("Temporary ULN, started more than {days} days ago", days=_ULN_GRACE_DAYS),
            Test("ready", Operator.IS, Ready.TEMPORARY.value),
            Test("aim_start", Operator.LONGER_AGO, str(_ULN_GRACE_DAYS)),
        ),
        _one("bad_uln", "ULN fails the check", Test("ready", Operator.IS, Ready.BAD.value)),
        _one("uln_twice", "One ULN on two learners", Test("uln_on_another", Operator.YES)),
        _one("duplicates", "Possible duplicates", Test("possible_duplicate", Operator.YES)),
        _one("ready", "Ready for the PLR download", Test("ready", Operator.IS, Ready.READY.value)),
        _one("never", "Never downloaded", Test("last_plr", Operator.BLANK)),
        _one("changed", "Details changed since the last download", Test("details_changed", Operator.YES)),
        _one(
            "without_4",
            "16 to 18 without grade 4 maths or English",
            Test("birth_date", Operator.BETWEEN, ", ".join(born_for(16, 18, today or date.today()))),
            Group(
                Join.ANY,
                (
                    Test(Measure.GCSE_MATHS.value, Operator.IS_NOT, "pass"),
                    Test(Measure.GCSE_ENGLISH.value, Operator.IS_NOT, "pass"),
                ),
            ),
        ),
    )


def born_for(youngest: int, oldest: int, today: date) -> tuple[str, str]:
    """The first and the last day of birth of those who are so old on 31 August of the academic year, which
    begins on 1 August."""
    year = academic_year(today)
    return date(year - oldest - 1, 9, 1).isoformat(), date(year - youngest, 8, 31).isoformat()


def _one(id: str, title: str, *members: Test | Group) -> ReadySearch:
    return ReadySearch(id, title, Group(Join.ALL, members))
