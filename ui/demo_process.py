"""Opening the demo from a running program: another process, which the two share nothing with."""

import subprocess
import sys


def start_demo() -> None:
    """Start `learner-manager --demo` beside this program; it lives on its own."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "ui"]
    subprocess.Popen([*program, "--demo"], stdin=subprocess.DEVNULL, start_new_session=True)
