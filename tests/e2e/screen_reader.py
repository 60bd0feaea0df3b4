"""Looks at the program as a screen reader does, over AT-SPI, and prints what it found as one JSON object.

Started with the system's own Python, whose `gi` a virtual environment lacks; starts the program given as arguments.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import gi  # type: ignore[import-not-found,unused-ignore]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found,unused-ignore] # noqa: E402

CONTROLS = {
    "push button", "toggle button", "check box", "radio button", "combo box", "text", "password text", "spin button",
    "slider", "page tab", "table", "tree table", "list", "list box", "progress bar", "dialog", "frame", "menu item",
}  # fmt: skip
DIALOGS = {"dialog", "alert", "file chooser"}
BUTTONS = {"push button", "toggle button", "push button menu"}
TABLES = {"table", "tree table", "list", "list box"}
"""What holds more children than anybody walks through."""


def until(found: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """As soon as there is one. What goes away while it is looked at is no answer yet: it is looked once more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(GLib.GError):
            if result := found():
                return result
        threading.Event().wait(0.05)
    raise TimeoutError(what)


def children(one: Any) -> Iterator[Any]:
    for place in range(one.get_child_count()):
        child = one.get_child_at_index(place)
        if child is not None:
            yield child


def states(one: Any) -> set[str]:
    return {state.value_nick for state in one.get_state_set().get_states()}


def shown(one: Any, trail: tuple[str, ...] = ()) -> Iterator[tuple[Any, str, str, tuple[str, ...]]]:
    """All that is on the screen: the thing, its role, its name, the names around it. Cells of tables are left out."""
    if "showing" not in states(one):
        return
    role, name = one.get_role_name(), one.get_name() or ""
    yield one, role, name, trail
    if role not in TABLES:
        for child in children(one):
            yield from shown(child, (*trail, name or role))


def named(start: Any, role: str, name: str) -> Any:
    return next((one for one, is_, called, _ in shown(start) if (is_, called) == (role, name)), None)


def without_a_name(frame: Any) -> set[tuple[str, str]]:
    """Of the controls on the screen those that have no name: the role, and the names around it."""
    return {(role, " > ".join(trail[-4:])) for _, role, name, trail in shown(frame) if role in CONTROLS and not name}


def press(one: Any) -> None:
    """What a screen reader's *do the default action* does. A button that opens a dialog answers when that closes."""
    with contextlib.suppress(GLib.GError):
        one.get_action_iface().do_action(0)


def look_at_table(frame: Any) -> dict[str, Any]:
    table = until(lambda: named(frame, "table", "Learners"), "the grid of learners")
    rows = table.get_table_iface()
    until(lambda: rows.get_n_rows() > 1, "rows")
    cell = rows.get_accessible_at(2, 2)
    before = states(cell)
    rows.add_row_selection(2)
    until(lambda: "selected" in states(cell), "the row is selected")
    return {
        "rows": rows.get_n_rows(),
        "headers": [rows.get_column_header(place).get_name() for place in range(rows.get_n_columns())],
        "cell": [cell.get_role_name(), cell.get_name()],
        "selected_before": "selected" in before,
        "mark": rows.get_accessible_at(2, 0).get_name(),
    }


def spoken_after(act: Callable[[], None]) -> list[str]:
    """What is announced after `act`, to the first announcement."""
    said: list[str] = []

    def hear(event: Any) -> None:
        said.append(str(event.any_data))
        Atspi.event_quit()

    listener = Atspi.EventListener.new(hear)
    listener.register("object:announcement")
    GLib.timeout_add(200, lambda: act() and False)
    stop = GLib.timeout_add(20_000, Atspi.event_quit)
    Atspi.event_main()
    GLib.source_remove(stop) if said else None
    listener.deregister("object:announcement")
    return said


def tabs_of(row: Any) -> list[Any]:
    return [one for one in children(row) if one.get_role_name() == "page tab"]


def choose(tab: Any) -> None:
    press(tab)
    until(lambda: "selected" in states(tab), f"{tab.get_name()} is chosen")


def rows_of_tabs(frame: Any) -> list[Any]:
    """The tabs of the ribbon, then the pages; a tab of one page shows no row of pages."""
    return [one for one, role, _, _ in shown(frame) if role == "page tab list"]


def look_at_pages(frame: Any) -> dict[str, Any]:
    """The pages by the tab of the ribbon, and what has no name on any of them."""
    pages: dict[str, list[str]] = {}
    nameless = set()
    ribbon = rows_of_tabs(frame)[0]
    for tab in tabs_of(ribbon):
        choose(tab)
        row = [page for below in rows_of_tabs(frame)[1:] for page in tabs_of(below)]
        pages[tab.get_name()] = [page.get_name() for page in row]
        for page in row:
            choose(page)
            nameless |= without_a_name(frame)
        nameless |= without_a_name(frame)
    choose(next(tab for tab in tabs_of(ribbon) if tab.get_name() == "Learners"))
    return {"tabs": pages, "nameless": sorted(nameless)}


