"""The data folder: where it is, what lies in it, and where an embedded database must not lie."""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.config import FILE_NAME
from app.errors import InputError
from app.sentence import Sentence

VARIABLE = "LEARNER_MANAGER_DATA"
_NETWORK_KINDS = {"nfs", "nfs3", "nfs4", "cifs", "smb", "smbfs", "smb2", "smb3", "ncpfs", "afs", "ceph", "lustre"}
_NETWORK_KINDS |= {"davfs", "fuse.sshfs", "fuse.davfs2", "fuse.rclone", "fuse.glusterfs", "fuse.gvfsd-fuse"}
_OCTAL = re.compile(r"\\([0-7]{3})")
_DRIVE_REMOTE = 4


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The user's own folder with settings, embedded database and logs."""

    path: Path

    @classmethod
    def chosen(
        cls,
        argument: str | Path | None = None,
        environment: Mapping[str, str] = os.environ,
        platform: str = sys.platform,
    ) -> "DataFolder":
        """The folder of `--data`, else of the environment, else the platform's place for a user's data."""
        named = argument or environment.get(VARIABLE)
        if not named:
            return cls(_usual_place(environment, platform))
        # A network name would look like a folder of this one once it is made absolute.
        return cls(Path(named) if is_unc(str(named)) else Path(named).expanduser().absolute())

    @property
    def settings_file(self) -> Path:
        return self.path / FILE_NAME

    @property
    def database_file(self) -> Path:
        return self.path / "learners.sqlite"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def make(self) -> None:
        """Make the folder if it is not there, open to its owner alone (0700), and see that it can be written.

        Raises InputError saying what is in the way.
        """
        elsewhere = Sentence("Name another folder with --data or {variable}.", variable=VARIABLE)
        if self.path.exists() and not self.path.is_dir():
            raise InputError(Sentence("The data folder {path} is a file.", path=str(self.path)), hint=elsewhere)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise InputError(
                Sentence("The data folder {path} cannot be written.", path=str(self.path)), hint=elsewhere
            ) from error


def require_local(file: Path, mounts: str | None = None) -> None:
    """Refuse a network folder for the embedded database: its locks do not hold there, and it gets damaged.

    `mounts` stands for the text of /proc/mounts. Raises InputError.
    """
    if is_unc(str(file)) or _is_remote_drive(file) or _mounted_as(file, mounts) in _NETWORK_KINDS:
        raise InputError(
            Sentence(
                "{folder} is on a network, where the embedded database would be damaged.", folder=str(file.parent)
            ),
            hint="Choose a folder of this computer with --data, or use a PostgreSQL server ([database] url).",
        )


def is_unc(path: str, platform: str = sys.platform) -> bool:
    r"""True for \\server\share (on Windows also //server/share), not for the \\?\C:\ of long local paths."""
    text = path.replace("/", "\\") if platform == "win32" else path
    if text.startswith(("\\\\?\\", "\\\\.\\")):
        return text[4:8].upper() == "UNC\\"
    return text.startswith("\\\\")


def _usual_place(environment: Mapping[str, str], platform: str) -> Path:
    home = Path.home()
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Learner Manager"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Learner Manager"
    named = environment.get("XDG_DATA_HOME", "")
    # The XDG rules say that a path that is not absolute is to be ignored.
    base = Path(named) if named.startswith("/") else home / ".local" / "share"
    return base / "learner-manager"


def _mounted_as(file: Path, mounts: str | None) -> str:
    """The file system kind under `file` on Linux, "" elsewhere."""
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    place = file.resolve()
    kind, depth = "", -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[1]))
        # A later line covers an earlier one of the same place.
        if len(point.parts) >= depth and place.is_relative_to(point):
            kind, depth = fields[2], len(point.parts)
    return kind


def _is_remote_drive(file: Path) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    drive = file.resolve().drive
    return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE)
