"""What people type and what files and services say is text, whatever it looks like: it comes out as it went in, finds
what it says, and changes nothing else, on both databases. That SQL is not formatted at all: `tests/test_sql_text.py`.
"""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from app import access, history, licences, locks_listed, saved, users, users_listed
from app.access import Role, User
from app.attainments import search as attainments
from app.conditions import FieldKind, Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import (
    attainment,
    change,
    course,
    credit_type,
    enrolment,
    learner,
    lms_course,
    metadata,
    progress,
    term,
)
from app.errors import InputError
from app.folding import cleaned, fold
from app.imports import course_records, courses_listed, credit_lists, held_list, job_list, job_rows, outgoing
from app.imports.credit_lists import CreditType
from app.learners import edit, flood_fill
from app.learners import search as learners
from app.lms import course_states, courses, courses_list, enrolments, enrolments_list, errors_list, runs_list
from app.lms import settings as lms_settings
from app.lms.course_states import CourseState, Rule, RuleField
from app.lms.extracts import records_list
from app.lms.extracts.records_list import Filters
from app.lms.sections import listed as sections
from app.lms.sections import things_save
from app.lms.sections.things import Thing, What
from app.lms.settings import SyncSettings
from app.past import listed as past
from app.saved import Kind
from app.sorting import SortKey
from app.tasks import TaskContext
from app.users import Account
from tests.builders import UKPRN, add_learner, add_learners, answer, event, learner_values, session_of, snapshot
from tests.db.loading import Loader, an_aim, record
from tests.db.updating import run
from tests.imports.importing import EVERYTHING, Importing, mail
from tests.lms.fake_lms import FakeLms
from tests.lms.rows import add_enrolment, add_section

WORDS = (
    "'; drop table learner; --",
    "' or '1'='1",
    '" or ""="',
    "Robert'); delete from change;--",
    "\\'; select pg_sleep(30); --",
    "'||(select login from app_user)||'",
    "$$; commit; $$",
    "U&'\\0027' or 1=1",
    "100%_\\%",
    ":name %(name)s %s ? $1 {0} {name}",
    "/* */ -- #",
    "[a-z]*?",
    "x' union select value from setting--",
    "\u02bc\u2019; truncate learner; \uff07",
)
"""None of them folds to a part of another."""
MARKS = st.text(st.sampled_from("'\"`;%_\\-*/():@$#?{}[]|&,. aZé0\n\u2019\uff07\0"), min_size=1, max_size=40)
GENTLE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
# Every list that people search, with what it asks for beside the words.
LISTS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "learners": (learners, ()),
    "attainments": (attainments, ()),
    "courses of the LMS": (courses_list, ()),
    "enrolments": (enrolments_list, ()),
    "runs": (runs_list, ()),
    "errors": (errors_list, ()),
    "records": (records_list, (Filters(), None)),
    "sections": (sections, ()),
    "courses": (courses_listed, ()),
    "course records": (course_records, ()),
    "reports": (outgoing, ()),
    "imports": (job_list, ()),
    "held rows": (held_list, ()),
    "users": (users_listed, ()),
    "locks": (locks_listed, ()),
    "history": (past, ()),
}


def everything(db: Database) -> dict[str, list[str]]:
    return snapshot(db, *metadata.tables, without=())


def test_every_list_that_is_searched_is_here():
    root = Path(learners.__file__).parents[1]
    found = {file for file in root.rglob("*.py") if "def keys_query(" in file.read_text(encoding="utf-8")}
    asked = {Path(module.__file__) for module, _ in LISTS.values()} | {Path(job_rows.__file__)}
    # What an operation changed is not searched by words.
    assert {file.name for file in found - asked} == {"changes_of.py"}


def test_words_in_every_search_field_and_condition(db: Database, user: User):
    """Every text field of every list, in ways that become `like` and a list of values; and the field above it."""
    before = everything(db)
    with db.read() as tx:
        for name, (module, first) in LISTS.items():
            kinds = {key: one.info.kind for key, one in module.FIELDS.items()}
            texts = [key for key, kind in kinds.items() if kind is FieldKind.TEXT]
            choice = next((key for key, kind in kinds.items() if kind is FieldKind.CHOICE), None)
            for word in WORDS[::3]:
                for how in (Operator.CONTAINS, Operator.ANY_OF):
                    asked = Group(Join.ANY, tuple(Test(key, how, word) for key in texts))
                    # A saved layout may name anything to sort by.
                    query = module.keys_query(*first, asked, word, "", then=[SortKey(word)])
                    assert list(db.ids(tx, query)) == [], (name, word, how)
                if choice is not None:
                    list(db.ids(tx, module.keys_query(*first, Group(members=(Test(choice, Operator.IS, word),)))))
                with pytest.raises(InputError):
                    module.keys_query(*first, Group(members=(Test(word, Operator.IS, word),)))
        list(db.ids(tx, job_rows.keys_query(1, WORDS[0], WORDS[1])))
    assert everything(db) == before


