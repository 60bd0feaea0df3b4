"""Finding learners: every field and operator against a plain filter in Python, the order, and the quick filter."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select

from app.conditions import MOST_WORDS, OPERATORS, FieldKind, Group, Join, Operator, Test, words_of
from app.db.database import Database
from app.db.tables import campus, plr_check
from app.db.tables import learner as learner_table
from app.errors import InputError
from app.folding import fold
from app.learners.search import FIELDS, Ready, keys_query, ready_counts, rows, total_query
from tests.builders import add_attainment, add_campus, add_learner, add_learners, learner_values, uln_number

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


def make(db: Database, count: int = 160, seed: int = 5) -> list[dict]:
    """Learners of every sort, and what the grid joins to them; as plain values."""
    draw = random.Random(seed)
    sites = {add_campus(db, code, name): name for code, name in (("C", "City"), ("R", "Riverside"), ("Z", "Zürich"))}
    people = []
    for number in range(count):
        people.append(
            learner_values(
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
        )
    ids = add_learners(db, people)
    with db.write() as tx:
        now = db.now(tx)
        midnight = datetime(2026, 11, 23).astimezone()
        times = [midnight - timedelta(microseconds=1), midnight, midnight + timedelta(hours=23, minutes=59), now]
        for key, one in zip(ids, people, strict=True):
            one.update(id=key, campus=sites.get(one["campus_id"]), last_plr=None, has_attainments=False)
            if draw.random() < 0.6:
                one["last_plr"] = draw.choice(times).astimezone(UTC)
                tx.execute(insert(plr_check).values(learner_id=key, at=one["last_plr"], outcome="none"))
    for one in draw.sample(people, count // 4):
        add_attainment(db, one["id"])
        one["has_attainments"] = True
    for one in draw.sample([other for other in people if not other["has_attainments"]], count // 10):
        add_attainment(db, one["id"], removed_at=now)
    add_learners(db, [learner_values(9001, removed_at=now), learner_values(9002, merged_into_id=ids[0])])
    for one in people:
        one["ready"] = ready(one)
    return people


Crowd = tuple[Database, list[dict]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """One database with many learners, for tests that only read."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            file = tmp_path_factory.mktemp("crowd") / "learners.sqlite"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            db = Database.in_file(file)
        else:
            template = request.getfixturevalue("postgresql_template")
            db = Database(stack.enter_context(request.getfixturevalue("server").database(template)))
        stack.callback(db.close)
        yield db, make(db)


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


# ------------------------------------------------------------------------------- the plain filter, said again


def plain(test: Test, one: dict) -> bool:
    value, kind = one[test.field], FIELDS[test.field].info.kind
    if test.operator is Operator.BLANK:
        return value is None
    if test.operator is Operator.NOT_BLANK:
        return value is not None
    if kind is FieldKind.FLAG:
        return value == (test.operator is Operator.YES)
    if kind is FieldKind.DATE:
        return plain_date(test, value)
    if test.field == "uln":
        compare: Callable[[str], str] = lambda text: "".join(text.split())  # noqa: E731
    elif kind is FieldKind.CHOICE:
        compare = str
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
    asked = date.fromisoformat(test.value)
    if day is None:
        return test.operator is Operator.IS_NOT
    return {
        Operator.IS: day == asked,
        Operator.IS_NOT: day != asked,
        Operator.BEFORE: day < asked,
        Operator.FROM: day >= asked,
    }[test.operator]


def found(db: Database, *arguments, **options) -> list[int]:
    with db.read() as tx:
        return list(db.ids(tx, keys_query(*arguments, **options)))


DAYS = ["2026-11-22", "2026-11-23", "2026-11-24", "2008-03-04", "2007-09-01", "1900-01-01", "9999-12-31"]


@st.composite
def asked_tests(draw) -> Test:
    field = draw(st.sampled_from(sorted(FIELDS)))
    info = FIELDS[field].info
    operator = draw(st.sampled_from(OPERATORS[info.kind]))
    typed = st.sampled_from(TYPED) | st.text(min_size=1, max_size=6).filter(lambda text: bool(text.strip()))
    if info.kind is FieldKind.DATE:
        return Test(field, operator, draw(st.sampled_from(DAYS)))
    if info.kind is FieldKind.CHOICE:
        typed = st.sampled_from([value for value, _ in info.choices])
    if operator is Operator.ANY_OF:
        words = draw(st.lists(typed, min_size=1, max_size=4))
        text = draw(st.sampled_from([",", "; ", "\n", "\t"])).join(words)
        return Test(field, operator, text if words_of(text) else "x")
    return Test(field, operator, draw(typed) if operator.takes_value else "")


