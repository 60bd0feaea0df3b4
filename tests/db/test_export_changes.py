"""Export Changes: what is new or changed since the last export, marked once the file is whole."""

import csv
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app import access, demo, start
from app.attainments import export_changes
from app.attainments.export_changes import Layout
from app.db.database import Database
from app.db.tables import attainment
from app.errors import AccessError, InputError
from app.tasks import Cancelled, TaskContext
from tests.builders import user_with


@pytest.fixture
def user(db: Database) -> access.User:
    access.prepare(db)
    start._prepare_types(db)
    demo.fill(db, 40)
    return access.sign_in(db, "officer")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def held(db: Database) -> int:
    with db.read() as tx:
        return len(tx.execute(select(attainment.c.id)).all())


def test_everything_is_new_at_first_and_nothing_afterwards(db: Database, user: access.User, tmp_path: Path):
    first = tmp_path / "first.csv"
    done = export_changes.export_changes(TaskContext(), db, user, first, Layout(), None)
    assert done.file.rows == len(rows_of(first)) == held(db) > 10
    assert {row["Change"] for row in rows_of(first)} == {"New"}
    with pytest.raises(InputError, match="Nothing is new"):
        export_changes.export_changes(TaskContext(), db, user, tmp_path / "second.csv", Layout(), None)
    assert not (tmp_path / "second.csv").exists()


def test_only_what_changed_since_is_exported_again(db: Database, user: access.User, tmp_path: Path):
    export_changes.export_changes(TaskContext(), db, user, tmp_path / "first.csv", Layout(), None)
    with db.write() as tx:
        key = tx.execute(select(attainment.c.id).limit(1)).scalar_one()
        changed = update(attainment).where(attainment.c.id == key)
        tx.execute(changed.values(grade="Pass", version=attainment.c.version + 1))
    path = tmp_path / "second.csv"
    export_changes.export_changes(TaskContext(), db, user, path, Layout(("grade", "to_export")), None)
    assert rows_of(path) == [{"Grade": "Pass", "Change": "Changed"}]


def test_a_cancelled_export_leaves_no_file_and_marks_nothing(db: Database, user: access.User, tmp_path: Path):
    context = TaskContext(lambda progress: context.cancel())
    folder = tmp_path / "exports"
    folder.mkdir()
    with pytest.raises(Cancelled):
        export_changes.export_changes(context, db, user, folder / "changes.csv", Layout(), None)
    assert list(folder.iterdir()) == []
    with db.read() as tx:
        assert tx.execute(select(attainment.c.id).where(attainment.c.exported_version.is_not(None))).all() == []


def test_chosen_learners_only(db: Database, user: access.User, tmp_path: Path):
    with db.read() as tx:
        learner_id = tx.execute(select(attainment.c.learner_id).limit(1)).scalar_one()
        own = len(tx.execute(select(attainment.c.id).where(attainment.c.learner_id == learner_id)).all())
    path = tmp_path / "one.csv"
    done = export_changes.export_changes(TaskContext(), db, user, path, Layout(), [learner_id])
    assert done.file.rows == own


def test_the_layout_is_kept_and_a_damaged_one_counts_as_none(db: Database, user: access.User):
    assert export_changes.layout(db) is None
    export_changes.choose_layout(db, user, Layout(("subject", "ref")))
    assert export_changes.layout(db) == Layout(("subject", "ref"))
    export_changes.choose_layout(db, user, Layout(("ref",)))
    assert export_changes.layout(db) == Layout(("ref",))
    for broken in (Layout(()), Layout(("password",))):
        with pytest.raises(InputError):
            export_changes.choose_layout(db, user, broken)


def test_codes_keep_their_zeros(db: Database, user: access.User, tmp_path: Path):
    with db.write() as tx:
        one = tx.execute(select(attainment).limit(1)).one()
        values = {"subject_code": "00123456", "award_date": date(2024, 7, 1), "origin": "hand"}
        tx.execute(insert(attainment).values(learner_id=one.learner_id, type_id=one.type_id, **values))
    path = tmp_path / "codes.csv"
    layout = Layout(("subject_code", "award_date"))
    export_changes.export_changes(TaskContext(), db, user, path, layout, None)
    assert {"Subject Code": "00123456", "Award Date": "2024-07-01"} in rows_of(path)


def test_it_takes_the_right_to_export(db: Database, user: access.User, tmp_path: Path):
    target = tmp_path / "changes.csv"
    administrator = user_with(db, access.Role.ADMINISTRATOR)
    with pytest.raises(AccessError, match="cannot export"):
        export_changes.export_changes(TaskContext(), db, administrator, target, Layout(), None)
    with pytest.raises(AccessError, match="cannot export"):
        export_changes.choose_layout(db, administrator, Layout())
    assert not target.exists()
    done = export_changes.export_changes(TaskContext(), db, user, target, Layout(), None)
    assert done.file.rows == held(db), "nothing was marked before"
