"""Lists stand in the order of what people read: whatever the capitals, and by the titles of codes."""

from sqlalchemy import delete, insert, update

from app.access import User
from app.db.database import Database
from app.db.tables import app_user, course, operation
from app.imports import courses_listed
from app.lms import runs_list
from app.past import listed as past
from app.past.listed import OperationRow
from tests.lms.rows import add_run

TITLES = {"a": "Zoology", "b": "chemistry", "c": "Biology", "d": "apprentices"}


def ids(db: Database, query) -> list[int]:
    with db.read() as tx:
        return list(db.ids(tx, query))


def rows(db: Database, sort: str) -> list[OperationRow]:
    keys = ids(db, past.keys_query(sort=sort))
    with db.read() as tx:
        found = past.rows(tx, keys)
    return [found[key] for key in keys]


def test_capitals_do_not_come_before_small_letters(db: Database):
    with db.write() as tx:
        made = [{"code": one, "code_fold": one, "title": title, "origin": "hand"} for one, title in TITLES.items()]
        keys = {row["title"]: tx.execute(insert(course).values(row).returning(course.c.id)).scalar() for row in made}
    wanted = [keys[title] for title in ("apprentices", "Biology", "chemistry", "Zoology")]
    assert ids(db, courses_listed.keys_query(sort="title")) == wanted
    assert ids(db, courses_listed.keys_query(sort="title", descending=True)) == wanted[::-1]


def test_codes_stand_in_the_order_of_their_titles(db: Database, user: User):
    with db.write() as tx:
        tx.execute(delete(operation))
        tx.execute(update(app_user).values(name="First"))
        other = tx.execute(insert(app_user).values(login="amy", name="amy", active=True).returning(app_user.c.id))
        whose = {"amy": other.scalar_one(), "First": user.id}
        made = [("lms_courses", "amy"), ("user_changed", "First"), ("credit_edited", "amy"), ("of_a_newer", "amy")]
        for kind, who in made:
            values = {"kind": kind, "user_id": whose[who], "computer": "x", "at": db.now(tx), "state": "done"}
            tx.execute(insert(operation).values(values))
    assert [row.kind for row in rows(db, "kind")] == ["lms_courses", "credit_edited", "user_changed", "of_a_newer"]
    assert [row.who for row in rows(db, "who")] == ["amy", "amy", "amy", "First"]


def test_runs_by_what_their_state_is_called(db: Database):
    states = ("cancelled", "failed", "held", "finished")
    keys = {state: add_run(db, state=state) for state in states}
    assert ids(db, runs_list.keys_query(sort="state")) == [
        keys[state] for state in ("failed", "finished", "cancelled", "held")
    ]
