"""The Debian package around the one-folder program.

`python -m resources.packaging.deb PROGRAM-FOLDER OUT-FOLDER` writes `learner-manager_VERSION_ARCHITECTURE.deb`, the
same bytes for the same program: times are those of `SOURCE_DATE_EPOCH`, or of the last change in the project.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from app import __version__
from resources.packaging.elf import is_elf, links

NAME = "learner-manager"
HERE, PROJECT = Path(__file__).parent, Path(__file__).parents[2]

PACKAGE_OF = {
    # What the program links to and does not bring, by the package that brings it (names of Debian 12 first; those of
    # 64-bit times, in Ubuntu 24.04 and Debian 13, second).
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgbm.so.1": "libgbm1",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgthread-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
_OF_THE_C_LIBRARY = (
    "libc.so",
    "libm.so",
    "libdl.so",
    "libpthread.so",
    "librt.so",
    "libutil.so",
    "ld-linux",
    "libresolv.so",
)
_OPTIONAL = {"libcups.so.2": "libcups2 | libcups2t64"}
"""What one plug-in needs, without which the program does all else (printing goes to a PDF file)."""
_ALWAYS = ("libegl1", "libgl1", "xkb-data", "fontconfig-config")
"""Found at run time, not linked to."""
_KEYRINGS = "gnome-keyring | kwalletmanager | keepassxc"

CONTROL = """\
Package: {name}
Version: {version}
Section: database
Priority: optional
Architecture: {architecture}
Maintainer: The Learner Manager authors <{name}@localhost>
Installed-Size: {size}
Depends: {depends}
Recommends: {recommends}
Description: learners and their Personal Learning Records
 A desktop program for the data officer of an English further-education
 college: asks the Learning Records Service for the Personal Learning Records
 of many learners, shows them beside what the college holds, and brings the
 college's own attainments up to date.
"""


class CannotPackError(Exception):
    """Why no package could be made, in a sentence with what to do."""


def relations(program: Path) -> tuple[str, str]:
    """`Depends` and `Recommends`: what the files of `program` link to and do not bring themselves.

    Raises CannotPackError for a library that no package is known for.
    """
    files = [file for file in program.rglob("*") if not file.is_symlink() and is_elf(file)]
    all_links = [links(file) for file in files]
    brought = {file.name for file in program.rglob("*.so*")}
    missing = {name for each in all_links for name in each.needed} - brought
    missing = {name for name in missing if not name.startswith(_OF_THE_C_LIBRARY)}
    if unknown := sorted(missing - PACKAGE_OF.keys() - _OPTIONAL.keys()):
        raise CannotPackError(f"No package is known for {', '.join(unknown)}: add it to PACKAGE_OF in {__file__}.")
    glibc = max((each.glibc for each in all_links), default=0)
    depends = {*_ALWAYS, *(PACKAGE_OF[name] for name in missing & PACKAGE_OF.keys())}
    recommends = [_KEYRINGS, *(_OPTIONAL[name] for name in sorted(missing & _OPTIONAL.keys()))]
    return ", ".join([f"libc6 (>= 2.{glibc})", *sorted(depends)]), ", ".join(recommends)


def last_change() -> int:
    """When the project was last changed, in seconds since 1970: `SOURCE_DATE_EPOCH`, or git's last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise CannotPackError("Not in a git repository: set SOURCE_DATE_EPOCH to the time of the release.")
    return int(told.stdout)


def laid_out(program: Path, icons: Path, root: Path, changed: int) -> None:
    """Put everything into its place under `root`, as it will lie under / ."""
    opt = root / "opt" / NAME
    shutil.copytree(program, opt, symlinks=True)
    share = root / "usr" / "share"
    put = _Putter(root)
    put.link(Path("usr/bin") / NAME, f"../../opt/{NAME}/{NAME}")
    put.text(share / "applications" / f"{NAME}.desktop", (HERE / f"{NAME}.desktop").read_text("utf-8"))
    date = datetime.fromtimestamp(changed, UTC).date().isoformat()
    told = (HERE / "metainfo.xml").read_text("utf-8").replace("@VERSION@", __version__).replace("@DATE@", date)
    put.text(share / "metainfo" / f"{NAME}.metainfo.xml", told)
    for picture in sorted(icons.glob("*.png")):
        place = share / "icons" / "hicolor" / f"{picture.stem}x{picture.stem}" / "apps"
        put.data(place / f"{NAME}.png", picture.read_bytes())
    doc = share / "doc" / NAME
    put.text(doc / "copyright", _copyright())
    changes = (PROJECT / "CHANGELOG.md").read_bytes()
    put.data(doc / "changelog.gz", gzip.compress(changes, mtime=changed))


class _Putter:
    """Files with the folders that they need."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def data(self, place: Path, data: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def text(self, place: Path, text: str) -> None:
        self.data(place, text.encode())

    def link(self, place: Path, target: str) -> None:
        whole = self._root / place
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.symlink_to(target)


def _copyright() -> str:
    licence = (PROJECT / "LICENSE").read_text("utf-8")
    others = f"The parts by others, and their licences: /opt/{NAME}/_internal/resources/third-party-licences.txt"
    return f"Learner Manager {__version__}\n\n{licence}\n{others}\n"


def with_rights(root: Path) -> None:
    """Everybody may read everything and run what is run; nobody but root may write."""
    for path in [root, *root.rglob("*")]:
        if path.is_symlink():
            continue
        runs = path.is_dir() or (path.stat().st_mode & 0o100 and is_elf(path))
        path.chmod(0o755 if runs else 0o644)


def _md5sums(root: Path, files: Iterable[Path]) -> str:
    lines = []
    for file in files:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        lines.append(f"{digest}  {file.relative_to(root)}\n")
    return "".join(lines)


def build(program: Path, out: Path, icons: Path) -> Path:
    """The package of the folder `program`, as PyInstaller made it, in `out`; `icons` holds `16.png` and so on.

    Raises CannotPackError, and CalledProcessError if `dpkg-deb` does not manage.
    """
    depends, recommends = relations(program)
    changed = last_change()
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        root = Path(made, "root")
        laid_out(program, icons, root, changed)
        files = sorted(file for file in root.rglob("*") if file.is_file() and not file.is_symlink())
        control = root / "DEBIAN"
        control.mkdir()
        (control / "md5sums").write_text(_md5sums(root, files), "utf-8")
        size = sum(file.stat().st_size + 1023 for file in files) // 1024
        facts = {"name": NAME, "version": __version__, "architecture": architecture.stdout.strip(), "size": size}
        (control / "control").write_text(CONTROL.format(**facts, depends=depends, recommends=recommends), "utf-8")
        with_rights(root)
        file = out / f"{NAME}_{__version__}_{facts['architecture']}.deb"
        order = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", str(root), str(file)]
        subprocess.run(
            order, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(changed)}
        )
    return file


def main() -> int:
    from resources.packaging import icons

    program, out = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as drawn:
        subprocess.run([sys.executable, "-m", icons.__name__, drawn], check=True)
        try:
            file = build(program, out, Path(drawn))
        except CannotPackError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
