"""The commands without a window: the same functions of `app`, and one function that writes.

No Qt here. The JSON documents and exit statuses are a surface that other programs rely on (docs/commands.md).
"""

import argparse
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.errors import AppError, InputError
from app.folders import DataFolder
from ui.exit_status import DONE, LISTED


def say(line: str) -> None:
    """Write one line of a result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """Write one sentence that says why it did not go; the windowed program has nowhere to write it."""
    if sys.stderr is not None:
        sys.stderr.write(line + "\n")


def tell(options: argparse.Namespace, document: Mapping[str, Any], lines: list[str]) -> None:
    """Write a result: one JSON document, or lines for a reader."""
    if options.json:
        say(json.dumps(document, ensure_ascii=False))
    else:
        for line in lines:
            say(line)


def folder_of(options: argparse.Namespace) -> DataFolder:
    """The data folder that the command line or the environment names."""
    return DataFolder.chosen(options.data)


# ------------------------------------------------------------------------------------------------------ lrs check


def lrs_check(options: argparse.Namespace) -> int:
    """`lrs check`: the connection step by step, and one learner if named; stores nothing. Needs no licence."""
    from app import access
    from app.access import Permission
    from app.connectors.lrs_answer import FIELDS
    from app.connectors.lrs_check import check
    from app.context import lrs_access
    from app.secrets import Secrets
    from app.start import open_folder, sign_in

    named = (options.uln, options.given_name, options.family_name)
    if any(named) and not all(named):
        raise InputError("A learner is asked about by --uln, --given-name and --family-name.", hint="Give all three.")
    settings, db = open_folder(folder_of(options), options.database)
    with closing(db):
        user, rights = sign_in(db)
        # It is how an administrator tries the connection, before the licence is switched on.
        if rights.why_not(Permission.PLR_DOWNLOAD):
            with db.read() as tx:
                access.require(tx, user, Permission.ADMINISTER)
    lrs = lrs_access(settings, Secrets())
    report = check(lrs, named if all(named) else None)
    events = report.answer.events if report.answer is not None else ()
    document: dict[str, Any] = {
        "steps": [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in report.steps],
        "response_code": report.answer.response_code if report.answer is not None else None,
        "found_uln": report.answer.found_uln if report.answer is not None else None,
        "events": len(events),
        "by_source": dict(Counter(event.source or "" for event in events)),
        "error_code": report.error_code or None,
    }
    if options.show_events:
        document["records"] = [{one.wire: getattr(event, one.name) for one in FIELDS} for event in events]
    lines = [f"{'ok ' if one.ok else 'NOT'}  {one.name}: {one.detail}" for one in report.steps]
    if not all(named) and report.ok:
        lines.append("--   Sign-in: not tested. The service looks at it only when asked about a learner (--uln …).")
    if report.answer is not None:
        lines.append(f"{report.answer.response_code}: {len(events)} learning events")
    tell(options, document, lines)
    return DONE if all(one.ok for one in report.steps) and not report.error_code else LISTED


# -------------------------------------------------------------------------------------------------------- sandbox


def sandbox(options: argparse.Namespace) -> int:
    """`sandbox lrs|moodle`: one invented service in the foreground until interrupted or its standard input closes."""
    from app.sandbox import lrs, moodle
    from app.sandbox.people import people

    stop = threading.Event()
    serve: Callable[..., None] = lrs.serve
    if options.service == "moodle":
        moving = {"move_every": options.move_every, "intake": options.intake}
        serve = partial(moodle.serve, **moving, listen=lambda obey: _follow_input(stop, obey))
    if options.service == "lrs":
        _follow_input(stop, None)
    with TemporaryDirectory(prefix="learner-manager-sandbox-") as folder:
        try:
            serve(
                Path(folder),
                port=options.port,
                latency_ms=options.latency_ms,
                faults=options.fault,
                announce=lambda info: say(json.dumps(info)),
                stop=stop,
                people=people(options.people),
            )
        except KeyboardInterrupt:
            stop.set()
    return DONE


def _follow_input(stop: threading.Event, obey: Callable[[str], None] | None) -> None:
    """A program that started us with a pipe ends us by going away, and may write orders, one a line; at a terminal
    only Ctrl-C does."""
    if sys.stdin is None or sys.stdin.isatty():
        return
    import os
    import stat

    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        return

    def watch() -> None:
        for line in sys.stdin:
            if obey is not None and line.strip():
                try:
                    obey(line.strip())
                except AppError as error:
                    complain(str(error))
        stop.set()

    threading.Thread(target=watch, name="input", daemon=True).start()


# ------------------------------------------------------------------------------------------------------- database


def db_upgrade(options: argparse.Namespace) -> int:
    """`db upgrade`: make or bring up to date; the account becomes the first administrator of a new database."""
    from app.start import open_folder, sign_in

    _, db = open_folder(folder_of(options), options.database, agreed=True)
    with closing(db):
        sign_in(db)
    tell(options, {"ok": True}, ["The database is up to date."])
    return DONE


def db_check(options: argparse.Namespace) -> int:
    """`db check`: rows by table, and whether the database is whole."""
    from app import db_check
    from app.start import open_folder
    from app.tasks import TaskContext

    _, db = open_folder(folder_of(options), options.database)
    with closing(db):
        found = db_check.check(TaskContext(), db)
    problems = [str(one) for one in found.problems]
    document = {"ok": found.ok, "revision": found.revision, "counts": dict(found.counts), "problems": problems}
    lines = [f"{name:20} {number:>12,}" for name, number in found.counts.items()]
    tell(options, document, [*lines, *(problems or ["No damage found."])])
    return DONE if found.ok else LISTED


# -------------------------------------------------------------------------------------------------------- secrets


def secret_set(options: argparse.Namespace) -> int:
    """`secret set NAME`: one line from standard input into the password store; never from an argument."""
    from app import config
    from app.secrets import LABELS, Kept, Secrets, StoreState, host_for

    if options.name not in LABELS:
        raise InputError(f"There is no secret of that name. There are: {', '.join(LABELS)}.", hint="Use one of them.")
    value = sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise InputError("No secret was given.", hint="Type it on standard input, followed by Enter.")
    folder = folder_of(options)
    folder.make()
    settings = config.load(folder.path)
    secrets = Secrets()
    if secrets.set(options.name, value, host=host_for(options.name, settings)) is not Kept.STORE:
        state = secrets.store_state()
        unlock = "Unlock it and try again, or give" if state is StoreState.LOCKED else "Give"
        raise AppError(
            f"{state.why_not_kept}, so nothing was kept.",
            hint=f"{unlock} the secret as LEARNER_MANAGER_SECRET_{options.name.upper()} instead.",
        )
    tell(options, {"ok": True}, ["Kept in the password store."])
    return DONE
