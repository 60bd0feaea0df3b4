"""What is known to hang imports is found in a file whose import did not end (CR-L7)."""

import pytest

from app.errors import InputError
from app.imports.suspects import suspects
from app.tasks import Cancelled, TaskContext
from tests.files.reading import put
from tests.imports.files import asked


def found(folder, data: str | bytes) -> list[tuple[int, str]]:
    return [(one.number, one.finding.rule) for one in suspects(TaskContext(), put(folder, data), asked())]


def test_spaces_in_headings_and_special_characters_anywhere(tmp_path):
    assert found(tmp_path, "external_email,title\na@b.example,x\n,y\n") == []
    text = "external_email ,title\na@b.example, x \n\nb@b.example,\u200bx\nc@b.example,x\x07\n,\n"
    assert found(tmp_path, text) == [(1, "CR-02"), (4, "CR-06"), (5, "CR-06")]


def test_a_file_that_cannot_be_read_says_so_behind_what_was_found(tmp_path):
    text = "external_email\n\u200ba@b.example\n" + "a@b.example\n" * 50_000
    assert found(tmp_path, text.encode() + b"\xff\n") == [(2, "CR-06"), (0, "CR-01")]
    assert found(tmp_path, b"external_email\n\xff\n") == [(0, "CR-01")]
    assert found(tmp_path, b"") == [(0, "CR-01")]


def test_of_many_the_first(tmp_path):
    text = "external_email\n" + "\u200ba@b.example\n" * 500_000
    assert found(tmp_path, text) == [(number, "CR-06") for number in range(2, 22)]


def test_a_file_that_is_gone_and_a_cancel(tmp_path):
    with pytest.raises(InputError, match="not there any more"):
        suspects(TaskContext(), tmp_path / "gone.csv", asked())
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        suspects(context, put(tmp_path, "external_email\na@b.example\n"), asked())
