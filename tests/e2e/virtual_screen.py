"""What tests need that look at the program from outside on a real display: an X server, a message bus, GLib."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SYSTEM_PYTHON = "/usr/bin/python3"
_PACKAGES = {"Atspi": "gir1.2-atspi-2.0", "Gio": "gir1.2-glib-2.0"}


def missing(library: str) -> str:
    """Which of what such a test needs is not installed; `library` is what it asks GLib's introspection for."""
    programs = [name for name in ("Xvfb", "dbus-run-session", SYSTEM_PYTHON) if not shutil.which(name)]
    asking = f"import gi; gi.require_version({library!r}, '2.0')"
    if not programs and subprocess.run([SYSTEM_PYTHON, "-c", asking], capture_output=True).returncode:
        programs.append(_PACKAGES[library])
    return ", ".join(programs)


@contextmanager
def virtual_screen() -> Iterator[str]:
    """An X server of the test's own, by the name that programs know it by."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(20)
