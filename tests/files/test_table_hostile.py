"""Tables with harm done to them: an InputError at worst, never a crash, a hang, or memory without end."""

import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InputError
from app.files.columns import guess
from app.files.table import open_table
from app.files.table_learners import apply
from app.tasks import Cancelled, TaskContext
from tests.files.builders import made_up
from tests.files.harm import harmed, harmed_in_one_part
from tests.files.reading import FileKind, book, put, table_of

HEAD = ["Learner Ref", "ULN", "Surname", "Forenames", "Date of Birth", "Postcode", "Aim Ref", "Start Date"]
ROWS = [[one.ref, one.uln, one.family, one.given, one.born, one.postcode, "60001", "1/9/2025"] for one in made_up(4)]
CSV = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEAD, *ROWS]).encode()
BOOK = book(HEAD, *ROWS)
CALM = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@CALM
@given(data=st.data())
def test_csv(tmp_path, data):
    with suppress(InputError):
        _, learners = table_of(tmp_path, harmed(data, CSV))
        assert len(learners) <= 40


@CALM
@given(data=st.data())
def test_workbooks_as_bytes(tmp_path, data):
    with suppress(InputError):
        table_of(tmp_path, harmed(data, BOOK))


@CALM
@given(data=st.data())
def test_parts_of_workbooks(tmp_path, data):
    with suppress(InputError):
        table_of(tmp_path, harmed_in_one_part(data, BOOK))


@CALM
@given(rows=st.lists(st.lists(st.text(max_size=12), max_size=12), max_size=12))
def test_cells_of_any_kind(tmp_path, rows):
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [HEAD, *rows]]
    with suppress(InputError):
        _, learners = table_of(tmp_path, "\n".join(lines).encode("utf-8", "surrogatepass"))
        for one in learners:
            assert len(one.ref) <= 50


def test_a_file_that_changes_between_two_looks(tmp_path):
    for data, kind in ((CSV, FileKind.CSV), (BOOK, FileKind.XLSX)):
        path = put(tmp_path, data)
        table = open_table(TaskContext(), path, kind)
        put(tmp_path, data + b"\n")
        with pytest.raises(InputError, match="changed while"):
            apply(TaskContext(), table, guess(table.headings))


def test_a_table_of_a_gigabyte_can_be_cancelled(tmp_path):
    path = put(tmp_path, CSV + b"\n")
    with path.open("r+b") as stream:
        stream.truncate(1_000_000_000)
        stream.seek(len(CSV))
        stream.write((b"\n" + CSV) * 5_000)
    seen: list[int] = []
    context = TaskContext(lambda step: context.cancel() if len(seen) > 2 else seen.append(step.done))
    with pytest.raises(Cancelled):
        open_table(context, path, FileKind.CSV)
    with pytest.raises(InputError, match="zero bytes"):
        open_table(TaskContext(), path, FileKind.CSV)


def test_many_learners_take_little_memory(tmp_path):
    line = ",,Surname,Names,1/2/2001,NF1 7BN,60001,1/9/2025\n"
    path = put(tmp_path, ",".join(HEAD) + "\n" + "".join(f"R{number:06d}{line}" for number in range(15_000)))
    tracemalloc.start()
    try:
        table = open_table(TaskContext(), path, FileKind.CSV)
        count = sum(1 for _ in apply(TaskContext(), table, guess(table.headings)).learners)
        assert count == 15_000
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
