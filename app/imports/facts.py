"""What is set up for the credit of courses, read at once for as many as are asked about: what a course may give, what
stops a completion, who gets which type, and which outside bodies hear of it (course-record-import.md 1 and 9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, select

from app.db.among import among
from app.db.tables import campus, course, course_credit, credit_mapping, credit_type, learner, reporter, reporter_type
from app.folding import fold, fold_code
from app.history import batched

SHELL = "shell"
MAPPED_BY: Mapping[str, str] = {
    "campus": "Campus",
    "tutor_group": "Tutor Group",
    "last_year_seen": "Academic Year",
    "participant_category": "Participant Category",
}
"""What a credit mapping may look at, and how it is called: the last is said by the enrolment, the others by the
learner. A campus is meant by its code."""
CATEGORY = "participant_category"

Says = Mapping[str, str]
"""What is true of a learner on a course: folded values by the fields of `MAPPED_BY`; nothing where there is none."""


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """A credit type as the whole college knows it. `bodies`: the outside bodies that hear of it, by name."""

    id: int
    code: str
    title: str
    active: bool
    bodies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """One credit type as one course may give it; amounts in hundredths."""

    type_id: int
    code: str
    minimum: int
    maximum: int
    increment: int
    variable: bool
    active: bool
    """Both here and for the whole college."""
    bodies: tuple[str, ...] = ()
    says: frozenset[tuple[str, str]] = frozenset()
    """The mapping: the (field, folded value) of whom it is for."""

    @property
    def automatic(self) -> bool:
        """Whether a course awards it by itself (CR-44, CR-45)."""
        return self.active and not self.variable


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """A course of ours as an import looks at it."""

    id: int
    code: str
    title: str
    kind: str
    required_objects: int | None
    credit: Mapping[str, CreditFacts] = field(default_factory=dict)
    """By the code of the type, in the order of the codes."""

    @property
    def is_shell(self) -> bool:
        """Made by a global import for a course nobody knew: no objects, no certificate, no credit of its own."""
        return self.kind == SHELL

    @property
    def nothing_stops(self) -> bool:
        """Whether enrolling completes at once (CR-33, CR-34). What nobody has said counts as no required object:
        so it is asked about rather than done unasked."""
        return not self.required_objects

    @property
    def active(self) -> tuple[CreditFacts, ...]:
        """What the course may give today."""
        return tuple(one for one in self.credit.values() if one.active)

    @property
    def mapped(self) -> bool:
        """Whether a mapping decides who gets which type; without one everybody gets all."""
        return any(one.says for one in self.credit.values())

    def awards(self, says: Says) -> tuple[CreditFacts, ...]:
        """What a completion without credit of its own awards to somebody of whom `says` is true: the active types
        that are not variable and that the mapping gives them (CR-44; open point 2)."""
        automatic = (one for one in self.credit.values() if one.automatic)
        if not self.mapped:
            return tuple(automatic)
        return tuple(one for one in automatic if any(says.get(name) == value for name, value in one.says))


def types(tx: Connection) -> dict[str, TypeFacts]:
    """Every credit type of the college by its code, in the order of the codes (CR-15, CR-36)."""
    bodies = _bodies(tx)
    rows = tx.execute(select(credit_type).order_by(credit_type.c.code))
    return {row.code: TypeFacts(row.id, row.code, row.title, row.active, bodies.get(row.id, ())) for row in rows}


def of_codes(tx: Connection, codes: Iterable[str]) -> dict[str, CourseFacts]:
    """The courses of these codes, however they are spelt, by the code folded (`fold_code`); unknown ones are left
    out."""
    found: dict[str, CourseFacts] = {}
    for some in batched(sorted({fold_code(one) for one in codes}), 5_000):
        for facts in _read(tx, select(course).where(among(course.c.code_fold, some))).values():
            found[fold_code(facts.code)] = facts
    return found


def of_ids(tx: Connection, ids: Iterable[int]) -> dict[int, CourseFacts]:
    """The courses of these ids, those that are there."""
    found: dict[int, CourseFacts] = {}
    for some in batched(sorted(set(ids)), 5_000):
        found |= _read(tx, select(course).where(among(course.c.id, some)))
    return found


def says_of(tx: Connection, learner_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """What a mapping may look at of these learners. The category of the enrolment is not the learner's: see
    `with_category`."""
    query = select(
        learner.c.id, campus.c.code.label("campus"), learner.c.tutor_group, learner.c.last_year_seen
    ).outerjoin(campus, campus.c.id == learner.c.campus_id)
    found: dict[int, dict[str, str]] = {}
    for some in batched(sorted(set(learner_ids)), 5_000):
        for row in tx.execute(query.where(among(learner.c.id, some))):
            told = {name: fold(getattr(row, name)) for name in MAPPED_BY if name != CATEGORY}
            found[row.id] = {name: value for name, value in told.items() if value is not None}
    return found


def with_category(says: Says, category: str | None) -> Says:
    """What is true of a learner, and of their enrolment with this participant category."""
    folded = fold(category)
    return says if folded is None else {**says, CATEGORY: folded}


# -------------------------------------------------------------------------------------------------------- reading


def _read(tx: Connection, query: Select[Any]) -> dict[int, CourseFacts]:
    rows = tx.execute(query).all()
    credit = _credit(tx, [row.id for row in rows])
    return {
        row.id: CourseFacts(row.id, row.code, row.title, row.kind, row.required_objects, credit.get(row.id, {}))
        for row in rows
    }


def _credit(tx: Connection, ids: list[int]) -> dict[int, dict[str, CreditFacts]]:
    query = (
        select(course_credit, credit_type.c.code, credit_type.c.active.label("type_active"))
        .join(credit_type, credit_type.c.id == course_credit.c.type_id)
        .where(among(course_credit.c.course_id, ids))
        .order_by(credit_type.c.code)
    )
    rows = tx.execute(query).all()
    if not rows:
        return {}
    bodies, says = _bodies(tx), _mapping(tx, ids)
    found: dict[int, dict[str, CreditFacts]] = {}
    for row in rows:
        found.setdefault(row.course_id, {})[row.code] = CreditFacts(
            type_id=row.type_id,
            code=row.code,
            minimum=row.minimum,
            maximum=row.maximum,
            increment=row.increment,
            variable=row.variable,
            active=row.active and row.type_active,
            bodies=bodies.get(row.type_id, ()),
            says=frozenset(says.get((row.course_id, row.type_id), ())),
        )
    return found


def _bodies(tx: Connection) -> dict[int, tuple[str, ...]]:
    """The outside bodies that are active, by type."""
    query = (
        select(reporter_type.c.type_id, reporter.c.name)
        .join(reporter, reporter.c.id == reporter_type.c.reporter_id)
        .where(reporter.c.active)
        .order_by(reporter.c.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for type_id, name in tx.execute(query):
        found[type_id] = (*found.get(type_id, ()), name)
    return found


def _mapping(tx: Connection, ids: list[int]) -> dict[tuple[int, int], set[tuple[str, str]]]:
    found: dict[tuple[int, int], set[tuple[str, str]]] = {}
    for row in tx.execute(select(credit_mapping).where(among(credit_mapping.c.course_id, ids))):
        found.setdefault((row.course_id, row.type_id), set()).add((row.field, fold_code(row.value)))
    return found
