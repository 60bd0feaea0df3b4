"""The Attainments grid: the college's own records of the chosen learners."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select

from app.attainments import search
from app.attainments.search import AttainmentRow
from app.db.database import Database
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role

COLUMNS = (
    Column("to_export", "Export", Kind.STATE, 104, sortable=False, tip="What Export Changes would write"),
    Column("ref", "Person Code", Kind.MONO, 96),
    Column("name", "Name", Kind.KEY, 150),
    Column("type", "Type", Kind.MONO, 76),
    Column("subject_code", "Subject Code", Kind.MONO, 104),
    Column("subject", "Subject", Kind.TEXT, 200, stretch=True, elide_middle=True),
    Column("qualification_type", "Qualification Type", Kind.TEXT, 150),
    Column("level", "Level", Kind.TEXT, 86),
    Column("grade", "Grade", Kind.TEXT, 84),
    Column("credits", "Credits", Kind.NUMBER, 62, visible=False),
    Column("award_date", "Award Date", Kind.DATE, 100),
    Column("start_date", "Start", Kind.DATE, 100, visible=False),
    Column("end_date", "End", Kind.DATE, 100, visible=False),
    Column("provider", "Provider", Kind.TEXT, 160, visible=False),
    Column("provider_ukprn", "Provider UKPRN", Kind.MONO, 110, visible=False),
    Column("awarding_org", "Awarding Organisation", Kind.TEXT, 170),
    Column("origin", "Origin", Kind.TEXT, 80),
)
_ORIGINS = {"lrs": "LRS", "hand": "By hand", "file": "File"}
_EXPORT = {
    "New": State(Icon.PLUS_CIRCLE, "New", Role.GOOD),
    "Changed": State(Icon.PENCIL_SIMPLE, "Changed", Role.INFO),
    "": State(Icon.CHECK_CIRCLE, "Exported", Role.TEXT3),
}


class AttainmentSource:
    """Attainments, of everybody or of `learner_ids` only."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db
        self.learner_ids: Sequence[int] | None = None

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        chosen = self.learner_ids

        def wanted(learners: Any = None) -> Select[Any]:
            return search.keys_query(
                query.conditions,
                query.quick,
                query.sort,
                descending=query.descending,
                then=query.then,
                learners=learners,
            )

        with self._db.read(context) as tx:
            if chosen is None:
                return self._db.ids(tx, wanted(), first)
            with self._db.ids_as_table(tx, chosen) as picked:
                return self._db.ids(tx, wanted(picked), first)

    def total(self) -> int:
        chosen = self.learner_ids
        with self._db.read() as tx:
            if chosen is None:
                return int(tx.execute(search.total_query()).scalar_one())
            with self._db.ids_as_table(tx, chosen) as picked:
                return int(tx.execute(search.total_query(picked)).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in search.rows(tx, keys).items()}


def _row(one: AttainmentRow) -> Row:
    name = ", ".join(part for part in (one.family_name, one.given_names) if part)
    return Row(
        cells=(
            _EXPORT[one.to_export],
            one.ref,
            name,
            one.type_code,
            one.subject_code,
            one.subject,
            one.qualification_type,
            one.level,
            one.grade,
            credits_shown(one.credits),
            one.award_date,
            one.start_date,
            one.end_date,
            one.provider,
            one.provider_ukprn,
            one.awarding_org,
            _ORIGINS.get(one.origin, one.origin),
        )
    )


def credits_shown(hundredths: int | None) -> str | None:
    """Hundredths as people write credit: 13, 7.5."""
    if hundredths is None:
        return None
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
