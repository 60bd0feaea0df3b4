"""`db backup`, `db restore` and `db copy`, without a window."""

import argparse
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from app import copies, users
from app.access import Role
from app.config import DatabaseSettings
from app.db.database import Database
from app.errors import InputError
from app.secrets import Secrets
from app.server_address import completed
from app.start import open_folder, sign_in
from app.tasks import TaskContext
from ui.commands import folder_of, tell
from ui.exit_status import DONE, LISTED


def backup(options: argparse.Namespace) -> int:
    """`db backup FILE`: a whole copy, of either kind of database, as one file."""
    _, db = open_folder(folder_of(options), options.database)
    with closing(db):
        user, _ = sign_in(db)
        size = copies.back_up(TaskContext(), db, user, options.file)
    tell(options, {"file": str(options.file), "bytes": size}, [f"Copied to {options.file} ({size:,} bytes)."])
    return DONE


def restore(options: argparse.Namespace) -> int:
    """`db restore FILE`: what differs; with `--yes` and a reason the copy is put into place, and what was there is
    copied first."""
    folder = folder_of(options)
    _, db = open_folder(folder, options.database)
    with closing(db):
        user, _ = sign_in(db)
        beside = folder.path / "backups"
        look = copies.look(TaskContext(), db, options.file, beside)
        lines = [f"{one.table:24} {one.here:>12,} here {one.there:>12,} in the copy" for one in look.differences]
        lines.append(f"Done here since the copy was made, and lost by restoring it: {look.lost:,}.")
        lines.append(f"Learners erased here since, who are erased again: {look.erased:,}.")
        if look.older:
            lines.append("An older version made the copy: it is brought up to date first, in a file of its own.")
        if look.unsure:
            lines.append(f"Erased here, perhaps in the copy; look for them, and erase them again: {look.unsure:,}.")
        document = {
            "restored": options.yes,
            "differences": {one.table: [one.here, one.there] for one in look.differences},
            "lost": look.lost,
            "erased": look.erased,
            "unsure": look.unsure,
            "older": look.older,
        }
        if not options.yes:
            tell(options, document, [*lines, "Nothing was changed. Restore it with --yes and --reason TEXT."])
            return LISTED
        if not options.reason.strip():
            raise InputError("Restoring needs a reason.", hint="Say it with --reason TEXT: it goes into the history.")
        beside.mkdir(mode=0o700, exist_ok=True)
        kept = copies.before_restore(beside, datetime.now(UTC))
        copies.restore(TaskContext(), db, user, options.file, kept, options.reason.strip())
    tell(options, document | {"kept": str(kept)}, [*lines, f"Restored. What was there before is in {kept}."])
    return DONE


def grant(options: argparse.Namespace) -> int:
    """`db grant USER ROLE`: give a role to somebody, who is added if need be."""
    return _set_role(options, held=True)


def revoke(options: argparse.Namespace) -> int:
    """`db revoke USER ROLE`: take it away; it is missing at their next command."""
    return _set_role(options, held=False)


def _set_role(options: argparse.Namespace, *, held: bool) -> int:
    wanted = _role(options.role)
    _, db = open_folder(folder_of(options), options.database)
    with closing(db):
        user, _ = sign_in(db)
        done = users.set_role(db, user, options.user, wanted, held=held)
        with db.read() as tx:
            roles = sorted(role.value for role in users.accounts(tx, [done.id])[done.id].roles)
    changed = done.operation_id is not None
    document = {"user": options.user, "changed": changed, "roles": roles}
    state = f"{options.user} holds: {', '.join(roles) or 'no role'}."
    tell(options, document, [state if changed else f"Nothing was changed. {state}"])
    return DONE


def _role(code: str) -> Role:
    """The role of that code. Raises InputError, which lists them."""
    try:
        return Role(code.replace("-", "_").lower())
    except ValueError:
        known = ", ".join(role.value for role in Role)
        raise InputError(f"There is no role “{code}”.", hint=f"They are: {known}.") from None


def copy(options: argparse.Namespace) -> int:
    """`db copy --to URL`: everything into another, empty database, compared; goes on where it was interrupted."""
    settings, db = open_folder(folder_of(options), options.database)
    with closing(db), closing(_target(options.to, settings.database)) as target:
        user, _ = sign_in(db)
        moved = copies.move(TaskContext(), db, user, target)
    total = sum(moved.counts.values())
    document = {"rows": total, "resumed": moved.resumed, "counts": dict(moved.counts)}
    lines = [f"{total:,} rows copied and compared, {moved.resumed:,} of them by an earlier attempt."]
    lines.append("To work with the copy, name it in the settings ([database] url) or with --database.")
    tell(options, document, lines)
    return DONE


def _target(address: str, settings: DatabaseSettings) -> Database:
    """Where to: an address, or the path of a file."""
    if "://" not in address:
        return Database.in_file(Path(address).expanduser().absolute())
    return Database(completed(address, settings, Secrets()))