def test_a_search_finds_what_is_written_so_and_nothing_else(db: Database, user: User):
    ids = add_learners(db, [learner_values(n, family_name=word, tutor_group=word) for n, word in enumerate(WORDS, 1)])
    add_learner(db, 99, family_name="Plain")
    with db.read() as tx:
        for key, word in zip(ids, WORDS, strict=True):
            for how in (Operator.CONTAINS, Operator.IS, Operator.BEGINS, Operator.ENDS):
                asked = Group(Join.ALL, (Test("family_name", how, word),))
                assert list(db.ids(tx, learners.keys_query(asked))) == [key], (word, how)
            not_so = Group(Join.ALL, (Test("tutor_group", Operator.IS_NOT, word),))
            assert len(db.ids(tx, learners.keys_query(not_so))) == len(WORDS)
            assert key in db.ids(tx, learners.keys_query(None, word))


@GENTLE
@given(word=MARKS)
def test_any_marks_at_all(db: Database, user: User, word: str):
    """Typed into the form, searched for, and used as a filter: as plain Python would have it."""
    ref = f"R{add_learner(db)}"
    key = edit.add(db, user, UKPRN, edit.LearnerForm(ref=ref, family_name=f"A{word}", given_names="Jo"))
    with db.read() as tx:
        assert edit.read(tx, key).form.family_name == cleaned(f"A{word}")
        names = {row.id: row.family_name for row in tx.execute(select(learner.c.id, learner.c.family_name))}
        wanted = fold(f"A{word}") or ""
        asked = Group(Join.ALL, (Test("family_name", Operator.CONTAINS, f"A{word}"),))
        expected = sorted(one for one, name in names.items() if wanted in (fold(name) or ""))
        assert sorted(db.ids(tx, learners.keys_query(asked))) == expected


# ------------------------------------------------------------------------------------------------------------ typed


@pytest.mark.parametrize("word", WORDS[::2])
def test_what_is_typed_comes_out_as_it_went_in(db: Database, user: User, word: str):
    add_learner(db, 1)
    kept = cleaned(word)
    form = edit.LearnerForm(ref="R1", family_name=word, given_names=word, known_as=word, tutor_group="")
    key = edit.add(db, user, UKPRN, form)
    with db.read() as tx:
        held = edit.read(tx, key).form
        assert (held.family_name, held.given_names, held.known_as) == (kept, kept, kept)
    group = word[:20]
    flood_fill.fill(TaskContext(), db, user, flood_fill.preview(TaskContext(), db, user, [key], "tutor_group", group))
    with db.read() as tx:
        assert edit.read(tx, key).form.tutor_group == cleaned(group)
    saved.save(db, user, Kind.LEARNER_SEARCH, word, word, shared=True)
    with db.read() as tx:
        [one] = saved.every(tx, user, Kind.LEARNER_SEARCH)
        assert (one.name, one.body) == (kept, word)
        first = access.licences(tx)[0]
        me = users.find(tx, user.login)
    licences.save(db, user, replace(first, note=word))
    assert me is not None
    users.save(db, user, me, replace(me, name=word))
    lms_settings.save(db, user, SyncSettings(contact=word))
    course_states.save_rules(db, user, [Rule(RuleField.CATEGORY, word, CourseState.CLOSED)])
    credit_lists.save_type(db, user, None, CreditType(code="t", title=word))
    credit_lists.save_categories(db, user, credit_lists.CATEGORIES, [word])
    things_save.save(db, user, None, Thing(What.TERM, code="T", name=word))
    with db.read() as tx:
        assert access.licences(tx)[0].note == kept
        assert users.find(tx, user.login) == replace(me, name=kept or "")
        assert lms_settings.read(tx).contact == kept
        assert course_states.read_rules(tx)[0].text == word
        for named in (credit_type.c.title, term.c.name):
            assert kept in tx.execute(select(named)).scalars().all()
        assert tx.execute(select(func.count()).select_from(learner)).scalar_one() == 2
        assert tx.execute(select(func.count()).select_from(change)).scalar_one() > 0


def test_a_login_is_a_name_and_not_an_order_to_the_server(db: Database, user: User):
    """On a server a login has to be one of its roles; on an embedded database it may be anything."""
    for word in WORDS:
        wanted = Account(login=word, name="x", roles=frozenset({Role.PLR_USER}))
        if db.embedded:
            users.save(db, user, None, wanted)
        else:
            with pytest.raises(InputError, match="knows nobody"):
                users.save(db, user, None, wanted)
    with db.read() as tx:
        logins = set(tx.execute(select(metadata.tables["app_user"].c.login)).scalars())
    assert logins == {user.login, *(cleaned(word) for word in WORDS if db.embedded)}


