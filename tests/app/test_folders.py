"""Where the data folder is, and where an embedded database is not allowed."""

import os
import stat
import sys
from pathlib import Path, PurePosixPath

import pytest

from app.errors import InputError
from app.folders import DataFolder, is_unc, require_local

MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
server:/export /mnt/college nfs4 rw 0 0
//server/share /mnt/our\040share cifs rw 0 0
tmpfs /mnt/college/scratch tmpfs rw 0 0
files /home/user/remote fuse.sshfs rw 0 0
broken
"""


def test_the_argument_wins_then_the_environment(tmp_path):
    environment = {"LEARNER_MANAGER_DATA": str(tmp_path / "from environment")}
    assert DataFolder.chosen(tmp_path / "given", environment).path == tmp_path / "given"
    assert DataFolder.chosen(None, environment).path == tmp_path / "from environment"
    assert DataFolder.chosen("here", {}).path == Path.cwd() / "here"


@pytest.mark.parametrize(
    ("platform", "environment", "end"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/learner-manager"),
        ("linux", {"XDG_DATA_HOME": "not/absolute"}, ".local/share/learner-manager"),
        ("linux", {}, ".local/share/learner-manager"),
        ("darwin", {}, "Library/Application Support/Learner Manager"),
        ("win32", {"LOCALAPPDATA": "/profile/Local"}, "/profile/Local/Learner Manager"),
        ("win32", {}, "AppData/Local/Learner Manager"),
    ],
)
def test_the_usual_place_of_each_platform(platform, environment, end):
    path = PurePosixPath(DataFolder.chosen(None, environment, platform).path.as_posix())
    assert str(path).endswith(end)
    assert path.is_absolute() or sys.platform == "win32"


def test_what_lies_in_it(tmp_path):
    folder = DataFolder(tmp_path)
    assert folder.settings_file == tmp_path / "settings.toml"
    assert folder.database_file.parent == tmp_path
    assert folder.logs == tmp_path / "logs"


def test_it_is_made_for_its_owner_alone(tmp_path):
    folder = DataFolder(tmp_path / "new" / "data")
    folder.make()
    folder.make()
    assert folder.path.is_dir()
    assert os.listdir(folder.path) == []
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(InputError, match="is a file") as caught:
        DataFolder(tmp_path / "data").make()
    assert "--data" in caught.value.hint
    with pytest.raises(InputError, match="cannot be written"):
        DataFolder(tmp_path / "data" / "below").make()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
def test_a_folder_that_nobody_can_write_is_refused():
    with pytest.raises(InputError, match="cannot be written"):
        DataFolder(Path("/proc/learner-manager")).make()
    with pytest.raises(InputError, match="cannot be written"):
        DataFolder(Path("/proc")).make()


@pytest.mark.skipif(sys.platform == "win32", reason="places of Linux")
@pytest.mark.parametrize(
    ("file", "refused"),
    [
        ("/mnt/college/learners.sqlite", True),
        ("/mnt/college/deep/learners.sqlite", True),
        ("/mnt/our share/learners.sqlite", True),
        ("/home/user/remote/learners.sqlite", True),
        ("/mnt/college/scratch/learners.sqlite", False),
        ("/mnt/college2/learners.sqlite", False),
        ("/home/user/learners.sqlite", False),
        ("\\\\server\\share\\learners.sqlite", True),
    ],
)
def test_network_folders_are_refused_for_the_embedded_database(file, refused):
    if not refused:
        require_local(Path(file), MOUNTS)
        return
    with pytest.raises(InputError, match="on a network") as caught:
        require_local(Path(file), MOUNTS)
    assert "--data" in caught.value.hint


def test_a_network_name_is_not_taken_for_a_folder_of_this_one():
    folder = DataFolder.chosen("\\\\server\\share\\data", {})
    with pytest.raises(InputError, match="on a network"):
        require_local(folder.database_file)


def test_a_link_to_a_network_folder_is_seen_through(tmp_path):
    try:
        (tmp_path / "link").symlink_to("/mnt/college")
    except OSError:
        pytest.skip("no right to make links here")
    with pytest.raises(InputError, match="on a network"):
        require_local(tmp_path / "link" / "learners.sqlite", MOUNTS)


def test_this_computers_own_temporary_folder_is_fine(tmp_path):
    require_local(tmp_path / "learners.sqlite")


@pytest.mark.parametrize(
    ("path", "platform", "unc"),
    [
        ("\\\\server\\share", "win32", True),
        ("//server/share", "win32", True),
        ("//server/share", "linux", False),
        ("\\\\?\\C:\\data", "win32", False),
        ("\\\\?\\UNC\\server\\share", "win32", True),
        ("C:\\data", "win32", False),
    ],
)
def test_names_of_network_shares(path, platform, unc):
    assert is_unc(path, platform) is unc
