"""`learner-manager`: the window, and the same work without one (the command line is described in docs/commands.md).

Qt is imported only by what opens a window.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from app import __version__
from app.errors import AppError
from ui.exit_status import INTERRUPTED, NOT_STARTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status: 0 done, 1 done with errors listed, 2 wrong usage, 3 could not
    start, 4 somebody else is doing it, 130 interrupted."""
    options = _parser().parse_args(arguments)
    from ui import commands

    try:
        if problem := installed_wrongly():
            commands.complain(problem)
            return NOT_STARTED
        if options.smoke is not None or options.command in ("tour", "manual"):
            _draw_nowhere_if_need_be()
        if options.command is None:
            status: int = opening().run(options)
            return status
        status = options.run(options)
    except AppError as error:
        commands.complain(str(error))
        return NOT_STARTED
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def opening() -> ModuleType:
    """`ui.window`, imported in the order in which that takes least."""
    # What is made until the window is there stays; it would be walked through again and again.
    gc.disable()
    import app.learners.search
    import app.start  # noqa: F401

    _read_no_sources()
    from ui import window

    return window


def _read_no_sources() -> None:
    """Qt for Python reads the source of every module imported after it, in search of the word PySide6: one that has
    it may ask for `snake_case` names. Nobody here does; that takes a twentieth of a start, and memory. A built
    program, whose modules have no source file, gets the same answer for all of them: no."""
    import PySide6.QtCore  # noqa: F401

    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = lambda module: False  # type: ignore[union-attr]


