"""Databases as older versions of the program made them: by the migrations of their time, with people in them."""

from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, Table, insert

from app.db.database import Database
from app.db.upgrade import MIGRATIONS
from tests.builders import learner_values

OLDER = ("0001", "0003", "0005")


def make_older(file: Path, version: str, learners: int = 3) -> Path:
    """A database of that revision in `file`, which Back Up of its time would have written so."""
    with closing(Database.in_file(file)) as db:
        build(db, version, learners)
    return file


def build(db: Database, version: str, learners: int = 3) -> None:
    """Of a database without tables one of that revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with db.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, version)
    with db.write() as tx:
        table = Table("learner", MetaData(), autoload_with=tx)
        for number in range(1, learners + 1):
            values = {name: value for name, value in learner_values(number).items() if name in table.c}
            tx.execute(insert(table).values(values))
        login = db.role(tx) or "then"
        tx.execute(insert(Table("app_user", MetaData(), autoload_with=tx)).values(login=login, name="Then"))
