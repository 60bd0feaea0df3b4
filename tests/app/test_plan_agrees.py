"""The plan and the sandbox's second opinion agree on any records, not on the invented people alone."""

from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from app.attainments.stored import StoredEvent, StoredRecord
from app.connectors.lrs_answer import LearningEvent
from app.plr.plan import Change
from app.sandbox.expected import outcomes
from app.sandbox.holdings import StoredAttainment
from app.sandbox.records import WIRE_NAMES, Event
from tests.app.carried_out import planned
from tests.builders import TODAY, StoredRow

WORDS = {
    Change.NEW: "new",
    Change.CHANGED: "changed",
    Change.SAME: "unchanged",
    Change.LOWER: "not_applied",
    Change.CANNOT: "not_applied",
}
CODES = ["A/1", "a1", " A 1", "B1", None, "", "UNKNOWN"]
DATES = ["2024-08-22", "2023-08-24", "2024-08-22 10:00:00", "2058-07-01", "2023-02-31", "", None, "nonsense"]
DAYS = [None, date(2024, 8, 22), date(2023, 8, 24)]
GRADES = [
    "9",
    "4",
    "U",
    "A*",
    "C",
    "G",
    "E",
    "D",
    "M",
    "P",
    "Pass",
    "MERIT",
    "D*",
    "Distinction",
    "Fail",
    "9999999999",
]
KINDS = ["GCSE (9 to 1)", "GCE A level", "BTEC", None, "Unknown"]
TEXTS = ["One", " One ", "One  Two", "one", "UNKNOWN", "unknwn", "9999999999", "", None]
SOURCES = ["AO", "ao", "QCFU", "NPD", "ILR", "", None, "??"]
LOADED = ["2024-01-01 00:00:00", "2020-01-01 00:00:00", "", None]


@st.composite
def events(draw, number: int) -> Event:
    values = dict.fromkeys(WIRE_NAMES)
    values |= {
        "id": str(number),
        "source": draw(st.sampled_from(SOURCES)),
        "date_loaded": draw(st.sampled_from(LOADED)),
        "subject_code": draw(st.sampled_from(CODES)),
        "subject": draw(st.sampled_from(TEXTS)),
        "level": draw(st.sampled_from(TEXTS)),
        "qualification_type": draw(st.sampled_from(KINDS)),
        "grade": draw(st.sampled_from([*GRADES, None, ""])),
        "credits": draw(st.sampled_from(["0", "5", "05", "-1", "x", "", None])),
        "achievement_award_date": draw(st.sampled_from(DATES)),
        "participation_end_date": draw(st.sampled_from(DATES)),
        "under_data_challenge": draw(st.sampled_from(["Y", "N", "X", "", None])),
        "awarding_organisation_name": draw(st.sampled_from(TEXTS)),
    }
    return Event(**values)


@st.composite
def holdings(draw) -> list[StoredAttainment]:
    numbers = draw(st.permutations(range(1, 9)))
    held = []
    for place in range(draw(st.integers(0, 4))):
        mine = numbers[place * 2 : place * 2 + draw(st.integers(0, 2))]
        links = [(one, draw(st.sampled_from(SOURCES[:6])), draw(st.sampled_from(LOADED))) for one in mine]
        held.append(
            StoredAttainment(
                subject_code=draw(st.sampled_from(["A1", "A/1", "B1"])),
                subject=draw(st.sampled_from([None, "One", "One Two"])),
                level=draw(st.sampled_from([None, "One"])),
                qualification_type=draw(st.sampled_from([None, "GCSE", "GCE AS level", "BTEC"])),
                grade=draw(st.sampled_from([None, *GRADES[:-1]])),
                credits=draw(st.sampled_from([None, 500])),
                award_date=draw(st.sampled_from(DAYS)),
                end_date=draw(st.sampled_from(DAYS)),
                under_challenge=draw(st.sampled_from([None, True, False])),
                awarding_org=draw(st.sampled_from([None, "One"])),
                event_ids=tuple(links),
            )
        )
    return held


def as_record(held: list[StoredAttainment]) -> StoredRecord:
    columns = [name for name in StoredAttainment.__dataclass_fields__ if name != "event_ids"]
    rows = [StoredRow(key, **{name: getattr(one, name) for name in columns}) for key, one in enumerate(held, 1)]
    links = [
        StoredEvent(number, number, key, source, loaded)
        for key, one in enumerate(held, 1)
        for number, source, loaded in one.event_ids
    ]
    return StoredRecord(tuple(rows), tuple(links))  # type: ignore[arg-type]


def as_read(event: Event) -> LearningEvent:
    names = [name for name in WIRE_NAMES if name != "id"]
    return LearningEvent(event_id=event.event_id, **{name: getattr(event, name) or None for name in names})


@settings(max_examples=400, deadline=None)
@given(
    holdings(),
    st.lists(st.integers(1, 10), unique=True, max_size=6).flatmap(
        lambda numbers: st.tuples(*(events(number) for number in numbers))
    ),
)
def test_both_opinions_agree_on_anything(held: list[StoredAttainment], answer: tuple[Event, ...]):
    plan = planned(as_record(held), [as_read(one) for one in answer])
    assert Counter(WORDS[one] for one in plan.changes) == Counter(outcomes(held, answer, TODAY))