def _draw_nowhere_if_need_be() -> None:
    """Nobody looks at the smoke test and the tour: where there is no display, Qt draws into memory."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def installed_wrongly() -> str:
    """A sentence if another program's `app` or `ui` package stands in our way; "" if all is well."""
    if getattr(sys, "frozen", False):
        return ""
    from importlib import metadata

    try:
        version = metadata.version("learner-manager")
    except metadata.PackageNotFoundError:
        version = __version__ if (Path(__file__).parent.parent / "pyproject.toml").exists() else ""
    if version == __version__:
        return ""
    return (
        "Learner Manager is not installed properly: the parts found on this computer do not belong together. "
        "Install it again in an environment of its own."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="learner-manager", description="Learners and their PLR records.")
    parser.add_argument("--data", metavar="DIR", type=Path, help="folder with settings, database and logs")
    parser.add_argument(
        "--database", metavar="URL", default=os.environ.get("LEARNER_MANAGER_DATABASE", ""), help="database to use"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--version", action="version", version=f"Learner Manager {__version__}")
    parser.add_argument("--demo", action="store_true", help="invented learners and services in a fresh folder")
    parser.add_argument("--smoke", metavar="FILE", type=Path, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_tour(commands)
    _add_lrs(commands)
    _add_load(commands)
    _add_sync(commands)
    _add_extracts(commands)
    _add_import(commands)
    _add_unlock(commands)
    _add_sandbox(commands)
    _add_db(commands)
    _add_secret(commands)
    _add_third_party(commands)
    _add_manual(commands)
    return parser


Commands = Any


def _add_tour(commands: Commands) -> None:
    from ui.tour import form

    tour = commands.add_parser("tour", help="play the main job through the real window, without anyone present")
    tour.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for pictures and exports")
    tour.add_argument("--learners", type=_positive, default=1000)
    tour.add_argument("--latency-ms", type=_positive_or_none, default=200)
    tour.add_argument("--parallel", type=_positive, default=4)
    tour.add_argument(
        "--server",
        metavar="URL",
        default="",
        help="an empty PostgreSQL database, by its owner; an officer plays there",
    )
    form.add_options(tour)
    tour.set_defaults(run=_run_tour)


def _run_tour(options: argparse.Namespace) -> int:
    from ui import tour

    return tour.run(options)


def _add_lrs(commands: Commands) -> None:
    from ui import commands as ours

    lrs = commands.add_parser("lrs", help="the Learning Records Service").add_subparsers(
        dest="what", metavar="WHAT", required=True
    )
    check = lrs.add_parser("check", help="test the connection step by step")
    check.add_argument("--uln")
    check.add_argument("--given-name")
    check.add_argument("--family-name")
    check.add_argument("--show-events", action="store_true")
    check.set_defaults(run=ours.lrs_check)


def _add_load(commands: Commands) -> None:
    load = commands.add_parser("load", help="load learners from files")
    load.add_argument("files", metavar="FILE", type=Path, nargs="*")
    load.add_argument("--mapping", metavar="NAME", default="", help="columns remembered under this name")
    load.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    load.add_argument("--undo", metavar="JOB", type=_positive, help="take a load back")
    load.set_defaults(run=_run_load)


def _run_load(options: argparse.Namespace) -> int:
    from ui import command_load

    return command_load.run(options)


def _add_sync(commands: Commands) -> None:
    sync = commands.add_parser("sync", help="synchronise with the LMS")
    sync.add_argument("what", nargs="?", choices=["courses", "enrolments", "all"], default="all")
    sync.add_argument("--once", action="store_true", help="one run; without it on schedule until interrupted")
    sync.add_argument("--same-site", action="store_true", help="the LMS is the same as before, at a new address")
    sync.set_defaults(run=_run_sync)


def _run_sync(options: argparse.Namespace) -> int:
    from ui import command_sync

    return command_sync.run(options)


def _add_extracts(commands: Commands) -> None:
    extracts = commands.add_parser("extracts", help="LMS extract statuses").add_subparsers(
        dest="what", metavar="WHAT", required=True
    )
    send = extracts.add_parser("send", help="send the Ready records to the LMS")
    send.add_argument("--once", action="store_true", required=True, help="one run")
    send.set_defaults(run=_run_extracts_send)


def _run_extracts_send(options: argparse.Namespace) -> int:
    from ui import command_extracts

    return command_extracts.run(options)


def _add_import(commands: Commands) -> None:
    records = commands.add_parser("import", help="course records: a dry run, and with --apply the import")
    records.add_argument("file", nargs="?", metavar="FILE", type=Path)
    records.add_argument("--course", metavar="ID", help="the course's external id")
    records.add_argument("--global", dest="is_global", action="store_true", help="whatever courses the file names")
    records.add_argument("--apply", action="store_true", help="import what the dry run foresees")
    records.add_argument("--acknowledge", action="append", default=[], metavar="RULE[,RULE…]")
    records.add_argument("--queue", action="store_true", help="wait for another import of the scope")
    records.add_argument("--undo", metavar="JOB", type=_positive, help="take an import back")
    records.add_argument("--resume", metavar="JOB", type=_positive, help="go on with an import that was aborted")
    records.set_defaults(run=_run_import)


def _run_import(options: argparse.Namespace) -> int:
    from ui import command_import

    return command_import.run(options)


def _add_unlock(commands: Commands) -> None:
    unlock = commands.add_parser("unlock", help="release the lock that an import left")
    unlock.add_argument("scope", metavar="SCOPE", help="global, or course:EXTERNAL-ID")
    unlock.add_argument("--reason", required=True, metavar="TEXT")
    unlock.add_argument(
        "--even-if-running", action="store_true", help="also a lock that gave a sign of life just now"
    )
    unlock.set_defaults(run=_run_unlock)


def _run_unlock(options: argparse.Namespace) -> int:
    from ui import command_import

    return command_import.run_unlock(options)


def _add_sandbox(commands: Commands) -> None:
    from ui import commands as ours

    sandbox = commands.add_parser("sandbox", help="an invented service on this computer")
    sandbox.add_argument("service", choices=["lrs", "moodle"])
    sandbox.add_argument("--port", type=_positive_or_none, default=0)
    sandbox.add_argument("--latency-ms", type=_positive_or_none, default=0)
    sandbox.add_argument("--fault", action="append", default=[], metavar="NAME")
    sandbox.add_argument("--people", type=_positive, default=5000, help=argparse.SUPPRESS)
    sandbox.add_argument("--move-every", type=float, default=0.0, metavar="SECONDS", help=argparse.SUPPRESS)
    sandbox.add_argument("--intake", type=_positive_or_none, default=0, metavar="LEARNERS", help=argparse.SUPPRESS)
    sandbox.set_defaults(run=ours.sandbox)


def _add_db(commands: Commands) -> None:
    from ui import commands as ours

    db = commands.add_parser("db", help="the database").add_subparsers(dest="what", metavar="WHAT", required=True)
    db.add_parser("upgrade", help="bring the database up to date").set_defaults(run=ours.db_upgrade)
    db.add_parser("check", help="count the rows and look for damage").set_defaults(run=ours.db_check)
    purge = db.add_parser("purge", help="delete what of the history is kept no longer")
    how = purge.add_mutually_exclusive_group(required=True)
    how.add_argument("--reason", metavar="TEXT", default="", help="why; kept in the history")
    how.add_argument("--dry-run", action="store_true", help="count only")
    purge.set_defaults(run=_run_purge)

    backup = db.add_parser("backup", help="copy everything into one file")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.set_defaults(run=_later("backup"))
    restore = db.add_parser("restore", help="show how a copy differs; with --yes, put it into place")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--yes", action="store_true", help="restore it: all that was done since is lost")
    restore.add_argument("--reason", default="", metavar="TEXT", help="why; it goes into the history")
    restore.set_defaults(run=_later("restore"))
    for name, words in (("grant", "give somebody a role"), ("revoke", "take a role from somebody")):
        rights = db.add_parser(name, help=words)
        rights.add_argument("user", metavar="USER", help="the account, or on a server the role that they sign in as")
        rights.add_argument("role", metavar="ROLE", help="by its code, for example enrolment_manager")
        rights.set_defaults(run=_later(name))
    copy = db.add_parser("copy", help="copy everything into another, empty database, and compare")
    copy.add_argument("--to", required=True, metavar="URL", help="its address, or the path of a new file")
    copy.set_defaults(run=_later("copy"))


def _run_purge(options: argparse.Namespace) -> int:
    from ui import command_purge

    return command_purge.run(options)


def _later(name: str) -> Callable[[argparse.Namespace], int]:
    """A command of `db` whose module is imported only when it is used."""

    def run(options: argparse.Namespace) -> int:
        from ui import command_database

        return int(getattr(command_database, name)(options))

    return run


def _add_secret(commands: Commands) -> None:
    from ui import commands as ours

    secret = commands.add_parser("secret", help="the password store").add_subparsers(
        dest="what", metavar="WHAT", required=True
    )
    put = secret.add_parser("set", help="read one line from standard input into the password store")
    put.add_argument("name")
    put.set_defaults(run=ours.secret_set)


def _add_third_party(commands: Commands) -> None:
    parts = commands.add_parser("third-party", help="what others made of the program").add_subparsers(
        dest="what", metavar="WHAT", required=True
    )
    for name, words in (
        ("licences", "write all licences into a file"),
        ("bom", "write the bill of materials (CycloneDX)"),
    ):
        one = parts.add_parser(name, help=words)
        one.add_argument("file", type=Path, metavar="FILE")
        one.set_defaults(run=_run_third_party)


def _run_third_party(options: argparse.Namespace) -> int:
    from ui import command_third_party

    return command_third_party.bom(options) if options.what == "bom" else command_third_party.licences(options)


def _add_manual(commands: Commands) -> None:
    manual = commands.add_parser("manual", help="the whole help as a PDF file")
    manual.add_argument("--out", metavar="FILE", type=Path, required=True)
    manual.set_defaults(run=_run_manual)


def _run_manual(options: argparse.Namespace) -> int:
    from ui import command_manual

    return command_manual.run(options)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _positive_or_none(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
