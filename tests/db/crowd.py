"""A crowd of learners of every sort, and what a plain filter in Python finds among them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, insert

from app.attainments.at_a_glance import GCSE_PASS, Measure, at_a_glance
from app.condition_values import words_of
from app.conditions import FieldKind, Group, Join, Operator, Test
from app.db.database import Database
from app.db.file_tables import aim
from app.db.tables import plr_check
from app.folding import fold, storable
from app.learners.search import FIELDS, Ready, keys_query
from app.plr.ask import asked, identity_hash
from tests.builders import (
    StoredRow,
    add_attainment,
    add_campus,
    add_learners,
    attainment_values,
    learner_values,
    uln_number,
)

NAMES = ["Ó Briain", "o brien", "O'Brien", "ZOË", "Zoe", "Straße", "strasse", "Smith, John", "100%", "a_b", "axb"]
NAMES += ["C:\\x", "D/E", "[x]", "Nguyễn", "Ng", "ﬁnn", "İpek", "a;b", "日本", "Ann", None]
TYPED = [
    *(name for name in NAMES if name),
    "o",
    "%",
    "_",
    "/",
    "\\",
    "'",
    "S",
    "an",
    "x",
    "300",
    "NF1 7bn",
    "é",
    "ss",
]

GCSE, SKILLS = {"qualification_type": "GCSE (9 to 1)"}, {"qualification_type": "Functional Skills", "grade": "Pass"}
ACHIEVED = [
    *({**GCSE, "subject": "GCSE in English Language", "grade": grade} for grade in ("9", "A*", "4", "C", "3", "U")),
    *({**GCSE, "subject": "GCSE in Mathematics", "grade": grade} for grade in ("7", "B", "G", "1", None)),
    *({**GCSE, "subject": f"GCSE in {name}", "grade": "5"} for name in ("Art", "Music", "French")),
    *({**SKILLS, "subject": f"Functional Skills in English at {one}"} for one in ("Level 1", "Entry 2", "Level 2")),
    {**SKILLS, "subject": "Functional Skills in Mathematics", "level": "Entry Level"},
    *({"qualification_type": "NVQ", "level": level, "grade": "Pass"} for level in ("Level 2", "Level 3")),
    {"qualification_type": "Other", "level": "Level 3", "grade": "Merit"},
]
"""What somebody may have achieved; a few of each."""

Crowd = tuple[Database, list[dict]]


def make(db: Database, count: int = 160, seed: int = 5) -> list[dict]:
    """Learners of every sort, and what the grid joins to them; as plain values."""
    draw = random.Random(seed)
    sites = {add_campus(db, code, name): name for code, name in (("C", "City"), ("R", "Riverside"), ("Z", "Zürich"))}
    people = [somebody(draw, number, list(sites)) for number in range(count)]
    ids = add_learners(db, people)
    with db.write() as tx:
        now = db.now(tx)
        midnight = datetime(2026, 11, 23).astimezone()
        times = [midnight - timedelta(microseconds=1), midnight, midnight + timedelta(hours=23, minutes=59), now]
        for key, one in zip(ids, people, strict=True):
            one.update(id=key, campus=sites.get(one["campus_id"]), last_plr=None, has_attainments=False)
            one.update(plr_outcome=None, details_changed=False)
            if draw.random() < 0.6:
                one["last_plr"] = draw.choice(times).astimezone(UTC)
                add_check(tx, draw, one)
            add_aims(tx, draw, one)
    for one in draw.sample(people, count // 4):
        add_attainment(db, one["id"])
        one["has_attainments"] = True
    for one in draw.sample([other for other in people if not other["has_attainments"]], count // 10):
        add_attainment(db, one["id"], removed_at=now)
    for one in people:
        add_achieved(db, draw, one, now)
    add_learners(db, [learner_values(9001, removed_at=now), learner_values(9002, merged_into_id=ids[0])])
    for one in people:
        add_told_of_others(one, [other for other in people if other is not one])
    return people


def somebody(draw: random.Random, number: int, sites: list[int]) -> dict:
    return learner_values(
        number,
        ref=draw.choice([f"00{number}", f"AB/{number}", f"x_{number}", f"{number}%"]),
        uln=draw.choice([uln_number(number), None, "9999999999", "1234567890", "3.00E+09", "abc"]),
        family_name=draw.choice(NAMES),
        given_names=draw.choice(NAMES),
        first_name=draw.choice([None, None, "Ann"]),
        known_as=draw.choice(NAMES),
        birth_date=draw.choice([None, date(2008, 3, 4), date(2007, 9, 1), date(2008, 3, 5)]),
        sex=draw.choice(["F", "M", None]),
        postcode=draw.choice(["NF1 7BN", "M1 1AA", None]),
        email=draw.choice([None, "a.b@example.org", "A_B@example.org", "Zoë@example.org"]),
        campus_id=draw.choice([None, *sites]),
        tutor_group=draw.choice([None, "1A", "1a", "É2"]),
    )


def add_achieved(db: Database, draw: random.Random, one: dict, now: datetime) -> None:
    """Some attainments, perhaps a removed one, and what all of them come to."""
    achieved = draw.sample(ACHIEVED, draw.choice([0, 0, 1, 3, 8, 12]))
    for values in achieved:
        add_attainment(db, one["id"], **values)
    add_to_told(one, [{"subject": "Business", "subject_code": "603/4471/2"}] * one["has_attainments"] + achieved)
    if draw.random() < 0.3:
        add_attainment(db, one["id"], **ACHIEVED[0], removed_at=now)
    one["has_attainments"] |= bool(achieved)
    one["glance"] = at_a_glance(StoredRow(0, **values) for values in achieved)
    for measure in Measure:
        one[measure.value] = choice(measure, one)


def add_told_of_others(one: dict, others: list[dict]) -> None:
    """What the grid says of a learner beside all others."""
    one["ready"] = ready(one)
    one["uln_on_another"] = one["uln"] not in (None, "9999999999") and one["uln"] in [each["uln"] for each in others]
    one["possible_duplicate"] = same_person(one) is not None and same_person(one) in map(same_person, others)


def same_person(one: dict) -> tuple | None:
    """What two rows of one person share; None where a part of it is missing."""
    parts = (fold(one["family_name"]), fold(one["given_names"]), one["birth_date"])
    return None if None in parts else parts


def add_check(tx: Connection, draw: random.Random, one: dict) -> None:
    """A download of the past: of the learner as now with either setting, as once, or without a fingerprint."""
    all_names = draw.random() < 0.5
    now = SimpleNamespace(**{"first_name": None, **one})
    was = SimpleNamespace(**{**vars(now), draw.choice(["uln", "family_name", "given_names"]): "Once"})
    changed, sent = draw.choice([(False, now), (True, was), (False, None)])
    told = identity_hash(asked(sent, all_names=all_names)) if sent is not None else None
    unchanged = {identity_hash(asked(now, all_names=both)) for both in (False, True)}
    one["details_changed"] = changed and told not in unchanged
    one["plr_outcome"] = draw.choice(["records", "none", "refused", "failed"])
    values = {"at": one["last_plr"], "outcome": one["plr_outcome"], "identity_hash": told}
    tx.execute(insert(plr_check).values(learner_id=one["id"], **values))


AIM_COLUMNS = {
    "aim_code": "aim_ref",
    "aim_course": "course_code",
    "aim_year": "year",
    "aim_start": "starts",
    "aim_planned_end": "planned_end",
    "aim_end": "ends",
    "aim_fund_model": "fund_model",
}
ATTAINMENT_COLUMNS = {
    "attainment_subject": "subject",
    "attainment_subject_code": "subject_code",
    "attainment_qualification": "qualification_type",
    "attainment_level": "level",
    "attainment_grade": "grade",
    "attainment_award": "award_date",
}


def add_aims(tx: Connection, draw: random.Random, one: dict) -> None:
    aims = []
    for number in range(draw.choice([0, 0, 1, 2, 3])):
        days = [None, date.today() - timedelta(days=61), date(2026, 11, 23), date(2008, 3, 4), date.today()]
        values = {name: draw.choice(days) for name in ("starts", "planned_end", "ends")}
        values |= {
            "aim_ref": draw.choice(["ZPROG001", "60012345", "o%", None]),
            "fund_model": draw.choice(["25", None]),
        }
        values |= {"course_code": draw.choice([None, "S", "x_y"]), "year": draw.choice(["2627", "2526"])}
        aims.append(values)
        tx.execute(insert(aim).values(learner_id=one["id"], seq=number, repeat=0, **values))
    one.update({name: tuple(each[column] for each in aims) for name, column in AIM_COLUMNS.items()})


def add_to_told(one: dict, achieved: list[dict]) -> None:
    """What the fields of attainments hold of these."""
    one["attainment_type"] = ("PLR",) * len(achieved)
    whole = [attainment_values(**each) for each in achieved]
    one.update({name: tuple(each.get(column) for each in whole) for name, column in ATTAINMENT_COLUMNS.items()})


def choice(measure: Measure, one: dict) -> str | None:
    """What the Condition Builder offers for the value: the level itself, or which side of the level 2 pass."""
    best = one["glance"].get(measure)
    if best is None or measure not in (Measure.GCSE_ENGLISH, Measure.GCSE_MATHS):
        return best and best.shown
    return "pass" if best.rank >= GCSE_PASS else "below"


def ready(one: dict) -> str:
    uln, state = one["uln"], one["uln_state"]
    if uln is None:
        return Ready.NO_ULN
    if uln == "9999999999":
        return Ready.TEMPORARY
    if state == "bad":
        return Ready.BAD
    if one["given_names"] is None and one["first_name"] is None:
        return Ready.NO_FIRST_NAME
    return Ready.READY if one["family_name"] is not None else Ready.NO_SURNAME


def plain(test: Test | Group, one: dict) -> bool:
    if isinstance(test, Group):
        meets = all if test.join is Join.ALL else any
        return meets(plain(each, one) for each in test.members) != test.negated
    value = one[test.field]
    if isinstance(value, tuple):
        is_so = replace(test, operator=test.operator.positive)
        return any(plain_one(is_so, each) for each in value) != test.operator.denies
    return plain_one(test, value)


def plain_one(test: Test, value: Any) -> bool:
    kind = FIELDS[test.field].info.kind
    if test.operator is Operator.BLANK:
        return value is None
    if test.operator is Operator.NOT_BLANK:
        return value is not None
    if kind is FieldKind.FLAG:
        return value == (test.operator is Operator.YES)
    if kind is FieldKind.DATE:
        return plain_date(test, value)
    if test.field == "uln":
        compare: Callable[[str], str] = lambda text: "".join(storable(text).split())  # noqa: E731
    elif kind is FieldKind.CHOICE:
        compare = str
    elif not FIELDS[test.field].folded:
        compare = lambda text: "".join(mark.lower() if mark.isascii() else mark for mark in text)  # noqa: E731
    else:
        compare = lambda text: fold(text) or ""  # noqa: E731
    return plain_text(test, compare(value) if value is not None else None, compare)


def plain_text(test: Test, value: str | None, compare: Callable[[str], str]) -> bool:
    if test.operator is Operator.ANY_OF:
        return value in [compare(word) for word in words_of(test.value)]
    asked = compare(test.value.strip())
    if test.operator is Operator.IS:
        return value == asked
    if test.operator is Operator.IS_NOT:
        return value != asked
    if value is None:
        return test.operator is Operator.CONTAINS_NOT
    value, asked = value.lower(), asked.lower()
    return {
        Operator.BEGINS: value.startswith(asked),
        Operator.ENDS: value.endswith(asked),
        Operator.CONTAINS: asked in value,
        Operator.CONTAINS_NOT: asked not in value,
    }[test.operator]


def plain_date(test: Test, value: date | datetime | None) -> bool:
    day = value.astimezone().date() if isinstance(value, datetime) else value
    if test.operator.takes_days:
        back = date.today() - timedelta(days=int(test.value))
        if test.operator is Operator.LONGER_AGO:
            return day is not None and day < back
        inside = day is not None and back <= day <= date.today()
        return inside != (test.operator is Operator.NOT_IN_LAST)
    asked, *upper = [date.fromisoformat(word) for word in words_of(test.value)]
    if day is None:
        return test.operator is Operator.IS_NOT
    return {
        Operator.IS: day == asked,
        Operator.IS_NOT: day != asked,
        Operator.BEFORE: day < asked,
        Operator.FROM: day >= asked,
        Operator.BETWEEN: asked <= day <= max([asked, *upper]),
    }[test.operator]


def a_date_value(operator: Operator, days: Sequence[str], back: int) -> str:
    """A value that a date operator takes, of one or two `days` or of a number of days `back`."""
    if not operator.takes_value:
        return ""
    if operator.takes_days:
        return str(back)
    return ", ".join(sorted(days[:2])) if operator is Operator.BETWEEN else days[0]


def found(db: Database, *arguments, **options) -> list[int]:
    with db.read() as tx:
        return list(db.ids(tx, keys_query(*arguments, **options)))
