"""Export LRS Batch File: who goes into the file, what it says, and that it loads back with the ULNs filled in."""

import csv
from datetime import date
from pathlib import Path

import pytest

from app.access import Role, User
from app.db.database import Database
from app.errors import AccessError, InputError
from app.learners import load, load_apply, load_file
from app.learners.batch_file import export_batch
from app.learners.edit import LearnerForm, add
from app.tasks import TaskContext
from tests.builders import UKPRN, uln_number, user_with

BORN = date(2008, 3, 14)


def added(db: Database, user: User, ref: str, **values: object) -> int:
    form = {"family_name": "Brindle", "given_names": "Marlo", "birth_date": BORN, "postcode": "NF1 7BN", **values}
    return add(db, user, UKPRN, LearnerForm(ref=ref, **form))  # type: ignore[arg-type]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_only_learners_without_a_uln_in_the_order_chosen(db: Database, user: User, tmp_path: Path):
    keys = [
        added(db, user, "000417"),
        added(db, user, "B2", uln=uln_number(2)),
        added(db, user, "C3", uln="9999999999"),
        added(db, user, "D4", birth_date=None),
    ]
    done = export_batch(TaskContext(), db, user, keys[::-1], UKPRN, path := tmp_path / "out.csv")
    assert [row["MISIdentifier"] for row in rows_of(path)] == ["C3", "000417"]
    assert (done.rows, done.note) == (2, "1 learner lacks a name or a date of birth and was left out.")
    keys.append(added(db, user, "E5", birth_date=None))
    done = export_batch(TaskContext(), db, user, keys, UKPRN, tmp_path / "again.csv")
    assert done.note == "2 learners lack a name or a date of birth and were left out."


def test_the_answer_loads_back(db: Database, user: User, tmp_path: Path):
    keys = [added(db, user, "000417"), added(db, user, "B2", given_names="Ngozi")]
    export_batch(TaskContext(), db, user, keys, UKPRN, path := tmp_path / "out.csv")
    rows = rows_of(path)
    for number, row in enumerate(rows):
        row["ULN"] = uln_number(number)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    kind = load_file.kind_of(path)
    mapping = load_file.columns_of(TaskContext(), db, user, path, kind).mapping
    reading = load_file.reading(TaskContext(), path, kind, mapping)
    seen = load.preview(TaskContext(), db, user, path, reading, load.LoadOptions(UKPRN))
    done = load_apply.apply(TaskContext(), db, user, seen.job_id)
    assert (done.new, done.changed, done.open) == (0, 2, 0)


def test_nobody_to_ask_for_no_provider_no_right(db: Database, user: User, tmp_path: Path):
    key = added(db, user, "A1", uln=uln_number(1))
    path = tmp_path / "out.csv"
    with pytest.raises(InputError, match="have a ULN"):
        export_batch(TaskContext(), db, user, [key], UKPRN, path)
    with pytest.raises(InputError, match="UKPRN"):
        export_batch(TaskContext(), db, user, [key], "", path)
    with pytest.raises(AccessError):
        export_batch(TaskContext(), db, user_with(db, Role.ADMINISTRATOR), [key], UKPRN, path)
    assert not path.exists()
