"""The schema: what migrations build is what tables.py says, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from app.db import tables
from app.db.database import Database
from app.db.table_parts import PARTIAL
from app.db.tables import SORTED, metadata
from app.db.upgrade import MIGRATIONS, NEWEST, revision, upgrade
from app.errors import DatabaseError

ORDERED = {f"ix_learner_{name}_id{end}" for name in SORTED for end in ("", "_sqlite")} | PARTIAL


def not_ordered(name: str | None, kind: str, parents: object) -> bool:
    """Alembic does not know indexes that one of the two databases has; the second test looks at them."""
    return not (kind == "index" and name in ORDERED)


def test_migrations_build_what_the_tables_say(empty_address: str):
    db = Database(empty_address)
    assert upgrade(db) is True
    with db.read() as tx:
        options = {"compare_type": True, "compare_server_default": True, "include_name": not_ordered}
        context = MigrationContext.configure(tx, opts=options)
        found = [one for one in compare_metadata(context, metadata) if getattr(one[1], "name", "") not in ORDERED]
        assert found == []
        assert revision(tx) == NEWEST
    assert upgrade(db) is False
    db.close()


def described(db: Database) -> dict[str, object]:
    """Checks, unique keys, links, indexes with their expressions, column types and defaults, in words."""
    with db.read() as tx:
        look = inspect(tx)
        found: dict[str, object] = {}
        for name in sorted(look.get_table_names()):
            if name == "alembic_version":
                continue
            found[name] = {
                "columns": [
                    (one["name"], str(one["type"]), one["nullable"], str(one["default"]))
                    for one in look.get_columns(name)
                ],
                "checks": sorted((one["name"], one["sqltext"]) for one in look.get_check_constraints(name)),
                "unique": sorted((one["name"], one["column_names"]) for one in look.get_unique_constraints(name)),
                "links": sorted(one["name"] for one in look.get_foreign_keys(name)),
                "key": look.get_pk_constraint(name)["name"],
                "indexes": sorted(one["name"] for one in look.get_indexes(name)),
            }
        if db.embedded:
            found["sql"] = sorted(
                " ".join(one.split()).lower().replace('"', "")
                for one in tx.execute(text("select sql from sqlite_master where type = 'index' and sql is not null"))
                .scalars()
                .all()
            )
        else:
            query = "select indexdef from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'"
            found["sql"] = sorted(tx.execute(text(query)).scalars())
    return found


def test_the_very_same_schema_down_to_indexes_and_checks(
    address: str, tmp_path, kind: str, request: pytest.FixtureRequest
):
    """What autogenerate does not compare: checks, collations, partial and ordered indexes, names."""
    migrated = Database(address)
    if kind == "sqlite":
        made = Database.in_file(tmp_path / "made?.sqlite")
        with made.write() as tx:
            metadata.create_all(tx)
        assert described(made) == described(migrated)
        made.close()
    else:
        with request.getfixturevalue("server").database() as other:
            made = Database(other)
            with made.write() as tx:
                metadata.create_all(tx)
            assert described(made) == described(migrated)
            made.close()
    migrated.close()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_text_compares_byte_by_byte_whatever_the_locale(db: Database):
    with db.read() as tx:
        query = text(
            "select table_name, column_name from information_schema.columns where table_schema = 'public' "
            "and data_type = 'text' and collation_name is distinct from 'C'"
        )
        assert tx.execute(query).all() == []


def test_the_newest_revision_is_named_once_in_the_program():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_rules_for_every_table():
    """data-model.md 1: a surrogate id, a natural key where the model names one, folded companions."""
    without_key = {"attainment", "operation", "change", "file_job", "sync_run", "hold"}
    for table in metadata.sorted_tables:
        assert [one.name for one in table.primary_key] == ["id"], table.name
        unique = [one for one in table.constraints if type(one).__name__ == "UniqueConstraint"]
        assert bool(unique) != (table.name in without_key), table.name
        for column in table.c:
            if str(column.name).endswith("_fold") and column.name != "search_fold":
                stem = str(column.name).removesuffix("_fold")
                assert any(str(one.name).startswith(stem) for one in table.c if one is not column), column


def test_a_newer_database_is_refused_and_left_alone(db: Database):
    with db.write() as tx:
        tx.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(DatabaseError, match="newer version") as failure:
        upgrade(db)
    assert "Nothing was changed" in failure.value.hint
    with db.read() as tx:
        assert revision(tx) == "9999"
    if db.file is not None:
        assert not (db.file.parent / "backups").exists()


def test_the_tables_of_another_program_are_left_alone(empty_address: str):
    db = Database(empty_address)
    with db.write() as tx:
        tx.execute(text("create table invoice (id integer primary key)"))
    with pytest.raises(DatabaseError, match="another program"):
        upgrade(db)
    with db.read() as tx:
        assert inspect(tx).get_table_names() == ["invoice"]
    db.close()


def test_a_second_program_waits_longer_for_an_upgrade_than_for_a_lock(tmp_path: Path):
    """The lock is kept for longer than others would wait for it: a third program has given up meanwhile."""
    from concurrent.futures import ThreadPoolExecutor

    file = tmp_path / "shared.sqlite"
    first, second, third = (Database(f"sqlite:///{file}?timeout={seconds}") for seconds in ("5", "0.1", "0.5"))
    with ThreadPoolExecutor(1) as pool:
        with first.write():
            waiting = pool.submit(upgrade, second)
            with pytest.raises(DatabaseError), third.write():
                pass
            assert not waiting.done()
        assert waiting.result(60)
    for one in (first, second, third):
        one.close()


def test_two_programs_that_upgrade_at_once(empty_address: str):
    """Both see an empty database; one builds, the other finds it built."""
    from concurrent.futures import ThreadPoolExecutor

    first, second = Database(empty_address), Database(empty_address)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(upgrade, (first, second)))
    assert sorted(results) == [False, True]
    with first.read() as tx:
        assert tx.execute(select(tables.learner)).all() == []
    first.close()
    second.close()
