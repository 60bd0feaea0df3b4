"""Copies of the database: *Back Up*, *Restore* with a look at what differs first, one a day by itself, and moving to
another database. Administrators only, save for the daily copy, which the window makes if it is due."""

import os
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from app import access, copy_files, erased_since, history
from app.access import Permission, User
from app.config import DatabaseSettings
from app.db import erasing, moving, server_roles
from app.db.database import Database
from app.db.moving import Moved
from app.db.tables import operation
from app.errors import AccessError, InputError
from app.sentence import Sentence
from app.tasks import TaskContext
from app.whole_file import cannot_write, part_beside

KEPT_DAYS = DatabaseSettings().copies_days
"""Copies of so many days are kept, unless the settings say otherwise; and of each month before the first one."""
_KEPT_MONTHS = 24
"""Then that one goes too: it holds people who were erased since, or left long ago."""
_DAILY, SET_ASIDE, _REPLACED = "daily-", "before-move-", "before-restore-"
"""How the names begin of copies of a day, of databases that a move has put aside (`app/move.py`), and of what was
there before a restore."""
RESTORED = "database_restored"


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows of one kind there are here, and in the copy."""

    table: str
    here: int
    there: int


@dataclass(frozen=True, slots=True)
class Look:
    """What restoring a copy would do: the tables whose number of rows differs, when something was last done here and
    there, and how many things done here the copy does not know. `erased`: so many learners of the copy were erased
    here since, and are erased again with it; `unsure`: of so many it cannot be told whether they are in the copy.
    `older`: the copy is one of an older version, looked at as it is once brought up to date."""

    differences: Sequence[Difference]
    last_here: datetime | None
    last_there: datetime | None
    lost: int
    erased: int
    unsure: int
    older: bool


def back_up(context: TaskContext, db: Database, user: User, target: Path) -> int:
    """Write a whole copy of the database into one file (0600), an embedded database whichever `db` is; its size.

    It is there whole or not at all. Raises AccessError, InputError (cannot be written), DatabaseError, Cancelled.
    """
    require_whole(db, user)
    return _copy_to(context, db, target)


def require_whole(db: Database, user: User) -> None:
    """Raise AccessError for whoever may not copy the database, or does not see all of it."""
    with db.read() as tx:
        access.require(tx, user, Permission.ADMINISTER)
        _require_all(db, tx)


def _require_all(db: Database, tx: Connection) -> None:
    """Raise AccessError on a server that shows this account a part of the rows: a copy would lack the others, and
    restoring it would take them from everybody."""
    if not server_roles.sees_all(db, tx):
        raise AccessError(
            "On a shared server only the owner of the database copies all of it.",
            hint="Others do not see what people saved for themselves. Ask whoever looks after the server.",
        )


def _copy_to(context: TaskContext, db: Database, target: Path) -> int:
    if target.exists():
        raise InputError(
            Sentence("{file} is there already.", file=target.name),
            hint="Choose another name: a copy replaces nothing.",
        )
    part = part_beside(target)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        if db.file is not None:
            copy_files.copy_pages(context, db.file, part)
        else:
            part.unlink()
            with closing(Database.in_file(part)) as new:
                moving.copy(context, db, new)
        context.raise_if_cancelled()
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(part, target)
        return target.stat().st_size
    except OSError as error:
        raise cannot_write(error, target) from error
    finally:
        for left in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm", "-journal"))):
            with suppress(OSError):
                left.unlink()


# --------------------------------------------------------------------------------------------------------- restore


def look(context: TaskContext, db: Database, file: Path, beside: Path | None = None) -> Look:
    """What differs between the database and a copy. A copy of an older version is brought up to date for that, in a
    file of its own in the folder `beside`, else beside the copy.

    Raises AccessError where not all of the database is seen; InputError if the file is no copy of ours."""
    with (
        copy_files.opened(context, file, beside or file.parent) as (copy, older),
        copy.read(context) as there,
        db.read(context) as here,
    ):
        _require_all(db, here)
        ours, theirs = moving.counts_of(here), moving.counts_of(there)
        differing = [Difference(name, ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]]
        last_here, last_there = _last(here), _last(there)
        later = select(func.count()).select_from(operation)
        if last_there is not None:
            later = later.where(operation.c.at > last_there)
        lost, since = int(here.execute(later).scalar_one()), erased_since.find(here, there)
        return Look(differing, last_here, last_there, lost, since.learners, since.unsure, older)


def _last(tx: Connection) -> datetime | None:
    found: datetime | None = tx.execute(
        select(operation.c.at).order_by(operation.c.at.desc(), operation.c.id.desc()).limit(1)
    ).scalar()
    return found


def before_restore(folder: Path, moment: datetime) -> Path:
    """The file in `folder` for what is there before a restore. `forget_old` knows it by its name."""
    return folder / f"{_REPLACED}{moment:%Y%m%d-%H%M%S}.db"


def restore(context: TaskContext, db: Database, user: User, file: Path, kept: Path, reason: str) -> Moved:
    """Put a copy into the place of all the database holds; what it holds now is copied to `kept` first.

    One transaction: killed at any moment, the database is as before. A copy of an older version is brought up to date
    first, beside `kept`. Who was erased here since is erased again. That it was done, by whom and why, is the first
    entry of what follows. Raises AccessError, InputError, DatabaseError, Cancelled.
    """
    require_whole(db, user)
    again: list[erased_since.Since] = []
    with copy_files.opened(context, file, kept.parent) as (copy, _):
        _copy_to(context, db, kept)

        def begin(there: Connection, here: Connection) -> moving.Then:
            again.append(erased_since.find(here, there))

            def end(tx: Connection) -> None:
                erased_since.erase_again(tx, db, again[0])
                history.begin(tx, db, access.admit(tx, db).id, RESTORED, reason=reason).end(tx)

            return end

        moved = moving.replace_all(context, copy, db, begin)
    if db.file is not None and again[0].learners:
        erasing.scrub(db.file)  # they stood in it for a moment
    return moved


# ------------------------------------------------------------------------------------------------------- every day


def daily(context: TaskContext, db: Database, today: date, days: int = KEPT_DAYS) -> Path | None:
    """The copy of the day beside an embedded database, if there is none yet; old ones go. None if nothing was due.

    Raises InputError, DatabaseError, Cancelled.
    """
    if db.file is None:
        return None
    folder = db.file.parent / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise cannot_write(error, folder) from error
    target = folder / f"{_DAILY}{today:%Y-%m-%d}.db"
    if target.exists():
        return None
    copy_files.forget_left(folder)
    _copy_to(context, db, target)
    forget_old(folder, today, days)
    return target


def forget_old(folder: Path, today: date, days: int = KEPT_DAYS) -> None:
    """Delete the copies of a day in `folder` that are kept no longer, and by the same rule what a move has put aside
    and what was there before a restore: they hold the same people. What else is there is left alone."""
    for kind in (_DAILY, SET_ASIDE, _REPLACED):
        for old in _no_longer_kept(sorted(folder.glob(f"{kind}*.db")), today, days):
            with suppress(OSError):  # open in another program: the next time
                old.unlink(missing_ok=True)


def _no_longer_kept(files: Sequence[Path], today: date, days: int = KEPT_DAYS) -> list[Path]:
    """All but those of the last days and the first of each month of two years; a name that is no date of ours is left
    alone."""
    gone: list[Path] = []
    months: set[str] = set()
    years, month = divmod(today.year * 12 + today.month - 1 - _KEPT_MONTHS, 12)
    oldest = f"{years:04}-{month + 1:02}"
    for one in files:
        try:
            day = _day_of(one.stem)
        except ValueError:
            continue
        is_recent, of_month = day > today - timedelta(days=days), f"{day:%Y-%m}"
        if (of_month in months or of_month < oldest) and not is_recent:
            gone.append(one)
        months.add(of_month)
    return gone


def _day_of(name: str) -> date:
    """The day that stands in the name of a copy. Raises ValueError if none of ours does: to Python `20261128` and
    `2026-W48-6` are days too, and such a file is somebody else's."""
    of_moment = next((one for one in (SET_ASIDE, _REPLACED) if name.startswith(one)), None)
    if of_moment is not None:
        made = datetime.strptime(name, f"{of_moment}%Y%m%d-%H%M%S")
        day, usual = made.date(), f"{of_moment}{made:%Y%m%d-%H%M%S}"
    else:
        day = date.fromisoformat(name.removeprefix(_DAILY))
        usual = f"{_DAILY}{day.isoformat()}"
    if name != usual:
        raise ValueError
    return day


# ---------------------------------------------------------------------------------------------------------- moving


def move(context: TaskContext, db: Database, user: User, target: Database) -> Moved:
    """Copy all of the database into another one, where this account is an administrator afterwards. Goes on where an
    earlier attempt ended. Raises AccessError, InputError, DatabaseError, Cancelled."""
    require_whole(db, user)
    moved = moving.copy(context, db, target)
    with target.write() as tx:
        access.admit(tx, target)
    return moved
