"""A file is there whole or not at all."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from app.errors import InputError
from app.whole_file import cannot_write, whole_file


def test_the_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "learners.csv"
    path.write_bytes(b"old")
    with whole_file(path) as stream:
        stream.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["learners.csv"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "learners.csv"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), whole_file(path) as stream:
        stream.write(b"half" * (1 // 0))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["learners.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="file modes")
def test_the_file_is_the_owners_alone_from_the_start(tmp_path):
    with whole_file(tmp_path / "learners.csv") as stream:
        assert stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "learners.csv").stat().st_mode) == 0o600


def test_what_is_no_file_is_not_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="is not a file"), whole_file(tmp_path / "folder"):
        pass
    with pytest.raises(InputError, match="is not a file"), whole_file(Path(os.devnull)):
        pass
    assert (tmp_path / "folder").is_dir()


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    link = tmp_path / "link"
    try:
        link.symlink_to(tmp_path / "real")
    except OSError:
        pytest.skip("no right to make links here")
    with whole_file(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_missing_folder_and_one_that_is_a_file(tmp_path):
    with pytest.raises(InputError, match="does not exist"), whole_file(tmp_path / "none" / "a.csv"):
        pass
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError), whole_file(tmp_path / "file" / "a.csv"):
        pass
    with pytest.raises(InputError, match="shorter name"), whole_file(tmp_path / ("n" * 300)):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_no_room_is_said_and_leaves_nothing(tmp_path):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with (
            pytest.raises(InputError, match="no room left") as caught,
            whole_file(tmp_path / "learners.csv") as stream,
        ):
            stream.writelines([b"x" * 10_000] * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.hint
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "no room left"),
        (errno.EACCES, "may not write into the folder"),
        (errno.EROFS, "may not write into the folder"),
        (errno.ENOENT, "does not exist"),
        (errno.EIO, "could not be written"),
    ],
)
def test_each_failure_has_its_sentence_and_next_step(number, said):
    error = cannot_write(OSError(number, os.strerror(number)), Path("out") / "learners.csv")
    assert said in error.message
    assert error.hint


def test_what_a_killed_program_left_goes_with_the_next_file_and_what_is_under_way_stays(tmp_path: Path):
    left, under_way, other = (tmp_path / name for name in (
        ".learner-manager-0123abcd.part", ".learner-manager-4567cdef.part", ".somebody-elses.part",
    ))  # fmt: skip
    for one in (left, under_way, other):
        one.write_text("people")
    for one in (left, other):
        os.utime(one, (0, 0))
    with whole_file(tmp_path / "out.csv") as stream:
        stream.write(b"new")
    assert sorted(one.name for one in tmp_path.iterdir()) == [under_way.name, other.name, "out.csv"]