def test_an_undo_of_a_row_that_somebody_made_up(db: Database, user: User):
    """The history is written by whoever may write to the database: names in it are names of columns, or nothing."""
    key = add_learner(db)
    before = everything(db)["learner"]
    with db.write() as tx:
        one = history.begin(tx, db, user.id, "learner_edited")
        for number, word in enumerate(WORDS):
            values = {"operation_id": one.id, "table_name": "learner", "row_id": key + number, "kind": "update"}
            body = '{"' + word.replace("\\", "\\\\").replace('"', '\\"') + '": "x"}'
            tx.execute(insert(change).values(**values, before=body, after=body, version_after=1))
        one.end(tx)
    assert history.undo(db, user.id, one.id).undone == 0
    assert everything(db)["learner"] == before


# ---------------------------------------------------------------------------------------------- files and services


def test_what_a_file_of_learners_says(db: Database, user: User, tmp_path: Path):
    loader = Loader(db, user, tmp_path)
    loader.bring(
        *(
            record(n, family_name=word, tutor_group=word, campus_code=word, aims=[an_aim(1, course_code=word)])
            for n, word in enumerate(WORDS, 1)
        )
    )
    with db.read() as tx:
        found = tx.execute(select(learner.c.family_name, learner.c.tutor_group).order_by(learner.c.ref)).all()
        codes = set(tx.execute(select(metadata.tables["campus"].c.code)).scalars())
        taught = list(tx.execute(select(metadata.tables["aim"].c.course_code)).scalars())
    assert [tuple(row) for row in found] == [(cleaned(word), cleaned(word)) for word in WORDS]
    assert len(codes) == len(set(taught)) == len(WORDS)


def test_what_a_file_of_course_records_says(db: Database, user: User, tmp_path: Path):
    here = Importing(db, user, tmp_path)
    here.add_people(*range(1, len(WORDS) + 1))
    path = tmp_path / "records.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["external_email", "external_course_id", "title", "complete", "date_completed"])
        for number, word in enumerate(WORDS, 1):
            rows.writerow([mail(number), word, word, 1, "2026-11-02"])
            rows.writerow([word, "ENG-1", word, 1, "2026-11-02"])
    here.apply(here.check(path, course=""), *EVERYTHING)
    with db.read() as tx:
        codes = set(tx.execute(select(course.c.code)).scalars())
        assert tx.execute(select(func.count()).select_from(learner)).scalar_one() == len(WORDS)
        assert len(tx.execute(select(enrolment.c.id)).all()) == len(WORDS)
    assert codes == {"ENG-1", *(cleaned(word) for word in WORDS)}


def test_what_the_lrs_answers(db: Database, user: User):
    fields = ("subject", "grade", "level", "qualification_type", "achievement_provider_name", "source")
    answers = {
        add_learner(db): answer(event(n, **dict.fromkeys(fields, word), subject_code=word))
        for n, word in enumerate(WORDS, 1)
    }
    before = everything(db)["learner"]
    summary = run(db, user, session_of(db, answers))
    assert len(summary.new) == len(WORDS)
    with db.read() as tx:
        query = select(attainment.c.subject, attainment.c.grade, attainment.c.provider).order_by(attainment.c.id)
        assert {tuple(row) for row in tx.execute(query)} == {(cleaned(word),) * 3 for word in WORDS}
    assert everything(db)["learner"] == before
    assert counted_again(run(db, user, session_of(db, answers))) == len(WORDS)


def counted_again(summary: Any) -> int:
    return len(summary.unchanged)


def test_what_the_lms_answers(db: Database, user: User):
    lms = FakeLms(parallel=1)
    for number, word in enumerate(WORDS, 1):
        made = lms.course(str(number), short_name=word, full_name=word, id_number=word, category=word)
        made.add(number, str(240000 + number), 5.0, total=5.0, full_name=word, email=word)
        for row in made.rows.values():
            row[:] = [replace(one, name=word, grade_text=word, letter=word, feedback=word) for one in row]
    assert courses.run(TaskContext(), db, user, lms).state in ("finished", "messages")
    with db.read() as tx:
        known = {row.lms_number: row for row in tx.execute(select(lms_course))}
    assert {row.full_name for row in known.values()} == {cleaned(word) for word in WORDS}
    for number in range(1, len(WORDS) + 1):
        with db.write() as tx:
            tx.execute(lms_course.update().where(lms_course.c.id == known[str(number)].id).values(state="open"))
        add_enrolment(db, add_learner(db, number), add_section(db, known[str(number)].id))
    done = enrolments.run(TaskContext(), db, user, lms)
    assert done.state in ("finished", "messages")
    with db.read() as tx:
        told = tx.execute(select(progress.c.grade_text, progress.c.letter)).all()
        assert tx.execute(select(func.count()).select_from(enrolment)).scalar_one() == len(WORDS)
    assert {tuple(row) for row in told} == {(word, word) for word in WORDS}