def test_every_field_and_operator_finds_what_a_plain_filter_finds(crowd: Crowd):
    db, people = crowd

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(asked_tests(), max_size=3), st.sampled_from(Join))
    def agrees(members: list[Test], join: Join) -> None:
        meets = all if join is Join.ALL else any
        wanted = {one["id"] for one in people if not members or meets(plain(test, one) for test in members)}
        ids = found(db, Group(join, tuple(members)))
        assert len(ids) == len(set(ids))
        assert set(ids) == wanted

    agrees()


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_each_operator_of_each_field_at_least_once(crowd: Crowd, field: str):
    db, people = crowd
    info = FIELDS[field].info
    values = {"text": "o", "date": "2026-11-23", "choice": info.choices[0][0] if info.choices else "", "flag": ""}
    for operator in info.operators:
        test = Test(field, operator, values[info.kind.value] if operator.takes_value else "")
        wanted = {one["id"] for one in people if plain(test, one)}
        assert set(found(db, Group(members=(test,)))) == wanted, operator


@pytest.mark.parametrize("mark", ["%", "_", "/", "\\", "'", '"', "[x]", "a_b"])
def test_marks_that_mean_something_to_sql_mean_themselves(crowd: Crowd, mark: str):
    db, people = crowd
    for operator in (Operator.CONTAINS, Operator.BEGINS, Operator.ENDS):
        test = Test("family_name", operator, mark)
        wanted = {one["id"] for one in people if plain(test, one)}
        assert set(found(db, Group(members=(test,)))) == wanted
    assert set(found(db, quick=mark)) == {one["id"] for one in people if quick(one, mark)}


def quick(one: dict, text: str) -> bool:
    day = one["birth_date"]
    told = [one[name] for name in ("ref", "family_name", "given_names", "known_as", "uln", "postcode", "email")]
    told += [one["tutor_group"], one["campus"], f"{day.day} {day:%b} {day.year}" if day else None]
    words = (fold(text) or "").split()
    return all(any(word in (fold(value) or "") for value in told) for word in words)


def test_the_quick_filter_finds_every_word_somewhere(crowd: Crowd):
    db, people = crowd
    day = "4 Mar 2008"

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.sampled_from([*TYPED, day, "city", "ZURICH", "2008", "a.b@"]), max_size=3).map(" ".join))
    def agrees(text: str) -> None:
        assert set(found(db, quick=text)) == {one["id"] for one in people if quick(one, text)}

    agrees()


SORTS = ("ready", "ref", "family_name", "given_names", "known_as", "birth_date", "sex", "uln", "postcode", "campus")
SORTS += ("tutor_group", "email", "last_plr")


def sorted_plainly(people: list[dict], sort: str) -> list[int]:
    """Nothing first, then as bytes or days; equal ones in the order of their ids."""
    order = [Ready.READY, Ready.NO_ULN, Ready.TEMPORARY, Ready.BAD, Ready.NO_FIRST_NAME, Ready.NO_SURNAME]
    as_typed = {"uln", "postcode", "sex"}

    def place(one: dict):
        value = one[sort]
        if sort == "ready":
            value = order.index(value)
        elif isinstance(value, str):
            value = value.encode() if sort in as_typed else (fold(value) or "").encode()
        return (value is not None, value, one["id"]) if value is not None else (False, 0, one["id"])

    return [one["id"] for one in sorted(people, key=place)]


@pytest.mark.parametrize("sort", SORTS)
def test_the_order_is_the_same_everywhere(crowd: Crowd, sort: str):
    db, people = crowd
    wanted = sorted_plainly(people, sort)
    assert found(db, sort=sort) == wanted
    assert found(db, sort=sort, descending=True) == wanted[::-1]


def test_every_column_of_the_grid_can_be_sorted(db: Database):
    add_learner(db)
    for sort in (*SORTS, "", "nonsense"):
        assert len(found(db, sort=sort)) == 1


def test_removed_and_merged_learners_are_nowhere(crowd: Crowd):
    db, people = crowd
    hidden = set()
    with db.read() as tx:
        everybody = set(tx.execute(select(learner_table.c.id)).scalars())
        hidden = everybody - {one["id"] for one in people}
        assert len(hidden) == 2
        assert rows(tx, list(hidden)) == {}
        assert tx.execute(total_query()).scalar_one() == len(people)
    assert hidden.isdisjoint(found(db))
    blank = Group(Join.ANY, (Test("family_name", Operator.BLANK), Test("family_name", Operator.NOT_BLANK)))
    assert hidden.isdisjoint(found(db, blank))


def test_rows_show_what_is_stored(crowd: Crowd):
    db, people = crowd
    with db.read() as tx:
        got = rows(tx, [one["id"] for one in people])
    for one in people:
        row = got[one["id"]]
        for name in (
            "ready",
            "ref",
            "family_name",
            "given_names",
            "known_as",
            "birth_date",
            "sex",
            "uln",
            "postcode",
        ):
            assert getattr(row, name) == one[name], name
        assert (row.campus, row.tutor_group, row.email) == (one["campus"], one["tutor_group"], one["email"])
        assert row.last_plr == one["last_plr"]
        if row.last_plr is not None:
            assert row.last_plr.utcoffset() == row.last_plr.astimezone().utcoffset()


