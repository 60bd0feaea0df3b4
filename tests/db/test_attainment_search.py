"""Conditions on attainments about their learner: aims, other attainments, the last download."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from app.attainments import search
from app.conditions import Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import aim, attainment, plr_check
from tests.builders import add_attainment, add_learner

NOW = datetime.now(UTC)


@pytest.fixture
def grades(db: Database) -> dict[str, int]:
    """Two attainments of learner 1, who has an aim and was downloaded today; one of learner 2, with nothing else."""
    one, two = add_learner(db, 1), add_learner(db, 2)
    held = {
        "maths": add_attainment(db, one, subject_code="MATHS", grade="4"),
        "art": add_attainment(db, one, subject_code="ART", grade="9"),
        "other": add_attainment(db, two, subject_code="ART", grade="2"),
        "gone": add_attainment(db, two, subject_code="MATHS", grade="4"),
    }
    with db.write() as tx:
        tx.execute(attainment.update().where(attainment.c.id == held["gone"]).values(removed_at=NOW))
        tx.execute(insert(aim).values(learner_id=one, aim_ref="6034411X", year="2025/26", seq="1"))
        tx.execute(insert(plr_check).values(learner_id=one, at=NOW, outcome="records", identity_hash="x"))
    return held


def found(db: Database, grades: dict[str, int], *tests: Test | Group) -> set[str]:
    names = {key: name for name, key in grades.items()}
    with db.read() as tx:
        return {names[key] for key in db.ids(tx, search.keys_query(Group(Join.ALL, tests)))}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("learner_aim_code", Operator.IS, "6034411X", "maths art"),
        ("learner_aim_code", Operator.IS_NOT, "6034411X", "other"),
        ("learner_aim_code", Operator.BEGINS, "603", "maths art"),
        ("learner_attainment_subject_code", Operator.IS, "MATHS", "maths art"),
        ("learner_attainment_subject_code", Operator.IS_NOT, "MATHS", "other"),
        ("learner_attainment_grade", Operator.IS, "2", "other"),
        ("learner_attainment_type", Operator.CONTAINS, "nowhere", ""),
        ("learner_plr_outcome", Operator.IS, "records", "maths art"),
        ("learner_plr_outcome", Operator.BLANK, "", "other"),
        ("learner_last_plr", Operator.NOT_BLANK, "", "maths art"),
        ("learner_last_plr", Operator.BLANK, "", "other"),
    ],
)
def test_about_the_learner(
    db: Database, grades: dict[str, int], field: str, operator: Operator, value: str, expected: str
):
    test = Test(field, operator, value)
    assert found(db, grades, test) == set(expected.split())
    opposite = Group(Join.ALL, (test,), negated=True)
    assert found(db, grades, opposite) == {"maths", "art", "other"} - set(expected.split())


def test_the_row_and_its_learner_are_asked_apart(db: Database, grades: dict[str, int]):
    """The attainment in art of a learner who has one in maths."""
    has_maths = Test("learner_attainment_subject_code", Operator.IS, "MATHS")
    assert found(db, grades, Test("subject_code", Operator.IS, "ART"), has_maths) == {"art"}


def test_every_field_can_be_asked_on_both_databases(db: Database, grades: dict[str, int]):
    values = {"date": "2025-01-01", "number": "1", "text": "x", "flag": "", "choice": "records"}
    for name, field in search.FIELDS.items():
        for operator in field.info.operators:
            value = field.info.choices[0][0] if field.info.choices else values[field.info.kind.value]
            if operator.takes_days:
                value = "30"
            elif operator is Operator.BETWEEN:
                value = f"{value}; {value}"
            assert found(db, grades, Test(name, operator, value)) <= set(grades), (name, operator)
