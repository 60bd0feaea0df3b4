"""The Learners grid: its columns, and rows of the database as rows of the grid."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from app.attainments.at_a_glance import TITLES, Measure
from app.db.database import Database
from app.keys import Keys
from app.learners import search
from app.learners.listed import listed
from app.learners.search import LearnerRow, Ready
from app.tasks import TaskContext
from app.ulns import UlnState, state
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role

READY_STATES: Mapping[Ready, State] = {
    Ready.READY: State(Icon.CHECK_CIRCLE, "Ready", Role.GOOD),
    Ready.NO_ULN: State(Icon.WARNING, "No ULN", Role.WARN),
    Ready.TEMPORARY: State(Icon.CLOCK, "Temporary ULN", Role.WARN),
    Ready.BAD: State(Icon.X_CIRCLE, "Check digit", Role.BAD),
    Ready.NO_FIRST_NAME: State(Icon.WARNING, "No first name", Role.WARN),
    Ready.NO_SURNAME: State(Icon.WARNING, "No surname", Role.WARN),
}

COLUMNS = (
    Column("ready", "PLR", Kind.STATE, 132, tip="Whether the Learning Records Service can be asked"),
    Column("ref", "Person Code", Kind.MONO, 92),
    Column("family_name", "Surname", Kind.KEY, 106),
    Column("given_names", "Forename", Kind.TEXT, 88, stretch=True),
    Column("known_as", "Known As", Kind.TEXT, 78),
    Column("birth_date", "Date of Birth", Kind.DATE, 104),
    Column("sex", "Sex", Kind.TEXT, 42),
    Column("uln", "ULN", Kind.MONO, 98, absent="not held"),
    Column("postcode", "UK Postcode", Kind.MONO, 94),
    Column("campus", "Campus", Kind.TEXT, 80),
    Column("tutor_group", "Tutor Group", Kind.TEXT, 96, visible=False),
    Column("email", "Email", Kind.TEXT, 190, visible=False),
    Column("last_plr", "Last PLR", Kind.DATE, 104, absent="never", tip="When the LRS was last asked"),
    *(
        Column(measure.value, TITLES[measure], Kind.TEXT, width, absent="–", tip=tip, visible=False)
        for measure, width, tip in (
            (Measure.GCSE_ENGLISH, 96, "The best GCSE in English stored, as awarded"),
            (Measure.GCSE_MATHS, 90, "The best GCSE in mathematics stored, as awarded"),
            (Measure.FS_ENGLISH, 84, "The highest functional skills English passed"),
            (Measure.FS_MATHS, 78, "The highest functional skills mathematics passed"),
            (Measure.FULL_LEVEL, 118, "The highest full level that the stored attainments prove"),
        )
    ),
)
_ULN_TINTS = {UlnState.TEMPORARY: Role.WARN, UlnState.BAD: Role.BAD}


class LearnerSource:
    """Every learner of the database, by page."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        with self._db.read(context) as tx, listed(self._db, tx, query.codes) as among:
            wanted = search.keys_query(
                query.conditions,
                query.quick,
                query.sort,
                descending=query.descending,
                then=query.then,
                listed=among,
            )
            early = query.conditions is None and not query.quick.strip() and among is None
            return self._db.ids(tx, wanted, first, early=early)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(search.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return self.rows_in(tx, keys)

    @staticmethod
    def rows_in(tx: Connection, keys: Sequence[int]) -> Mapping[int, Row]:
        return {key: _row(one) for key, one in search.rows(tx, keys).items()}


def _row(one: LearnerRow) -> Row:
    tint = _ULN_TINTS.get(state(one.uln))
    return Row(
        cells=(
            READY_STATES[one.ready],
            one.ref,
            one.family_name,
            one.given_names,
            one.known_as,
            one.birth_date,
            one.sex,
            one.uln,
            one.postcode,
            one.campus,
            one.tutor_group,
            one.email,
            one.last_plr.date() if one.last_plr else None,
            one.gcse_english,
            one.gcse_maths,
            one.fs_english,
            one.fs_maths,
            one.full_level,
        ),
        tints={"uln": tint} if tint is not None else {},
    )
