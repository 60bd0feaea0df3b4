"""Update counts what the sandbox's second opinion expects, for thousands of invented people.

`app.sandbox.expected` says the rule again on the invented records, in other words and with no code in common.
"""

from dataclasses import fields

import pytest

from app.access import User
from app.connectors.lrs_answer import LearningEvent
from app.db.database import Database
from app.demo import fill
from app.learners.search import keys_query
from app.plr.ask import learners_to_ask, local_code, refused_locally
from app.plr.session import Answer, PlrSession
from app.plr.update import UpdateSummary, update_selected
from app.sandbox.expected import expected
from app.sandbox.people import Kind, Person, all_events
from app.sandbox.records import Event
from app.tasks import TaskContext
from tests.builders import all_keys, snapshot

CODES = {Kind.EXACT: "WSRC0004", Kind.EMPTY: "WSRC0004", Kind.LINKED: "WSRC0022", Kind.OPTED_OUT: "WSEC0206"}
CODES |= {Kind.NOT_VERIFIED: "WSEC0208", Kind.ULN_UNKNOWN: "WSEC0136"}


def as_read(event: Event) -> LearningEvent:
    """What the connector makes of the event: nothing for what is empty or left out, the id as a number."""
    names = [one.name for one in fields(Event) if one.name != "id"]
    return LearningEvent(event_id=event.event_id, **{name: getattr(event, name) or None for name in names})


def downloaded(db: Database, people: tuple[Person, ...]) -> PlrSession:
    """A window after the download of these people, without the wire in between."""
    session = PlrSession()
    with db.read() as tx:
        ids = sorted(db.ids(tx, keys_query()))
        learners = learners_to_ask(db, tx, ids, all_names=False)
    session.expect(learners)
    for one, person in zip(learners, people, strict=True):
        assert one.ref == person.ref
        if code := local_code(one):
            session.hold(one.id, refused_locally(code))
        else:
            events = tuple(map(as_read, all_events(person))) if person.kind in (Kind.EXACT, Kind.LINKED) else ()
            session.hold(one.id, Answer(response_code=CODES[person.kind], events=events))
    return session


def counts(summary: UpdateSummary) -> dict[str, int]:
    return {
        "processed": summary.processed,
        "updated": summary.updated,
        "new": len(summary.new),
        "changed": len(summary.changed),
        "unchanged": len(summary.unchanged),
        "not_applied": len(summary.not_applied),
    }


@pytest.mark.parametrize("number", [2_200])
def test_both_opinions_agree(db: Database, user: User, number: int):
    number = number if db.embedded else 300
    people = fill(db, number)
    session = downloaded(db, people)
    keys = all_keys(session)[::-1]
    first = update_selected(TaskContext(), db, user, session, keys, lower_too=False)
    assert counts(first) == expected(people)
    assert first.left == 0
    before = snapshot(db, "attainment", "attainment_event", "change", "operation")
    second = update_selected(TaskContext(), db, user, session, keys, lower_too=False)
    assert (second.updated, second.processed) == (0, first.processed)
    assert len(second.not_applied) == len(first.not_applied)
    assert snapshot(db, "attainment", "attainment_event", "change", "operation") == before
