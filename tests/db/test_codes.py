"""Codes that a person gives titles to once, the campus by its fallbacks, and the college's own fields of the ILR."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import (
    aim,
    campus,
    change,
    course,
    course_credit,
    credit_type,
    operation,
    setting,
    source_code,
)
from app.errors import AccessError, ConflictError, InputError
from app.files.aims import OwnFields
from app.files.rows import AimRecord, LearnerRecord
from app.folding import fold_code
from app.learners import codes, courses, edit, own_fields, search
from app.learners.codes import Code, Kind
from tests.builders import user_with
from tests.db.loading import Loader, an_aim, record
from tests.db.test_load import loader

__all__ = ["loader"]


def all_codes(db: Database) -> dict[tuple[str, str], Code]:
    with db.read() as tx:
        return {(one.kind.value, one.code): one for one in codes.listed(tx)}


def shown_campus(loader: Loader, ref: str) -> str | None:
    key = loader.row(ref).id
    with loader.db.read() as tx:
        return search.rows(tx, [key])[key].campus


def name(loader: Loader, kind: Kind, code: str, title: str) -> int | None:
    return codes.give_title(loader.db, loader.user, all_codes(loader.db)[kind.value, code], title)


def course_of(loader: Loader, ref: str) -> courses.Course:
    with loader.db.read() as tx:
        return courses.of_learner(tx, loader.row(ref).id).courses[0]


# ------------------------------------------------------------------------------------------------ unknown codes


def test_codes_nobody_knows_are_listed_with_the_preview_until_they_have_a_title(loader: Loader):
    people = [record(1, aims=[an_aim(1)]), record(2, aims=[an_aim(1, aim_ref=None, course_code="ENG-L3")])]
    seen = loader.preview(people)
    told = [(one.kind, one.code) for one in seen.codes]
    assert told == [(Kind.CAMPUS, "NORTH"), (Kind.COURSE, "ENG-L3"), (Kind.AIM, "6034411X")]
    [note] = [one for one in seen.facts.problems if one.kind == "codes_without_title"]
    assert all(code in note.reason for code in ("Campus: NORTH.", "Course code: ENG-L3.", "Aim reference: 6034411X."))
    loader.apply(seen)
    for one in list(all_codes(loader.db).values()):
        codes.give_title(loader.db, loader.user, one, f"Title of {one.code}")
    again = loader.preview([*people, record(3, campus_code="SOUTH", aims=[an_aim(1)])])
    assert [(one.kind, one.code) for one in again.codes] == [(Kind.CAMPUS, "SOUTH")]


def test_a_wrapper_and_what_a_file_has_a_title_for_are_not_asked_about(loader: Loader):
    aims = [an_aim(1, aim_ref="ZPROG001", std_code="999"), an_aim(2, aim_ref="60399991", course_title="Brickwork")]
    seen = loader.preview([record(1, campus_code=None, aims=aims)])
    assert seen.codes == ()
    assert not [one for one in seen.facts.problems if one.kind == "codes_without_title"]


def test_thousands_of_codes_are_told_by_their_number(loader: Loader):
    people = [record(n, aims=[an_aim(1, aim_ref=f"A{n:05}")]) for n in range(1, 41)]
    seen = loader.preview(people)
    [note] = [one for one in seen.facts.problems if one.kind == "codes_without_title"]
    assert "A00010 and 30 more." in note.reason
    assert "A00011" not in note.reason


# ------------------------------------------------------------------------------------------------- giving titles


def test_a_campus_is_called_by_its_title_and_the_next_load_keeps_it(loader: Loader):
    loader.bring(record(1), record(2))
    assert shown_campus(loader, "R00001") == "NORTH"
    assert all_codes(loader.db)["campus", "NORTH"] == Code(Kind.CAMPUS, "NORTH", "", False, 2)
    assert name(loader, Kind.CAMPUS, "NORTH", "  North   Site ") is not None
    assert shown_campus(loader, "R00001") == "North Site"
    assert loader.bring(record(1), record(2)).unchanged == 2
    assert shown_campus(loader, "R00001") == "North Site"
    with loader.db.read() as tx:
        assert len(search.rows(tx, list(tx.execute(search.keys_query(quick="north site")).scalars()))) == 2


def test_a_course_has_its_title_in_every_year(loader: Loader):
    loader.bring(record(1, aims=[an_aim(1, course_code="Eng-L3")]))
    assert course_of(loader, "R00001").title == ""
    assert course_of(loader, "R00001").code == "Eng-L3"
    name(loader, Kind.COURSE, "Eng-L3", "English, level 3")
    assert course_of(loader, "R00001").title == "English, level 3"
    loader.bring(record(1, aims=[an_aim(1, course_code="ENG-L3")]), year="2026/27")
    found = course_of(loader, "R00001")
    assert (found.title, found.code) == ("English, level 3", "ENG-L3"), "whatever its capitals"
    assert all_codes(loader.db)["course", "ENG-L3"].title == "English, level 3"


def test_the_title_of_the_college_goes_before_that_of_a_file_and_of_the_aim(loader: Loader):
    loader.bring(record(1, aims=[an_aim(1, course_code="E1", course_title="as the file says")]))
    assert course_of(loader, "R00001").title == "as the file says"
    assert all_codes(loader.db)["course", "E1"].title == "as the file says"
    name(loader, Kind.COURSE, "E1", "as we say")
    assert course_of(loader, "R00001").title == "as we say"
    name(loader, Kind.COURSE, "E1", "")
    assert course_of(loader, "R00001").title == "as the file says"


def test_one_code_of_two_kinds_has_two_titles(loader: Loader):
    loader.bring(record(1, aims=[an_aim(1, aim_ref="SAME1")]), record(2, aims=[an_aim(1, course_code="SAME1")]))
    name(loader, Kind.AIM, "SAME1", "an aim")
    name(loader, Kind.COURSE, "SAME1", "a course")
    assert course_of(loader, "R00001").title == "an aim"
    assert course_of(loader, "R00002").title == "a course"


def test_giving_a_title_can_be_undone_and_stands_in_the_history(loader: Loader):
    loader.bring(record(1, aims=[an_aim(1)]))
    before = all_codes(loader.db)
    done = [name(loader, Kind.CAMPUS, "NORTH", "North Site"), name(loader, Kind.AIM, "6034411X", "Bricks")]
    with loader.db.read() as tx:
        kinds = tx.execute(select(operation.c.kind).where(operation.c.id.in_(done))).scalars().all()
        assert kinds == [codes.NAMED] * 2
        assert (
            tx.execute(select(func.count()).select_from(change).where(change.c.operation_id.in_(done))).scalar() == 3
        )
    for one in done:
        assert codes.undo(loader.db, loader.user, one).left == 0
    assert all_codes(loader.db) == before
    assert loader.number_of(course) == loader.number_of(source_code) == 0
    with pytest.raises(InputError):
        codes.undo(loader.db, loader.user, done[0])


def test_undo_leaves_a_title_that_was_changed_since(loader: Loader):
    loader.bring(record(1, aims=[an_aim(1)]))
    first = name(loader, Kind.AIM, "6034411X", "Bricks")
    second = name(loader, Kind.AIM, "6034411X", "Brickwork")
    assert codes.undo(loader.db, loader.user, first).left == 2
    assert course_of(loader, "R00001").title == "Brickwork"
    codes.undo(loader.db, loader.user, second)
    assert course_of(loader, "R00001").title == "Bricks"


def test_a_title_taken_away_and_given_again_makes_one_course(loader: Loader):
    loader.bring(record(1, aims=[an_aim(1)]))
    for title in ("Bricks", "", "Brickwork", ""):
        name(loader, Kind.AIM, "6034411X", title)
        assert course_of(loader, "R00001").title == title
    assert (loader.number_of(course), loader.number_of(source_code)) == (1, 1)


def test_a_course_that_was_set_up_is_renamed_by_who_may_set_up_courses(loader: Loader, db: Database):
    """Its title stands on sections, credit and records. The clerk's own titles stay the clerk's to change."""
    loader.bring(record(1, aims=[an_aim(1, course_code="ENG-L3")]))
    with db.write() as tx:
        values = {"code": "ENG-L3", "code_fold": fold_code("ENG-L3"), "title": "English, level 3", "origin": "hand"}
        key = tx.execute(insert(course).values(values).returning(course.c.id)).scalar_one()
    clerk, setter = user_with(db, Role.ENROLMENT_MANAGER), user_with(db, Role.ENROLMENT_MANAGER, Role.RECORD_IMPORTER)

    def give(user: User, title: str) -> None:
        codes.give_title(db, user, all_codes(db)["course", "ENG-L3"], title)

    with pytest.raises(AccessError, match=r"set up as “English, level 3”"):
        give(clerk, "Eng")
    give(clerk, "English, level 3")  # it means that course from now on
    with pytest.raises(AccessError, match=r"set up as “English, level 3”"):
        give(clerk, "Eng")
    with db.write() as tx:
        kind = tx.execute(
            insert(credit_type).values(code="GLH", title="Hours").returning(credit_type.c.id)
        ).scalar_one()
        tx.execute(insert(course_credit).values(course_id=key, type_id=kind, maximum=100))
    with pytest.raises(AccessError):
        give(clerk, "Eng")
    give(setter, "English")
    assert course_of(loader, "R00001").title == "English"
    give(clerk, "")
    with pytest.raises(AccessError):
        give(clerk, "Eng")
    give(setter, "Eng")
    assert loader.number_of(course) == 1


@pytest.mark.parametrize("origin", ["code", "hand"])
def test_who_gives_titles_changes_their_own_without_setting_up_courses(loader: Loader, db: Database, origin: str):
    """Earlier versions wrote "hand" for these too: then their history tells."""
    loader.bring(record(1, aims=[an_aim(1)]))
    clerk = user_with(db, Role.ENROLMENT_MANAGER)
    for title in ("Bricks", "Brickwork", "", "Masonry"):
        codes.give_title(db, clerk, all_codes(db)["aim", "6034411X"], title)
        assert course_of(loader, "R00001").title == title
        with db.write() as tx:
            tx.execute(update(course).values(origin=origin))
    assert loader.number_of(course) == 1


@pytest.mark.parametrize("of", [Kind.CAMPUS, Kind.AIM])
def test_of_two_who_name_a_code_the_second_is_told(loader: Loader, of: Kind):
    loader.bring(record(1, aims=[an_aim(1)]))
    seen = next(one for one in all_codes(loader.db).values() if one.kind is of)
    codes.give_title(loader.db, loader.user, seen, "first")
    with pytest.raises(ConflictError):
        codes.give_title(loader.db, loader.user, seen, "second")
    assert all_codes(loader.db)[of.value, seen.code].title == "first"


def test_nothing_to_do_is_no_operation(loader: Loader):
    loader.bring(record(1))
    before = loader.number_of(operation)
    assert name(loader, Kind.CAMPUS, "NORTH", "") is None
    assert name(loader, Kind.CAMPUS, "NORTH", "NORTH") is None
    assert loader.number_of(operation) == before


def test_a_title_takes_the_role_and_has_a_length(loader: Loader, db: Database):
    loader.bring(record(1))
    seen = all_codes(db)["campus", "NORTH"]
    with pytest.raises(InputError, match="200"):
        codes.give_title(db, loader.user, seen, "x" * 201)
    stranger = user_with(db, Role.PLR_USER)
    with pytest.raises(AccessError):
        codes.give_title(db, stranger, seen, "theirs")
    with pytest.raises(AccessError):
        own_fields.choose(db, stranger, OwnFields("A"))
    done = name(loader, Kind.CAMPUS, "NORTH", "North Site")
    with pytest.raises(AccessError):
        codes.undo(db, stranger, done)
    assert shown_campus(loader, "R00001") == "North Site"


TITLES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=TITLES.filter(str.strip), title=TITLES)
@example(code="¨", title="0")  # folding leaves nothing of it
def test_any_code_and_any_title(loader: Loader, code: str, title: str):
    plain = code.replace("\0", "").strip() or "x"
    loader.bring(record(1, campus_code=None, aims=[an_aim(1, course_code=plain)]))
    seen = all_codes(loader.db)["course", plain]
    codes.give_title(loader.db, loader.user, seen, title)
    shown = " ".join(course_of(loader, "R00001").title.split())
    assert shown == all_codes(loader.db)["course", plain].title == (edit.cleaned(title) or "")


# -------------------------------------------------------------------------------------------- campus by fallbacks


def at(place: str, **values: Any) -> AimRecord:
    return an_aim(1, aim_type="4", delivery_postcode=place, **values)


def test_without_a_code_the_campus_is_where_the_main_course_is_given(loader: Loader):
    loader.bring(
        record(1, campus_code=None, aims=[at("NF2 4QA")]), record(2, campus_code=None, aims=[at("ZZ99 9ZZ")])
    )
    assert shown_campus(loader, "R00001") == "NF2 4QA"
    assert shown_campus(loader, "R00002") is None
    assert loader.bring(record(1, campus_code=None, aims=[at("NF2 4QA")])).unchanged == 1


def test_a_place_never_takes_the_place_of_a_code_and_gives_way_to_one(loader: Loader):
    loader.bring(record(1), record(2, campus_code=None, aims=[at("NF2 4QA")]))
    loader.bring(record(1, campus_code=None, aims=[at("NF2 4QA")]), record(2, campus_code=None, aims=[at("NF3 1AB")]))
    assert shown_campus(loader, "R00001") == "NORTH"
    assert shown_campus(loader, "R00002") == "NF3 1AB", "they moved"
    loader.bring(record(2, aims=[at("NF3 1AB")]))
    assert shown_campus(loader, "R00002") == "NORTH"


@pytest.mark.parametrize("said", ["north", "NORTH", "North Site", "NORTH  SITE"])
def test_a_campus_is_known_by_code_and_name_whatever_the_capitals(loader: Loader, said: str):
    loader.bring(record(1))
    name(loader, Kind.CAMPUS, "NORTH", "North Site")
    assert loader.bring(record(1, campus_code=said), record(2, campus_code=said)).unchanged == 1
    assert loader.number_of(campus) == 1
    assert shown_campus(loader, "R00002") == "North Site"


def test_spellings_within_one_file_make_one_campus(loader: Loader):
    loader.bring(record(1, campus_code="South"), record(2, campus_code="SOUTH"))
    assert loader.number_of(campus) == 1


def test_a_name_that_two_campuses_share_leads_to_neither(loader: Loader):
    loader.bring(record(1, campus_code="N1"), record(2, campus_code="N2"))
    for code in ("N1", "N2"):
        name(loader, Kind.CAMPUS, code, "North")
    loader.bring(record(3, campus_code="North"))
    assert loader.number_of(campus) == 3


# --------------------------------------------------------------------------------------------------- own fields


def one_with_codes(**values: Any) -> LearnerRecord:
    aims = [an_aim(1, code_c="ENG-L3"), an_aim(2, code_c="MAT-L2", course_code="told")]
    return record(1, campus_code=None, provider_code_a="TG-4", provider_code_b="WEST", aims=aims, **values)


def test_the_colleges_own_fields_are_read_once_somebody_says_which(loader: Loader):
    loader.bring(one_with_codes())
    assert (loader.row("R00001").tutor_group, shown_campus(loader, "R00001")) == (None, None)
    chosen = OwnFields(campus="B", tutor_group="A", course="C")
    own_fields.choose(loader.db, loader.user, chosen)
    with loader.db.read() as tx:
        assert own_fields.read(tx) == chosen
    seen = loader.preview([one_with_codes()])
    assert [one.code for one in seen.codes] == ["WEST", "ENG-L3", "told"]
    loader.apply(seen)
    assert (loader.row("R00001").tutor_group, shown_campus(loader, "R00001")) == ("TG-4", "WEST")
    with loader.db.read() as tx:
        assert tx.execute(select(aim.c.course_code).order_by(aim.c.seq)).scalars().all() == ["ENG-L3", "told"]
    assert loader.bring(one_with_codes()).unchanged == 1


def test_a_choice_is_an_operation_and_a_damaged_one_is_none(loader: Loader):
    own_fields.choose(loader.db, loader.user, OwnFields("A"))
    before = loader.number_of(operation)
    own_fields.choose(loader.db, loader.user, OwnFields("A"))
    assert loader.number_of(operation) == before, "nothing changed"
    own_fields.choose(loader.db, loader.user, OwnFields("B"))
    with pytest.raises(InputError):
        own_fields.choose(loader.db, loader.user, OwnFields("C"))
    for body in ("", "[]", "{", '{"campus": "Z"}', '{"campus": ["A"]}', '{"campus": {}, "course": 5}', "null", "7"):
        with loader.db.write() as tx:
            tx.execute(update(setting).values(value=body))
        with loader.db.read() as tx:
            assert own_fields.read(tx) == OwnFields(), body


def test_a_source_code_may_stand_for_one_year_only(loader: Loader):
    """Later capabilities map codes of a year; titles are for all years."""
    loader.bring(record(1, aims=[an_aim(1)]))
    name(loader, Kind.AIM, "6034411X", "Bricks")
    with loader.db.write() as tx:
        values = {"kind": "section", "code": "6034411X", "code_fold": "6034411x", "year": "2025/26"}
        tx.execute(insert(source_code).values(**values))
    assert course_of(loader, "R00001").title == "Bricks"


def test_the_main_course_comes_first_and_a_programme_is_called_by_its_standard(loader: Loader):
    aims = [
        an_aim(1, aim_type="3", aim_ref="60388881", starts=date(2025, 9, 1)),
        an_aim(2, aim_type="1", aim_ref="ZPROG001", std_code="999"),
        an_aim(3, aim_type="3", aim_ref="60388882", completion="2", starts=date(2025, 10, 1)),
    ]
    loader.bring(record(1, aims=aims))
    with loader.db.read() as tx:
        found = courses.of_learner(tx, loader.row("R00001").id)
        assert courses.of_learner(tx, 4711) == courses.Courses()
    assert found.year == "2025/26"
    assert [one.code for one in found.courses] == ["Standard 999", "60388881", "60388882"]
    assert [one.is_main for one in found.courses] == [True, False, False]
    assert [one.goes_on for one in found.courses] == [True, True, False]


def test_undoing_a_load_keeps_the_titles(loader: Loader):
    summary = loader.bring(record(1, aims=[an_aim(1)]))
    name(loader, Kind.AIM, "6034411X", "Bricks")
    history.undo(loader.db, loader.user.id, summary.operation_id)
    loader.bring(record(1, aims=[an_aim(1)]))
    assert course_of(loader, "R00001").title == "Bricks"
