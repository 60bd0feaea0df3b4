"""What holds of the plan for any record and any answer."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from app.attainments.stored import COMPARED, StoredEvent, StoredRecord
from app.connectors.lrs_answer import LearningEvent
from app.plr.plan import Change, links_to_write, settled
from app.plr.values import event_values, rank
from tests.app.carried_out import carried_out, planned, told
from tests.builders import TODAY, StoredRow

DAYS = [None, date(2023, 8, 24), date(2024, 8, 22)]
SOURCES = ["AO", "QCFU", "NPD", "ILR", None, "??"]
LOADED = [None, "2020-01-01 00:00:00", "2024-01-01 00:00:00"]
GRADES = [None, "Pass", "Merit", "9", "4", "9999999999", "A*"]
TEXTS = [None, "", "UNKNOWN", "One", "Two"]


def day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@st.composite
def learning_events(draw) -> LearningEvent:
    return LearningEvent(
        event_id=draw(st.sampled_from([None, 1, 2, 3, 4, 5])),
        source=draw(st.sampled_from(SOURCES)),
        date_loaded=draw(st.sampled_from(LOADED)),
        subject_code=draw(st.sampled_from(["A/1", "a1", "B1", None])),
        subject=draw(st.sampled_from(TEXTS)),
        qualification_type=draw(st.sampled_from([None, "GCSE", "Other"])),
        grade=draw(st.sampled_from(GRADES)),
        level=draw(st.sampled_from(TEXTS)),
        credits=draw(st.sampled_from([None, "0", "5"])),
        achievement_award_date=draw(st.sampled_from([*map(day_text, DAYS), "2058-01-01", "2023-02-31", ""])),
        participation_end_date=day_text(draw(st.sampled_from(DAYS))),
        under_data_challenge=draw(st.sampled_from([None, "Y", "N"])),
    )


@st.composite
def records(draw, numbers=(1, 2, 3, 8, 9)) -> StoredRecord:
    count = draw(st.integers(0, 4))
    rows = [
        StoredRow(
            key,
            subject_code=draw(st.sampled_from(["A1", "B/1", None])),
            subject=draw(st.sampled_from([None, "One", "Two"])),
            grade=draw(st.sampled_from([None, "Pass", "Merit", "9", "4"])),
            level=draw(st.sampled_from([None, "One"])),
            credits=draw(st.sampled_from([None, 500, 600])),
            award_date=draw(st.sampled_from(DAYS)),
            end_date=draw(st.sampled_from(DAYS)),
        )
        for key in range(1, count + 1)
    ]
    behind = draw(st.lists(st.sampled_from(numbers), unique=True, max_size=4)) if rows else []
    links = [
        StoredEvent(
            place,
            number,
            draw(st.sampled_from([*range(1, count + 1), 99])),  # 99: behind one that was removed
            draw(st.sampled_from(SOURCES)),
            draw(st.sampled_from(LOADED)),
        )
        for place, number in enumerate(behind, 1)
    ]
    return StoredRecord(tuple(rows), tuple(links))  # type: ignore[arg-type]


answers = st.lists(learning_events(), max_size=6)
often = settings(max_examples=200, deadline=None)


@often
@given(records(), answers, st.booleans())
def test_a_second_update_writes_nothing(record: StoredRecord, events: list[LearningEvent], lower_too: bool):
    first = planned(record, events)
    after = carried_out(record, first, lower_too=lower_too)
    again = planned(after, events)
    assert settled(first, lower_too=lower_too) == again.changes
    left = {Change.LOWER} if not lower_too else set()
    assert set(again.changes) <= {Change.SAME, Change.CANNOT} | left
    places = [place for place, one in enumerate(again.target_of) if one and one.change is not Change.LOWER]
    assert links_to_write(after.events, again, places) == []
    assert told(carried_out(after, again, lower_too=lower_too)) == told(after)


@often
@given(records(), answers, st.randoms(use_true_random=False))
def test_the_order_of_an_answer_does_not_matter(record: StoredRecord, events: list[LearningEvent], draw):
    """Numbers on different events: of two that are quite alike nobody can say which was meant."""
    numbered = [one for one in events if one.event_id is not None]
    events = list({one.event_id: one for one in numbered}.values())
    shuffled = draw.sample(events, len(events))
    one, other = planned(record, events), planned(record, shuffled)
    kinds = {event.event_id: kind for event, kind in zip(events, one.changes, strict=True)}
    assert {event.event_id: kind for event, kind in zip(shuffled, other.changes, strict=True)} == kinds
    assert told(carried_out(record, one)) == told(carried_out(record, other))


@often
@given(records(), answers, st.booleans())
def test_nothing_real_is_lost(record: StoredRecord, events: list[LearningEvent], lower_too: bool):
    after = {row.id: row for row in carried_out(record, planned(record, events), lower_too=lower_too).attainments}
    for row in record.attainments:
        for name in COMPARED:
            if getattr(row, name) is not None:
                assert getattr(after[row.id], name) is not None
        assert after[row.id].subject_code == row.subject_code


@often
@given(records(), answers, answers)
def test_rank_holds(record: StoredRecord, first: list[LearningEvent], second: list[LearningEvent]):
    """What a linked event told is never changed by events that rank below it, whatever is selected when."""
    middle = carried_out(record, planned(record, first))
    plan = planned(middle, second)
    after = {row.id: row for row in carried_out(middle, plan).attainments}
    for target in plan.targets:
        if target.stored is None:
            continue
        ours = {one.event_id for one, owner in zip(plan.values, plan.target_of, strict=True) if owner is not None}
        best = max(plan.values[place].rank for place in target.events)
        behind = [one for one in middle.events if one.attainment_id == target.stored.id and one.event_id not in ours]
        if any(rank(one.source, one.date_loaded, one.event_id) > best for one in behind):
            for name in COMPARED:
                assert getattr(after[target.stored.id], name) == getattr(target.stored, name)


@often
@given(
    records(numbers=(101, 102)),
    st.lists(learning_events(), min_size=1, max_size=6, unique_by=lambda one: one.event_id),
    st.randoms(use_true_random=False),
)
def test_in_whatever_order_rows_are_selected(record: StoredRecord, events: list[LearningEvent], draw):
    """Row by row in any order, or all at once: the same attainments with the same events behind them, and what
    the best of them says of a column is what it holds. (Where the best says nothing, what was there before, or
    what a lesser one told before it came, stays: nothing real is overwritten by nothing.)"""
    events = [one for one in events if one.event_id is not None]
    whole = carried_out(record, planned(record, events))
    step = record
    for one in draw.sample(events, len(events)):
        step = carried_out(step, planned(step, [one]))
    numbers = {link.event_id for link in whole.events}
    assert {link.event_id for link in step.events} == numbers
    assert [row.subject_key for row in sorted(step.attainments, key=lambda row: str(row.subject_key))] == [
        row.subject_key for row in sorted(whole.attainments, key=lambda row: str(row.subject_key))
    ]
    said = {one.event_id: event_values(one, TODAY) for one in events}
    for state in (whole, step):
        for row in state.attainments:
            links = [link for link in state.events if link.attainment_id == row.id]
            if not links:
                continue
            best = max(links, key=lambda link: rank(link.source, link.date_loaded, link.event_id))
            if best.event_id in said:
                values = said[best.event_id].values
                assert all(values[name] in (None, getattr(row, name)) for name in COMPARED)


@often
@given(records(), answers)
def test_each_event_counts_once(record: StoredRecord, events: list[LearningEvent]):
    plan = planned(record, events)
    assert len(plan.changes) == len(events)
    made = sum(target.stored is None for target in plan.targets)
    assert plan.changes.count(Change.NEW) == made
    altered = sum(bool(target.writes) for target in plan.targets if target.stored is not None)
    assert plan.changes.count(Change.CHANGED) + plan.changes.count(Change.LOWER) == altered
    assert plan.changes.count(Change.CANNOT) == sum(target is None for target in plan.target_of)
    assert Change.NO_EVENTS not in plan.changes
