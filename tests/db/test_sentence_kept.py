"""What a database keeps of a sentence is its words: plain text, on both databases, in a column and in JSON."""

from sqlalchemy import select, update

from app.access import User
from app.db.database import Database
from app.db.tables import app_user, setting
from app.json_text import decoded, encoded
from app.sentence import Sentence


def test_a_sentence_is_kept_as_plain_text(db: Database, user: User):
    said = Sentence("There is no file {file}.", file="{x} 'y' \U0001f600")
    with db.write() as tx:
        tx.execute(update(app_user).where(app_user.c.id == user.id).values(name=said))
        tx.execute(setting.insert().values(key="a", value=encoded([said]), version=1))
    with db.read() as tx:
        kept = tx.execute(select(app_user.c.name).where(app_user.c.name == said)).scalar_one()
        told = decoded(tx.execute(select(setting.c.value).where(setting.c.key == "a")).scalar_one())[0]
    assert [type(kept), type(told)] == [str, str]
    assert [kept, told] == [said, said]
