"""Exports to CSV, and what all exports share: nothing becomes a formula, nothing half stays behind."""

import csv
import os
import stat
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.export import ExportColumn, ExportKind, Sheet, disarmed, write_csv, write_xlsx
from app.tasks import Cancelled, Progress, TaskContext

SIGNS = "=+-@\t\r\n＝＋－＠"


def sheet(rows, *kinds, total=None, title="Learners") -> Sheet:
    rows = list(rows)
    columns = [ExportColumn(f"Column {place}", ExportKind(kind)) for place, kind in enumerate(kinds or ("text",))]
    return Sheet(columns, rows, len(rows) if total is None else total, title)


def csv_rows(path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.reader(stream))[1:]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "learners.csv"


def test_codes_dates_and_numbers_as_they_are(path):
    rows = [
        ["3000000029", date(2008, 11, 23), datetime(2026, 11, 23, 10, 42, 5), 12.5, 3],
        ["01", None, None, Decimal("7.25"), None],
        ["9999999999", "2008-11-23", "2026-11-23 10:42", float("nan"), "n/a"],
        [None, datetime(2008, 11, 23, 23, 59), date(2026, 11, 23), True, -4],
    ]
    summary = write_csv(TaskContext(), path, sheet(rows, "text", "date", "datetime", "number", "integer"))
    assert csv_rows(path) == [
        ["3000000029", "2008-11-23", "2026-11-23T10:42:05", "12.5", "3"],
        ["01", "", "", "7.25", ""],
        ["9999999999", "2008-11-23", "2026-11-23 10:42", "nan", "n/a"],
        ["", "2008-11-23", "2026-11-23", "Yes", "-4"],
    ]
    assert (summary.rows, summary.path) == (4, path)


def test_the_form_of_the_file(path):
    write_csv(TaskContext(), path, Sheet([ExportColumn("ULN"), ExportColumn("Name, full")], [("1", "Zoë")], 1, "x"))
    assert path.read_bytes() == '\ufeffULN,"Name, full"\r\n1,Zoë\r\n'.encode()


def test_a_moment_of_another_zone_is_told_in_this_computers_time(path):
    moment = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    write_csv(TaskContext(), path, sheet([[moment]], "datetime"))
    told = datetime.fromisoformat(csv_rows(path)[0][0])
    assert told == moment
    assert told.utcoffset() == moment.astimezone().utcoffset()
    write_csv(TaskContext(), path, sheet([[datetime(2026, 7, 1, 1, tzinfo=timezone(timedelta(hours=14)))]], "date"))
    expected = datetime(2026, 6, 30, 11, tzinfo=UTC).astimezone().date()
    assert csv_rows(path) == [[expected.isoformat()]]


@pytest.mark.parametrize("text", ["=1+1", "+44 7700 900000", "-", "@SUM(A1)", "\t=1", "\rx", "\nx", "＝1", "＠x"])
def test_formulas_are_disarmed(path, text):
    write_csv(TaskContext(), path, Sheet([ExportColumn(text)], [[text], ["plain"]], 2, "x"))
    with path.open(newline="", encoding="utf-8-sig") as stream:
        assert list(csv.reader(stream)) == [[f"'{text}"], [f"'{text}"], ["plain"]]
    assert disarmed(text) == f"'{text}"


@pytest.mark.parametrize("text", [" =1", "\u00a0=1", "\u3000=1", "\ufeff=1", "\u200b=1", "\v=1", "  \t+1"])
def test_blanks_before_the_sign_do_not_help(path, text):
    write_csv(TaskContext(), path, sheet([[text]]))
    assert csv_rows(path)[0][0][0] != "="
    assert csv_rows(path)[0][0].lstrip("\ufeff\u200b \v\t\u00a0\u3000")[0] in "'␋"


@pytest.mark.parametrize("text", ["Smith-Jones", "a=b", " ann", "'quoted'", "", "x@college.invalid", "1-2"])
def test_harmless_text_is_left_alone(path, text):
    assert disarmed(text) == text
    write_csv(TaskContext(), path, sheet([["x", text]], "text", "text"))
    assert csv_rows(path) == [["x", text]]


hostile = st.one_of(
    st.text(),
    st.text(st.sampled_from(SIGNS + " \"',;|\x00\x1f\u00a0\ufeff\u2028é😀\ud800")),
    st.none(),
    st.integers(),
    st.dates(),
    st.booleans(),
)


