"""The grid of sections: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app import access
from app.context import AppContext
from app.keys import Keys
from app.lms.sections import listed
from app.lms.sections.listed import SectionRow
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

COLUMNS = (
    Column(
        "holds",
        "Gates",
        Kind.STATE,
        104,
        sortable=False,
        tip="Whether changes of its enrolments go to the LMS; the details say what is missing",
    ),
    Column("course_code", "Course Code", Kind.MONO, 110),
    Column("course_title", "Course", Kind.KEY, 220, stretch=True),
    Column("term", "Term", Kind.TEXT, 120, absent="–"),
    Column("number", "Number", Kind.NUMBER, 70),
    Column("owner", "Owning Campus", Kind.TEXT, 130, absent="none"),
    Column("further", "Also Seen by", Kind.TEXT, 130, sortable=False, visible=False),
    Column("method", "Delivery Method", Kind.TEXT, 130, absent="none"),
    Column("vendor", "LMS", Kind.TEXT, 100, absent="default", visible=False),
    Column("lms_course", "LMS Course", Kind.MONO, 110, absent="none"),
    Column("enrolled", "Enrolled", Kind.NUMBER, 76, absent="–"),
    Column("starts", "Starts", Kind.DATE, 100),
    Column("ends", "Ends", Kind.DATE, 100, visible=False),
    Column("open", "Open", Kind.TEXT, 60, visible=False),
)
HOLD = State(Icon.CHECK_CIRCLE, "All hold", Role.GOOD)
FAIL = State(Icon.WARNING, "Not all hold", Role.WARN)


class SectionSource:
    """The sections of the user's campuses, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, context: AppContext) -> None:
        self._db, self._user = context.db, context.user

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        with self._db.read(context) as tx:
            wanted = listed.keys_query(
                query.conditions,
                query.quick,
                query.sort,
                descending=query.descending,
                then=query.then,
                scope=access.campuses(tx, self._user),
            )
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(listed.total_query(access.campuses(tx, self._user))).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            found = listed.rows(tx, keys, access.campuses(tx, self._user))
        return {key: _row(one) for key, one in found.items()}


def _row(one: SectionRow) -> Row:
    return Row(
        cells=(
            HOLD if one.holds else FAIL,
            one.course_code,
            one.course_title,
            one.term or None,
            one.number,
            one.owner,
            ", ".join(one.further),
            one.method,
            one.vendor,
            one.lms_course,
            one.enrolled or None,
            one.starts,
            one.ends,
            tr("yes") if one.open else tr("no"),
        ),
        tints={} if one.open else {"course_title": Role.TEXT3, "course_code": Role.TEXT3},
    )
