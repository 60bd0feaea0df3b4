"""The Windows set-up around the one-folder program, by Inno Setup 6.3 or later; not run so far (docs/installing.md).

`python -m resources.packaging.windows PROGRAM-FOLDER OUT-FOLDER` writes `learner-manager-VERSION-setup.exe`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from app import __version__
from resources.packaging import icons

SCRIPT = Path(__file__).with_name("learner-manager.iss")
_COMPILER = "ISCC.exe"
_USUAL = "Inno Setup 6"


def compiler() -> Path | None:
    """Inno Setup's compiler: on the path, or where its own set-up puts it."""
    if found := shutil.which(_COMPILER):
        return Path(found)
    names = ("ProgramFiles(x86)", "ProgramFiles")
    places = [Path(os.environ[name], _USUAL, _COMPILER) for name in names if name in os.environ]
    return next((place for place in places if place.is_file()), None)


def order(iscc: Path, program: Path, out: Path, icon: Path) -> list[str]:
    """The command line; the version is the program's own."""
    said = {"Version": __version__, "Program": program.resolve(), "Icon": icon.resolve()}
    return [str(iscc), f"/O{out.resolve()}", *(f"/D{name}={value}" for name, value in said.items()), str(SCRIPT)]


def icon_in(folder: Path) -> Path:
    """The program's icon, drawn into `folder` by a process of its own (whoever asks need not be able to draw)."""
    subprocess.run([sys.executable, "-m", icons.__name__, str(folder)], check=True)
    return folder / "learner-manager.ico"


def main() -> int:
    program, out = Path(sys.argv[1]), Path(sys.argv[2])
    iscc = compiler()
    if iscc is None:
        sys.stderr.write("Inno Setup is not here: install version 6.3 or later, then try again.\n")
        return 1
    with tempfile.TemporaryDirectory() as drawn:
        return subprocess.run(order(iscc, program, out, icon_in(Path(drawn))), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