def test_a_row_shows_nobody_in_a_log(db: Database):
    key = add_learner(db, 1, family_name="Personal", given_names="Personal", email="personal@example.org")
    with db.read() as tx:
        words = repr(rows(tx, [key])[key])
    assert "ersonal" not in words
    assert uln_number(1) not in words


def test_how_many_can_be_asked(crowd: Crowd):
    db, people = crowd
    chosen = [one for one in people if one["sex"] != "M"]
    with db.read() as tx, db.ids_as_table(tx, [one["id"] for one in chosen]) as picked:
        counts = ready_counts(tx, picked)
    assert counts == {state: number for state in Ready if (number := sum(one["ready"] == state for one in chosen))}


# ------------------------------------------------------------------------------------------------ statements


@pytest.fixture
def statements(crowd: Crowd) -> Iterator[list[str]]:
    db, _ = crowd
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        if statement not in ("begin", "begin immediate"):
            seen.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    yield seen
    event.remove(db._engine, "before_cursor_execute", note)


def test_one_statement_for_the_ids_and_one_for_a_page(crowd: Crowd, statements: list[str]):
    db, _ = crowd
    group = Group(members=(Test("campus", Operator.CONTAINS, "i"), Test("last_plr", Operator.NOT_BLANK)))
    statements.clear()
    ids = found(db, group, "o", "campus")
    assert len(statements) == 1
    statements.clear()
    with db.read() as tx:
        rows(tx, ids)
    assert len(statements) == 1


def test_the_first_ids_come_early(db: Database):
    add_learners(db, [learner_values(number) for number in range(5_000)])
    arrived: list[int] = []
    with db.read() as tx:
        whole = db.ids(tx, keys_query(sort="ref"), lambda first: arrived.extend(first))
    assert len(whole) == 5_000
    assert arrived == list(whole[:200])
    assert list(whole) == sorted(whole)


def test_a_grid_is_sorted_by_its_index(db: Database):
    """Without a sort of its own: else a million learners take seconds before the first row."""
    add_learners(db, [learner_values(number) for number in range(3_000)])
    for sort in ("family_name", "given_names", "ref", "uln", "birth_date"):
        for descending in (False, True):
            query = keys_query(sort=sort, descending=descending).compile(
                db._engine, compile_kwargs={"literal_binds": True}
            )
            with db.read() as tx:
                if db.embedded:
                    plan = " ".join(row[3] for row in tx.exec_driver_sql(f"explain query plan {query}"))
                    assert "USING INDEX ix_learner_" in plan
                    assert "TEMP B-TREE" not in plan
                else:
                    tx.exec_driver_sql("set local enable_seqscan = off")
                    tx.exec_driver_sql("set local enable_bitmapscan = off")
                    plan = " ".join(row[0] for row in tx.exec_driver_sql(f"explain {query}"))
                    assert "using ix_learner_" in plan
                    assert "Sort" not in plan


# --------------------------------------------------------------------------------------------- hostile searches


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (Test("nonsense", Operator.IS, "x"), "column that does not exist"),
        (Test("birth_date", Operator.CONTAINS, "x"), "cannot be asked"),
        (Test("family_name", Operator.IS, "  "), "value is missing"),
        (Test("family_name", Operator.ANY_OF, ",;\n"), "value is missing"),
        (Test("birth_date", Operator.IS, "tomorrow"), "is not a date"),
        (Test("last_plr", Operator.IS, "2026-02-30"), "is not a date"),
        (Test("uln", Operator.ANY_OF, ",".join(map(str, range(MOST_WORDS + 1)))), "5,001 entries"),
        (Test("family_name", Operator.CONTAINS, "x" * 1_001), "too long"),
    ],
)
def test_a_search_that_cannot_be(test: Test, words: str):
    with pytest.raises(InputError, match=words) as failure:
        keys_query(Group(members=(test,)))
    assert failure.value.hint


def test_a_long_list_is_one_search(crowd: Crowd):
    db, people = crowd
    wanted = [one for one in people if one["uln_state"] == "ok"]
    pasted = "\r\n".join(
        [f"{one['uln'][:3]} {one['uln'][3:]}" for one in wanted] + ["4"] * (MOST_WORDS - len(wanted))
    )
    assert set(found(db, Group(members=(Test("uln", Operator.ANY_OF, pasted),)))) == {one["id"] for one in wanted}


def test_too_much_for_the_quick_filter():
    for text in ("a " * 21, "x" * 1_001):
        with pytest.raises(InputError, match="quick filter"):
            keys_query(quick=text)


def test_a_filter_no_database_could_hold(crowd: Crowd):
    db, _ = crowd
    for text in ("\0", "a\0", "\ud800", "'; drop table learner; --"):
        found(db, quick=text)
        for field in ("family_name", "uln", "postcode"):
            found(db, Group(members=(Test(field, Operator.CONTAINS, text), Test(field, Operator.IS_NOT, text))))
    with db.read() as tx:
        assert tx.execute(select(campus.c.id)).all()
