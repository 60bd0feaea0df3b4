"""What a plan leaves behind, without a database: for tests of the rules alone. Says nothing of how Update does it."""

from collections.abc import Sequence
from datetime import date

from app.attainments.stored import COMPARED, StoredEvent, StoredRecord, matching_date
from app.connectors.lrs_answer import LearningEvent
from app.plr.plan import Change, Plan, links_to_write, plan_changes
from app.plr.values import event_values
from tests.builders import TODAY, StoredRow


def planned(record: StoredRecord, events: Sequence[LearningEvent], today: date = TODAY) -> Plan:
    return plan_changes(record, [event_values(one, today) for one in events])


def carried_out(record: StoredRecord, plan: Plan, *, lower_too: bool = True) -> StoredRecord:
    """The record after the plan: attainments made and changed, links written."""
    rows = {row.id: _copy(row) for row in record.attainments}
    ids: dict[int, int] = {}
    for target in plan.targets:
        if target.stored is not None:
            ids[id(target)] = target.stored.id
            if target.change is Change.CHANGED or (target.change is Change.LOWER and lower_too):
                rows[target.stored.id].__dict__.update(target.writes)
        elif target.change is Change.NEW:
            event = plan.values[target.best]
            key = ids[id(target)] = max(rows, default=0) + 1
            rows[key] = StoredRow(key, subject_code=event.subject_code, subject_key=event.key, **_without_code(event))
    left = {id(target) for target in plan.targets if target.change is Change.LOWER and not lower_too}
    places = [place for place, one in enumerate(plan.target_of) if one is not None and id(one) not in left]
    links = {link.event_id: link for link in record.events}
    for place, held in links_to_write(record.events, plan, places):
        event, owner = plan.values[place], plan.target_of[place]
        row_id = held.row_id if held is not None else len(links) + 1
        links[event.event_id] = StoredEvent(row_id, event.event_id, ids[id(owner)], event.source, event.date_loaded)
    return StoredRecord(tuple(rows.values()), tuple(links.values()))  # type: ignore[arg-type]


def _without_code(event) -> dict:
    return {"subject": None, **event.values}


def _copy(row: StoredRow) -> StoredRow:
    new = StoredRow(row.id)
    new.__dict__ = dict(row.__dict__)
    return new


def told(record: StoredRecord) -> list[tuple]:
    """A record in an order of its own: each attainment with its values and the numbers of the events behind it."""
    behind: dict[int, list] = {}
    for link in record.events:
        behind.setdefault(link.attainment_id, []).append((link.event_id, link.source, link.date_loaded))
    return sorted(
        (
            (row.subject_key, *(getattr(row, name) for name in COMPARED), sorted(behind.get(row.id, []), key=str))
            for row in record.attainments
        ),
        key=str,
    )


def spot(row) -> tuple[str, date | None]:
    return row.subject_key, matching_date(row.award_date, row.end_date)
