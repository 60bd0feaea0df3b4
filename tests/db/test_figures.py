"""The figures of Home, on both databases alike: each number counted from rows of the test's own."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import event, insert

from app import figures
from app.access import Role, User
from app.conditions import Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import attainment_event
from app.figures import DAYS, MOST_COURSES, Figure, Plot
from app.lms import enrolments_list
from tests.builders import add_attainment, add_learner, user_with
from tests.lms.college import College
from tests.lms.rows import add_course, add_enrolment, add_progress, add_section

TODAY = date.today()


def read(db: Database, user: User) -> dict[Plot, Figure]:
    with db.read() as tx:
        return {one.plot: one for one in figures.figures(db, tx, user)}


def numbers(figure: Figure) -> dict[str, dict[str, int]]:
    """What is not nought, by category and series."""
    return {
        name: {one.name: one.values[place] for one in figure.series if one.values[place]}
        for place, name in enumerate(figure.categories)
        if any(one.values[place] for one in figure.series)
    }


def test_nothing_is_nothing(db: Database, user: User):
    found = read(db, user)
    assert list(found) == list(Plot)
    assert [one.total for one in found.values()] == [0, 0, 0, 0]


def test_extract_statuses_by_day_within_the_campuses_of_the_user(db: Database, user: User):
    college = College(db)
    a, b = college.campus("Avon"), college.campus("Brook")
    autumn = college.term("Autumn", (a, b))
    of_a, of_b = college.section("ART", autumn, [a]), college.section("BIO", autumn, [b])
    midnight = datetime.combine(TODAY, time.min).astimezone()
    first = datetime.combine(TODAY - timedelta(days=DAYS - 1), time.min).astimezone()
    for section, status, at in (
        (of_a, "rejected", midnight),
        (of_a, "rejected", midnight - timedelta(microseconds=1)),
        (of_b, "rejected", midnight),
        (of_b, "processed", first),
        (of_b, "processed", first - timedelta(microseconds=1)),
    ):
        college.record(section, status, status_at=at)
    every = read(db, user)[Plot.STATUSES]
    days = every.categories
    assert len(days) == DAYS
    assert numbers(every) == {days[-1]: {"Rejected": 2}, days[-2]: {"Rejected": 1}, days[0]: {"Processed": 1}}
    of_avon = read(db, college.user(a))[Plot.STATUSES]
    assert numbers(of_avon) == {days[-1]: {"Rejected": 1}, days[-2]: {"Rejected": 1}}
    assert Plot.STATUSES not in read(db, user_with(db, Role.RECORD_IMPORTER))


def test_how_old_the_data_of_open_courses_are(db: Database, user: User):
    now = datetime.now(UTC)
    for minutes in (5, 29, 31, 90, 5 * 60, 3 * 24 * 60, 8 * 24 * 60):
        add_course(db, grades_good_at=now - timedelta(minutes=minutes))
    add_course(db)
    add_course(db, state="closed")
    add_course(db, removed_at=now)
    add_course(db, paused_until=TODAY + timedelta(days=1))
    add_course(db, paused_until=TODAY)
    assert {name: told["Courses"] for name, told in numbers(read(db, user)[Plot.AGE]).items()} == {
        "up to 30 min": 2,
        "up to 1 h": 1,
        "up to 4 h": 1,
        "up to a day": 1,
        "up to a week": 1,
        "older": 1,
        "never came": 2,
    }


def test_progress_of_the_largest_courses(db: Database, user: User):
    """The bands are those of the percentages that the Enrolments page shows."""
    for size in range(1, MOST_COURSES + 2):
        section = add_section(db, add_course(db, short_name=f"S{size}"))
        for _ in range(size):
            add_progress(db, add_enrolment(db, add_learner(db), section), 1, 2)
    section = add_section(db, add_course(db, short_name="MIX"))
    shares = ((0, 4), (49, 200), (1, 4), (49, 100), (1, 2), (149, 200), (3, 4), (4, 4), (None, None), (0, 0))
    for graded, visible in shares:
        add_progress(db, add_enrolment(db, add_learner(db), section), graded, visible)
    gone = add_enrolment(db, add_learner(db), section, removed_at=datetime.now(UTC))
    add_progress(db, gone, 1, 1)
    found = read(db, user)[Plot.PROGRESS]
    assert found.categories == ("MIX", *(f"S{size}" for size in range(MOST_COURSES + 1, 2, -1)))
    assert numbers(found)["MIX"] == {
        "under 25 %": 1,
        "25 to 49 %": 3,
        "50 to 74 %": 1,
        "75 % and over": 3,
        "not known": 2,
    }
    assert numbers(found)["S9"] == {"50 to 74 %": 9}
    low = Group(Join.ALL, (Test("progress", Operator.LESS, "25"),))
    with db.read() as tx:
        assert len(db.ids(tx, enrolments_list.keys_query(low))) == 1, (
            "as the page finds them, beside what is not known"
        )


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_progress_is_counted_in_the_order_of_the_file(db: Database, user: User):
    """An embedded database would look for the progress of each of a million enrolments, all over the file."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, values: object, *_others: object) -> None:
        if "FROM progress" in statement:
            asked.append((statement, values))

    event.listen(db._engine, "before_cursor_execute", note)
    with db.read() as tx:
        figures.figures(db, tx, user)
        event.remove(db._engine, "before_cursor_execute", note)
        [(statement, values)] = asked
        plan = [row.detail for row in tx.exec_driver_sql(f"explain query plan {statement}", values).all()]
    assert "SCAN progress" in plan


def test_attainments_by_level_and_by_who_told_of_them(db: Database, user: User):
    someone, removed = add_learner(db), add_learner(db, removed_at=datetime.now(UTC))
    for level, origin, sources in (
        ("Level 2", "lrs", ("NPD",)),
        ("Level 2", "lrs", ("ILR", "NPD")),
        ("Level 2", "lrs", ("NPD", "ao")),
        ("Level 3", "lrs", ("QCFU",)),
        ("Level 3", "lrs", ("ILR",)),
        ("Level 3", "lrs", ("Moon",)),
        ("Level 3", "hand", ("NPD",)),
        ("Level 3", "file", ()),
        (None, "hand", ()),
        ("T Level", "lrs", ()),
    ):
        key = add_attainment(db, someone, level=level, origin=origin)
        with db.write() as tx:
            for source in sources:
                link = {"learner_id": someone, "attainment_id": key, "source": source}
                event_id = key * 10 + sources.index(source)
                tx.execute(insert(attainment_event).values(**link, event_id=event_id))
    add_attainment(db, someone, level="Level 2", removed_at=datetime.now(UTC))
    add_attainment(db, removed, level="Level 2")
    found = read(db, user)[Plot.ATTAINMENTS]
    assert found.categories == ("Level 2", "Level 3", "other or none")
    assert numbers(found) == {
        "Level 2": {"NPD": 2, "Awarding bodies": 1},
        "Level 3": {"Awarding bodies": 1, "ILR": 1, "Other LRS": 1, "Own": 2},
        "other or none": {"Own": 1, "Other LRS": 1},
    }
