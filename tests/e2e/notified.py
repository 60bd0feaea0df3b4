"""A desktop on a message bus of its own: shows notifications, has a tray, and presses the first one that comes.

Started with the system's own Python, whose `gi` a virtual environment lacks; starts the program given as arguments,
and when that ends prints what it was told, how many signs were put into the tray, and what the program printed.
"""

import json
import subprocess
import sys
from typing import Any

import gi  # type: ignore[import-not-found,unused-ignore]

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # type: ignore[import-not-found,unused-ignore] # noqa: E402

NOTIFICATIONS, TRAY = "org.freedesktop.Notifications", "org.kde.StatusNotifierWatcher"
PLACES = {NOTIFICATIONS: "/org/freedesktop/Notifications", TRAY: "/StatusNotifierWatcher"}
_NOTIFY = "".join(f'<arg type="{one}" direction="in"/>' for one in ("s", "u", "s", "s", "s", "as", "a{sv}", "i"))
XML = f"""<node>
<interface name="{NOTIFICATIONS}">
<method name="Notify">{_NOTIFY}<arg type="u" direction="out"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface>
<interface name="{TRAY}">
<method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
</interface></node>"""
NUMBER = 7


class SmallDesktop:
    """Answers what the two services are asked."""

    def __init__(self) -> None:
        self.told: list[list[str]] = []
        self.signs = 0
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        for interface in Gio.DBusNodeInfo.new_for_xml(XML).interfaces:
            bus.register_object(PLACES[interface.name], interface, self.answer, self.tell_property, None)
            Gio.bus_own_name_on_connection(bus, interface.name, Gio.BusNameOwnerFlags.NONE, None, None)

    def answer(
        self, bus: Any, sender: str, path: str, interface: str, method: str, given: Any, invocation: Any
    ) -> None:
        if method == "Notify":
            self.told.append(list(given.unpack()[3:5]))
            invocation.return_value(GLib.Variant("(u)", (NUMBER,)))
            pressed = GLib.Variant("(us)", (NUMBER, "default"))
            bus.emit_signal(sender, path, interface, "ActionInvoked", pressed)
        elif method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (["body", "actions"],)))
        else:
            self.signs += method == "RegisterStatusNotifierItem"
            invocation.return_value(None)

    @staticmethod
    def tell_property(bus: Any, sender: str, path: str, interface: str, name: str) -> Any:
        return GLib.Variant("b", True) if name == "IsStatusNotifierHostRegistered" else GLib.Variant("i", 0)


def main(command: list[str]) -> None:
    desktop, loop = SmallDesktop(), GLib.MainLoop()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    GLib.child_watch_add(GLib.PRIORITY_DEFAULT, child.pid, lambda *_: loop.quit())
    loop.run()
    print(json.dumps({"told": desktop.told, "signs": desktop.signs, "said": child.stdout.read().split()}))


main(sys.argv[1:])
