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
TABLES = {"table", "tree table", "list", "list box"}
"""What holds more children than anybody walks through."""


def until(found: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
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


def look_at_dialog(program: Any, frame: Any) -> dict[str, Any]:
    press(until(lambda: named(frame, "push button", "Condition Builder"), "Condition Builder"))

    def opened() -> Any:
        return next(
            (one for one in children(program) if one.get_role_name() == "dialog" and "showing" in states(one)), None
        )

    dialog = until(opened, "the dialog")
    controls = sorted(name for _, role, name, _ in shown(dialog) if role in CONTROLS)
    return {"dialog": dialog.get_name(), "dialog_controls": controls}


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
        print(json.dumps({**seen, **look_at_pages(frame), **look_at_dialog(program, frame)}))
    finally:
        child.terminate()
        left = child.wait(20)
    if left != 0:  # told to end it leaves as if closed (test_leaving.py): anything else is a crash on the way
        raise SystemExit(f"the program left with {left}")


main(sys.argv[1:])
