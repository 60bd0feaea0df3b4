"""A program that brings a database up to date, beside another one: run by test_upgrade_together."""

from contextlib import closing

from app.db.database import Database
from app.db.upgrade import upgrade


def main(address: str) -> str:
    with closing(Database(address)) as db:
        return str(upgrade(db))
