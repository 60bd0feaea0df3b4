"""The grid of users: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app import users_listed
from app.access import ROLE_TITLES, ROLES, Permission
from app.access import Role as UserRole
from app.db.database import Database
from app.keys import Keys
from app.tasks import TaskContext
from app.users_listed import UserRow
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

COLUMNS = (
    Column("name", "Name", Kind.KEY, 170, staff=True),
    Column("login", "Signs In As", Kind.MONO, 110, staff=True),
    Column("state", "State", Kind.STATE, 120),
    Column("roles", "Roles", Kind.TEXT, 254, sortable=False, stretch=True, absent="no role"),
    Column("campuses", "Campuses", Kind.TEXT, 150, sortable=False, absent="none"),
    Column("seen", "Last Here", Kind.DATE, 148, absent="never"),
)
ACTIVE = State(Icon.CHECK_CIRCLE, "Active", Role.GOOD)
OFF = State(Icon.MINUS_CIRCLE, "Switched off", Role.TEXT2)
NO_ROLE = State(Icon.WARNING, "Cannot open", Role.WARN)


class UserSource:
    """The users, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = users_listed.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(users_listed.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in users_listed.rows(tx, keys).items()}


def _row(one: UserRow) -> Row:
    who = one.account
    return Row(
        cells=(who.name, who.login, state_of(one), roles_of(one), campuses_of(one), who.last_sign_in),
    )


def state_of(one: UserRow) -> State:
    """Whether somebody can work, with its icon."""
    if not one.account.active:
        return OFF
    return ACTIVE if any(Permission.OPEN in ROLES[role] for role in one.account.roles) else NO_ROLE


def roles_of(one: UserRow) -> str | None:
    """The roles in the order of their table."""
    return ", ".join(tr(ROLE_TITLES[role]) for role in ROLE_TITLES if role in one.account.roles) or None


def campuses_of(one: UserRow) -> str | None:
    """Whose sections and extract records they see."""
    if UserRole.ADMINISTRATOR in one.account.roles:
        return tr("every campus")
    return ", ".join(one.campuses) or None
