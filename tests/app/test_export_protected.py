"""Protected exports: opened again by somebody else's reader, and by nobody without the password."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyzipper
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.aes_zip import AesZip
from app.errors import InputError
from app.export import ExportColumn, Protected, Sheet, write_csv, write_xlsx
from app.export_target import LONGEST, SHORTEST, password_problem, target_file
from app.tasks import Cancelled, TaskContext
from tests.db.dying import child

PASSWORD = "three plain words"
ROWS = 3_000


def sheet(rows: Iterator[tuple[str, str]] | None = None) -> Sheet:
    plain = ((f"{1_000_000_000 + at}", f"Ainsworth{at}") for at in range(ROWS))
    return Sheet([ExportColumn("ULN"), ExportColumn("Surname")], rows or plain, ROWS, "Learners")


def opened(path: Path, password: str = PASSWORD) -> tuple[str, bytes]:
    with pyzipper.AESZipFile(path) as archive:
        (name,) = archive.namelist()
        return name, archive.read(name, pwd=password.encode())


def test_a_csv_file_is_opened_by_another_program(tmp_path: Path):
    target = Protected(tmp_path / "Learners.zip", "Learners.csv", PASSWORD)
    summary = write_csv(TaskContext(), target, sheet())
    assert (summary.rows, summary.path) == (ROWS, target.path)
    write_csv(TaskContext(), tmp_path / "plain.csv", sheet())
    assert opened(target.path) == ("Learners.csv", (tmp_path / "plain.csv").read_bytes())
    with pyzipper.AESZipFile(target.path) as archive:
        (info,) = archive.infolist()
        assert (info.wz_aes_strength, info.wz_aes_version, info.CRC) == (3, 2, 0)
        archive.setpassword(PASSWORD.encode())
        assert archive.testzip() is None
    if os.name == "posix":
        assert target.path.stat().st_mode & 0o777 == 0o600


def test_a_workbook_is_opened_by_another_program(tmp_path: Path):
    target = Protected(tmp_path / "Learners.zip", "Learners.xlsx", PASSWORD)
    write_xlsx(TaskContext(), target, sheet())
    name, content = opened(target.path)
    (tmp_path / name).write_bytes(content)
    rows = CalamineWorkbook.from_path(tmp_path / name).get_sheet_by_index(0).to_python()
    assert len(rows) == ROWS + 1
    assert rows[1] == ["1000000000", "Ainsworth0"]


def test_a_wrong_password_opens_nothing_and_a_change_is_seen(tmp_path: Path):
    target = Protected(tmp_path / "Learners.zip", "Learners.csv", PASSWORD)
    write_csv(TaskContext(), target, sheet())
    with pytest.raises(RuntimeError, match="password"):
        opened(target.path, "three plain word")
    content = bytearray(target.path.read_bytes())
    content[content.index(b"PK\1\2") - 1] ^= 1
    target.path.write_bytes(content)
    with pytest.raises(pyzipper.BadZipFile, match="HMAC"):
        opened(target.path)


def test_neither_the_text_nor_the_password_stands_in_it(tmp_path: Path):
    target = Protected(tmp_path / "Learners.zip", "Learners.csv", PASSWORD)
    again = Protected(tmp_path / "Again.zip", "Learners.csv", PASSWORD)
    for one in (target, again):
        write_csv(TaskContext(), one, sheet())
    content = target.path.read_bytes()
    assert not any(text in content for text in (b"Ainsworth", b"1000000", b"ULN", PASSWORD.encode()))
    assert content != again.path.read_bytes()  # a salt of its own
    assert PASSWORD not in repr(target)


def test_a_cancel_leaves_no_file_and_an_older_one_stays(tmp_path: Path):
    target = Protected(tmp_path / "Learners.zip", "Learners.csv", PASSWORD)
    target.path.write_bytes(b"older")
    context = TaskContext()

    def rows() -> Iterator[tuple[str, str]]:
        for at in range(ROWS):
            if at == ROWS // 2:
                context.cancel()
            yield f"{at}", "Ainsworth"

    for write in (write_csv, write_xlsx):
        with pytest.raises(Cancelled):
            write(context, target, sheet(rows()))
    assert [one.name for one in tmp_path.iterdir()] == ["Learners.zip"]
    assert target.path.read_bytes() == b"older"


def dies(folder: str, ending: str) -> str:
    """Killed when most of the rows are written, and looked at from outside before that."""

    def rows() -> Iterator[tuple[str, str]]:
        for at in range(120_000):
            yield f"{1_000_000_000 + at * 7919 % 999_999_999}", f"Ainsworth{at}"
            if at == 110_000:
                os.kill(os.getpid(), signal.SIGKILL)

    write = write_csv if ending == "csv" else write_xlsx
    target = Protected(Path(folder, "Learners.zip"), f"Learners.{ending}", PASSWORD)
    write(TaskContext(), target, Sheet([ExportColumn("ULN"), ExportColumn("Surname")], rows(), 120_000, "Learners"))
    return "alive"


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_killed_midway_nothing_that_can_be_read_is_left(tmp_path: Path, ending: str):
    assert child(dies, tmp_path, ending).returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    content = left.read_bytes()
    assert left.name != "Learners.zip"
    assert len(content) > 300_000  # the kill came when much of it was on the disk
    assert not any(text in content for text in (b"Ainsworth", b"ULN", b"sheet1.xml"))
    assert not pyzipper.is_zipfile(left)


@given(st.lists(st.binary(max_size=70_000), max_size=4), st.text(min_size=1, max_size=40))
def test_any_content_comes_back_whatever_its_pieces(tmp_path_factory: pytest.TempPathFactory, pieces, name):
    path = tmp_path_factory.mktemp("pieces") / "any.zip"
    name = "".join(sign for sign in name if sign.isalnum()) or "n"
    with target_file(Protected(path, name, PASSWORD)) as stream:
        for piece in pieces:
            assert stream.write(piece) == len(piece)
        with pytest.raises(OSError, match="seek"):
            stream.seek(0)
    assert opened(path) == (name, b"".join(pieces))


def test_a_name_that_is_no_text_is_written_as_well_as_can_be(tmp_path: Path):
    target = Protected(tmp_path / "Learners.zip", "L\udce9a.csv", PASSWORD)
    write_csv(TaskContext(), target, sheet())
    assert opened(target.path)[0] == "L?a.csv"


def test_what_is_larger_than_a_reader_takes_is_refused(tmp_path: Path):
    with open(tmp_path / "x", "w+b") as file:
        hidden = AesZip(file, "Learners.csv", PASSWORD)
        hidden._plain_size = 0xFFFF_FFF0
        with pytest.raises(InputError, match="more than one protected file"):
            hidden.write(b"x" * 32)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "Type a password"),
        ("short word", "Too short"),
        ("aaaaaaaaaaaaaaaa", "Too simple"),
        ("Abababababababab", "Too simple"),
        ("pässwörter sind", "without accents"),
        ("tab\tin the middle", "without accents"),
        ("x1y2z3w4" * 20, "Too long"),
    ],
)
def test_passwords_that_are_no_good(password: str, words: str):
    assert words in password_problem(password)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=SHORTEST, max_size=LONGEST))
def test_every_other_password_is_good(password: str):
    if len(set(password.lower())) >= 6:
        assert password_problem(password) == ""
