"""The six templates are read without a finding, as CSV and as a workbook, and their dates are text."""

import stat

import openpyxl
import pytest

from app.errors import InputError
from app.imports.columns import Column
from app.imports.reading import Read, open_import
from app.imports.templates import TEMPLATES, Template, write_template
from app.tasks import Cancelled, TaskContext
from tests.imports.files import asked


@pytest.fixture(params=TEMPLATES, ids=lambda one: one.key)
def template(request) -> Template:
    return request.param


def read_back(path, template: Template) -> list[Read]:
    file = open_import(TaskContext(), path, asked(template.importer))
    assert file.findings == []
    assert file.columns == template.columns
    return list(file.rows(TaskContext()))


def test_there_are_six():
    assert [one.key for one in TEMPLATES] == ["enrolment", "completion", "credit", "two-types", "global", "reporting"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "XLSX"])
def test_a_template_is_read_without_a_finding(tmp_path, template, ending):
    path = tmp_path / f"{template.key}.{ending}"
    summary = write_template(TaskContext(), path, template, ["ama", "ancc"], ["nurse"])
    found = read_back(path, template)
    assert summary.rows == len(found) == len(template.rows)
    assert [one.findings for one in found] == [[]] * len(found)
    assert [one.records[0].credit_type for one in found if one.records[0].credits] == [
        ["ama", "ancc"][at] for at, row in enumerate(template.rows) if Column.CREDITS in row
    ]
    assert all(one.records[0].category in ("", "nurse") for one in found)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_dates_are_text_in_cells_of_text(tmp_path, template):
    path = tmp_path / "template.xlsx"
    write_template(TaskContext(), path, template)
    for row in openpyxl.load_workbook(path).active.iter_rows():
        assert {(type(cell.value), cell.number_format) for cell in row} == {(str, "@")}
    assert all(one.findings == [] for one in read_back(path, template))


def test_a_folder_that_is_not_there_is_said_and_nothing_is_left(tmp_path, template):
    with pytest.raises(InputError, match="does not exist"):
        write_template(TaskContext(), tmp_path / "none" / "template.csv", template)
    path = tmp_path / "template.xlsx"
    path.write_text("mine")
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        write_template(context, path, template)
    assert (path.read_text(), list(tmp_path.iterdir())) == ("mine", [path])