@given(st.lists(st.tuples(hostile, hostile), min_size=1, max_size=8), st.sampled_from(list(ExportKind)))
def test_no_text_of_a_file_begins_like_a_formula(tmp_path_factory, rows, kind):
    path = tmp_path_factory.mktemp("out") / "x.csv"
    write_csv(TaskContext(), path, sheet(rows, "text", kind))
    read = csv_rows(path)
    assert len(read) == len(rows)
    for row, cells in zip(rows, read, strict=True):
        for place, (value, cell) in enumerate(zip(row, cells, strict=True)):
            if (
                isinstance(value, int)
                and not isinstance(value, bool)
                and place == 1
                and kind in ("number", "integer")
            ):
                assert cell == str(value)
                continue
            assert not cell[:1] or cell[0] not in SIGNS
            if isinstance(value, str) and value.isprintable():
                assert cell.removeprefix("'") == value.removeprefix("'")


def test_characters_no_file_can_carry_are_shown(path):
    write_csv(TaskContext(), path, sheet([["a\x00b\x1fc\x7fd\ud800e\ufffef"]]))
    assert csv_rows(path) == [["a␀b␟c␡d�e�f"]]


class Recording(TaskContext):
    """Keeps what was reported, and cancels itself once so many rows are done."""

    def __init__(self, cancel_at: int = -1) -> None:
        super().__init__(self.keep)
        self.reports: list[Progress] = []
        self._cancel_at = cancel_at

    def keep(self, progress: Progress) -> None:
        self.reports.append(progress)
        if progress.done == self._cancel_at:
            self.cancel()


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
class TestBothFormats:
    def test_progress_is_told_in_short_steps(self, tmp_path, write):
        context = Recording()
        write(context, tmp_path / "x", sheet([["x"]] * 1200, total=1200))
        assert [(one.done, one.total) for one in context.reports] == [
            (0, 1200),
            (500, 1200),
            (1000, 1200),
            (1200, 1200),
        ]

    def test_more_rows_than_expected_are_written_as_well(self, tmp_path, write):
        context = Recording()
        assert write(context, tmp_path / "x", sheet([["x"]] * 700, total=600)).rows == 700
        assert context.reports[-1] == Progress(700, 700)

    @pytest.mark.parametrize("cancel_at", [0, 500, 1000])
    def test_a_cancel_leaves_the_old_file_and_nothing_else(self, tmp_path, write, cancel_at):
        (tmp_path / "x").write_bytes(b"old")
        with pytest.raises(Cancelled):
            write(Recording(cancel_at), tmp_path / "x", sheet([["x"]] * 1500))
        assert os.listdir(tmp_path) == ["x"]
        assert (tmp_path / "x").read_bytes() == b"old"

    def test_a_failing_source_leaves_nothing(self, tmp_path, write):
        def rows():
            yield from [["x"]] * 700
            raise InputError("The database went away.")

        with pytest.raises(InputError, match="went away"):
            write(TaskContext(), tmp_path / "x", Sheet([ExportColumn("A")], rows(), 1000, "x"))
        assert os.listdir(tmp_path) == []

    def test_rows_are_read_as_they_are_written(self, tmp_path, write):
        taken = 0

        def rows():
            nonlocal taken
            for taken in range(5000):  # noqa: B007 - counts
                yield ["x"]

        with pytest.raises(Cancelled):
            write(Recording(1000), tmp_path / "x", Sheet([ExportColumn("A")], rows(), 5000, "x"))
        assert taken < 2000

    @pytest.mark.skipif(sys.platform == "win32", reason="file modes")
    def test_the_file_is_the_owners_alone(self, tmp_path, write):
        write(TaskContext(), tmp_path / "x", sheet([["x"]]))
        assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600

    def test_a_row_of_another_length_is_a_bug(self, tmp_path, write):
        for rows in ([["a", "b"], ["a"]], [["a"], ["b"]]):
            with pytest.raises(ValueError, match="zip"):
                write(TaskContext(), tmp_path / "x", sheet(rows, "text", "text"))
        assert os.listdir(tmp_path) == []

    def test_no_rows_give_a_file_with_a_heading(self, tmp_path, write):
        assert write(TaskContext(), tmp_path / "x", sheet([])).rows == 0
        assert (tmp_path / "x").stat().st_size > 0

    def test_a_folder_that_is_not_there(self, tmp_path, write):
        with pytest.raises(InputError, match="does not exist") as caught:
            write(TaskContext(), tmp_path / "none" / "x", sheet([["x"]]))
        assert caught.value.hint

    @pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
    def test_no_room_is_said_and_leaves_nothing(self, tmp_path, write):
        import random
        import resource

        chance = random.Random(1)
        rows = [[chance.randbytes(60).hex()] for _ in range(5000)]
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
        try:
            with pytest.raises(InputError, match="no room left"):
                write(TaskContext(), tmp_path / "x", sheet(rows))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert os.listdir(tmp_path) == []


def test_no_row_shows_in_a_repr():
    assert "Example" not in repr(sheet([["Ann Example"]]))