def dialog_of(program: Any) -> Any:
    return next(
        (one for one in children(program) if one.get_role_name() in DIALOGS and "showing" in states(one)), None
    )


def button(start: Any, name: str) -> Any:
    """The button of that name, as soon as it can be pressed."""

    def ready() -> Any:
        found = (one for one, role, called, _ in shown(start) if called == name and role in BUTTONS)
        return next((one for one in found if "enabled" in states(one)), None)

    return until(ready, f"the button {name}")


def write(dialog: Any, name: str, words: str) -> None:
    until(lambda: named(dialog, "text", name), name).get_editable_text_iface().set_text_contents(words)


class Dialogs:
    """What is found in one dialog after another: its controls, and what around it has no name."""

    def __init__(self, program: Any, frame: Any) -> None:
        self.program, self.frame = program, frame
        self.seen: dict[str, list[str]] = {}
        self.nameless: set[tuple[str, str]] = set()

    def open(self, start: Any, name: str) -> Any:
        """Press a button; returns the dialog that it opens."""
        press(button(start, name))
        return until(lambda: dialog_of(self.program), f"the dialog of {name}")

    def look(self, dialog: Any, name: str, awaited: str) -> None:
        """At a dialog once it shows the control `awaited`."""
        until(lambda: any(called == awaited for _, _, called, _ in shown(dialog)), f"{awaited} in {name}")
        self.seen[name] = sorted(called for _, role, called, _ in shown(dialog) if role in CONTROLS)
        self.nameless |= without_a_name(dialog)

    def close(self, dialog: Any, name: str) -> None:
        press(button(dialog, name))
        until(lambda: dialog_of(self.program) is None, f"{dialog.get_name()} closes")

    def tab(self, name: str, page: str = "") -> None:
        choose(until(lambda: named(self.frame, "page tab", name), name))
        if page:
            choose(until(lambda: named(self.frame, "page tab", page), page))


def look_at_dialogs(program: Any, frame: Any) -> dict[str, Any]:
    """One after another as people come by them; each is left without doing what it is for, save the update."""
    at = Dialogs(program, frame)
    builder = at.open(frame, "Condition Builder")
    at.look(builder, "Condition Builder", "Add a condition")
    at.close(builder, "Cancel")
    export = at.open(frame, "Export to Excel")
    press(until(lambda: named(export, "check box", "Protect it with a password"), "the tick"))
    at.look(export, "Export", "Password, once more")
    at.close(export, "Cancel")
    at.tab("Administration")
    place = at.open(frame, "Database")
    press(until(lambda: named(place, "radio button", "On a shared server"), "On a shared server"))
    for name, words in (("Computer", "db.example.ac.uk"), ("Database", "learners"), ("User", "officer")):
        write(place, name, words)
    at.look(place, "Database", "Move to Server…")
    press(button(place, "Move to Server…"))
    move = until(lambda: (one := dialog_of(program)) and named(one, "push button", "Move") and one, "the dialog Move")
    at.look(move, "Move", "Move")
    at.close(move, "Close")
    at.tab("Imports", "Course Records")
    types = at.open(frame, "Credit Types")
    at.look(types, "Credit Types", "Add Credit Type")
    at.close(types, "Close")
    at.tab("Learners")
    look_at_update(at)
    return {"dialogs": at.seen, "dialogs_nameless": sorted(at.nameless)}


def look_at_update(at: Dialogs) -> None:
    """One learner is downloaded and updated; the window of that stays open."""
    press(button(at.frame, "Clear"))
    named(at.frame, "table", "Learners").get_table_iface().add_row_selection(3)
    press(button(at.frame, "Attainments (PLR) Download"))
    name = "Attainments (PLR)"
    window = until(lambda: next((one for one in children(at.program) if one.get_name() == name), None), name)
    at.seen["window"] = [window.get_role_name()]
    button(window, "Refresh")  # can be pressed once all answers are there
    press(button(window, "Select All"))
    summary = at.open(window, "Update Selected")
    at.look(summary, "Update summary", "Undo")
    at.close(summary, "OK")


def main(command: list[str]) -> None:
    environment = {**os.environ, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_QPA_PLATFORM": "xcb"}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        Atspi.init()
        desktop = Atspi.get_desktop(0)
        program = until(lambda: next((one for one in children(desktop) if one.get_name()), None), "the program")
        frame = until(
            lambda: next((one for one in children(program) if "showing" in states(one)), None), "its window"
        )
        seen: dict[str, Any] = {"frame": [frame.get_role_name(), frame.get_name()], "table": look_at_table(frame)}
        seen["spoken"] = spoken_after(lambda: press(named(frame, "push button", "Select All")))
        print(json.dumps({**seen, **look_at_pages(frame), **look_at_dialogs(program, frame)}))
    finally:
        child.terminate()
        left = child.wait(20)
    if left != 0:  # told to end it leaves as if closed (test_leaving.py): anything else is a crash on the way
        raise SystemExit(f"the program left with {left}")


main(sys.argv[1:])
