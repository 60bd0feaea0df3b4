"""A PDF file inside a protected zip: painted in memory, opened by another program, and not there after a cancel."""

from pathlib import Path

import pytest
import pyzipper
from PySide6.QtGui import QPainter, QPdfWriter

from app.export_target import Protected
from app.tasks import Cancelled
from ui.printing.list_pages import layout
from ui.printing.pdf import write_pages

PASSWORD = "three plain words"


def test_a_pdf_file_is_protected(qapp, tmp_path: Path):
    def painting(writer: QPdfWriter) -> None:
        painter = QPainter(writer)
        painter.drawText(1_000, 1_000, "Ainsworth")
        painter.end()

    target = Protected(tmp_path / "Learner.zip", "Learner.pdf", PASSWORD)
    write_pages(target, "One Learner", layout(), painting)
    with pyzipper.AESZipFile(target.path) as archive:
        assert archive.namelist() == ["Learner.pdf"]
        content = archive.read("Learner.pdf", pwd=PASSWORD.encode())
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"%PDF" not in target.path.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["Learner.zip"]


def test_a_cancel_leaves_nothing(qapp, tmp_path: Path):
    def painting(writer: QPdfWriter) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_pages(Protected(tmp_path / "a.zip", "a.pdf", PASSWORD), "One Learner", layout(), painting)
    assert list(tmp_path.iterdir()) == []
