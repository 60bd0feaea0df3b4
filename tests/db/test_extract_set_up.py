"""Terms, campuses, delivery methods, vendors and sections: added, changed, taken back, on both databases."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app import access, history
from app.access import Role, User
from app.conditions import Group, Join, Operator, Test
from app.conditions_sql import SqlField
from app.db.database import Database
from app.db.tables import change, course, extract_record, lms_course, operation, section_campus, user_campus
from app.errors import AccessError, ConflictError, InputError
from app.lms.sections import details, listed, section, things, things_save
from app.lms.sections.section import Section
from app.lms.sections.things import DEFAULT, SEND_REGISTRATIONS, SEND_SECTIONS, Thing, What
from tests.builders import add_campus, add_learner, user_with
from tests.lms.rows import MOMENT, add_account, add_course, add_enrolment, vendor

BOTH = frozenset({SEND_SECTIONS, SEND_REGISTRATIONS})
NOTHING: frozenset[str] = frozenset()


def made(db: Database, user: User, what: What, code: str, **more: Any) -> Thing:
    """A thing that was added, as it stands."""
    return held(db, what, things_save.save(db, user, None, Thing(what, code=code, **more)).id)


def held(db: Database, what: What, key: int) -> Thing:
    with db.read() as tx:
        return next(one for one in things.listed(tx, what) if one.id == key)


def held_section(db: Database, key: int) -> Section:
    with db.read() as tx:
        found = section.read(tx, key)
    assert found is not None
    return found


def scoped(db: Database, *campus_ids: int) -> User:
    """Somebody who sets up sections and sees these campuses only."""
    user = user_with(db, Role.LMS_ADMINISTRATOR)
    with db.write() as tx:
        for one in campus_ids:
            tx.execute(insert(user_campus).values(user_id=user.id, campus_id=one))
    return user


def test_every_kind_is_added_changed_and_taken_back(db: Database, user: User):
    for what in What:
        one = made(db, user, what, f"X-{what}", active=True)
        assert one.name == ("" if what is What.VENDOR else one.code), "a name that was not given is the code"
        changed = things_save.save(db, user, one, replace(one, code=f"Y-{what}"))
        assert changed.operation_id is not None
        now = held(db, what, one.id or 0)
        assert (now.code, now.version) == (f"Y-{what}", 2)
        assert things_save.save(db, user, now, now).operation_id is None, "nothing differs, nothing is written"
        assert history.undo(db, user.id, changed.operation_id).left == 0
        assert held(db, what, one.id or 0).code == f"X-{what}"
    with db.read() as tx:
        kinds = set(tx.execute(select(operation.c.kind)).scalars())
    assert kinds == {"sections_set_up", "undo"}


@pytest.mark.rule("EX-P1")
def test_a_term_is_linked_to_campuses_with_what_it_sends_there(db: Database, user: User):
    north, south = add_campus(db, "N", "North"), add_campus(db, "S", "South")
    links = {north: BOTH, south: frozenset({SEND_SECTIONS})}
    term = made(db, user, What.TERM, "2627", name="Autumn", starts=date(2026, 9, 1), links=links)
    assert held(db, What.TERM, term.id or 0).links == links
    done = things_save.save(db, user, term, replace(term, links={south: BOTH}))
    assert held(db, What.TERM, term.id or 0).links == {south: BOTH}
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).left == 0
    assert held(db, What.TERM, term.id or 0).links == links, "a link that was taken away is there again"


@pytest.mark.rule("EX-P2")
def test_a_campus_has_one_default_vendor_and_the_last_one_chosen_it_is(db: Database, user: User):
    north = add_campus(db, "N", "North")
    first = made(db, user, What.VENDOR, "one", links={north: frozenset({DEFAULT})})
    saved = things_save.save(db, user, None, Thing(What.VENDOR, code="two", links={north: frozenset({DEFAULT})}))
    assert held(db, What.VENDOR, first.id or 0).links == {north: NOTHING}
    assert held(db, What.VENDOR, saved.id).links == {north: frozenset({DEFAULT})}
    assert saved.operation_id is not None
    assert history.undo(db, user.id, saved.operation_id).left == 0
    assert held(db, What.VENDOR, first.id or 0).links == {north: frozenset({DEFAULT})}
    with db.read() as tx:
        assert [one.code for one in things.listed(tx, What.VENDOR)] == ["one"]


@pytest.mark.rule("EX-P3")
def test_a_delivery_method_says_whether_it_is_exported_and_where_it_is_offered(db: Database, user: User):
    north = add_campus(db, "N", "North")
    one = made(db, user, What.METHOD, "ONLINE", export_to_lms=True, links={north: NOTHING})
    assert (one.export_to_lms, one.active, one.links) == (True, True, {north: NOTHING})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": " \t"}, "code"),
        ({"code": "x" * 61}, "code"),
        ({"code": "2627"}, "code"),
        ({"code": "A", "name": "x" * 201}, "name"),
        ({"code": "A", "starts": date(2027, 1, 2), "ends": date(2027, 1, 1)}, "ends"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(db: Database, user: User, wrong: dict[str, Any], field: str):
    made(db, user, What.TERM, "2627")
    with pytest.raises(InputError) as refused:
        things_save.save(db, user, None, Thing(What.TERM, **wrong))
    assert refused.value.field == field


def test_the_term_for_none_and_the_connected_vendor_keep_their_codes(db: Database, user: User):
    vendor(db)
    with db.read() as tx:
        none = next(one for one in things.listed(tx, What.TERM) if one.is_no_term)
        moodle = next(one for one in things.listed(tx, What.VENDOR) if one.is_connected)
    north = add_campus(db, "N", "North")
    for one in (none, moodle):
        with pytest.raises(InputError):
            things_save.save(db, user, one, replace(one, code="other"))
        linked = replace(one, links={north: NOTHING})
        assert things_save.save(db, user, one, linked).operation_id is not None, "linked it can be"


@pytest.mark.parametrize("what", [What.TERM, What.VENDOR, What.METHOD])
def test_who_saw_an_older_one_is_refused_also_where_only_links_changed(db: Database, user: User, what: What):
    north = add_campus(db, "N", "North")
    seen = made(db, user, what, "A")
    things_save.save(db, user, seen, replace(seen, links={north: NOTHING}))
    with pytest.raises(ConflictError):
        things_save.save(db, user, seen, replace(seen, code="B"))
    assert held(db, what, seen.id or 0).links == {north: NOTHING}


def test_only_who_may_set_up_does(db: Database, user: User):
    nobody = user_with(db, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError):
        things_save.save(db, nobody, None, Thing(What.TERM, code="A"))
    with pytest.raises(AccessError):
        section.save(db, nobody, None, Section(course_code="A"))
    with db.read() as tx:
        assert tx.execute(select(change.c.id)).all() == []


@pytest.mark.rule("EX-A3")
def test_links_of_campuses_that_are_not_ones_own_stay_as_they_are(db: Database, user: User):
    north, south = add_campus(db, "N", "North"), add_campus(db, "S", "South")
    northern = scoped(db, north)
    one = made(db, user, What.TERM, "2627", links={south: BOTH})
    with pytest.raises(AccessError):
        things_save.save(db, northern, one, replace(one, links={}))
    things_save.save(db, northern, one, replace(one, links={south: BOTH, north: BOTH}))
    with pytest.raises(AccessError):
        made(db, northern, What.CAMPUS, "NEW")
    with db.read() as tx:
        other = next(one for one in things.listed(tx, What.CAMPUS) if one.id == south)
    with pytest.raises(AccessError):
        things_save.save(db, northern, other, replace(other, name="Mine"))


# -------------------------------------------------------------------------------------------------------- sections


@pytest.mark.rule("EX-P0", "EX-P4", "EX-P5")
def test_a_section_is_added_with_its_course_campuses_method_and_vendor(db: Database, user: User):
    north, south = add_campus(db, "N", "North"), add_campus(db, "S", "South")
    lms_course_id = add_course(db, "7")
    term = made(db, user, What.TERM, "2627")
    method = made(db, user, What.METHOD, "ONLINE", export_to_lms=True)
    wanted = Section(
        course_code=" BIO-1 ",
        course_title="Biology",
        term_id=term.id,
        owner=north,
        further=frozenset({south}),
        delivery_method_id=method.id,
        vendor_id=vendor(db),
        lms_course_id=lms_course_id,
        starts=date(2026, 9, 1),
    )
    saved = section.save(db, user, None, wanted)
    found = held_section(db, saved.id)
    assert found == replace(wanted, id=saved.id, version=1, course_code="BIO-1", number=1)
    again = held_section(db, section.save(db, user, None, replace(wanted, course_code="bio-1")).id)
    assert (again.course_code, again.number) == ("BIO-1", 2), "the same course, the next number"
    assert saved.operation_id is not None
    assert history.undo(db, user.id, saved.operation_id).left == 1, "the course stays: another section stands on it"
    with db.read() as tx:
        assert section.read(tx, saved.id) is None
        assert tx.execute(select(course.c.code)).scalars().all() == ["BIO-1"]


@pytest.mark.rule("EX-P0")
def test_the_owner_of_a_section_changes_and_changes_back(db: Database, user: User):
    north, south, west = (add_campus(db, code, code) for code in ("N", "S", "W"))
    key = section.save(db, user, None, Section(course_code="A", owner=north, further=frozenset({south}))).id
    for owner, further in ((south, {north}), (west, {south}), (north, set()), (south, {north, west})):
        before = held_section(db, key)
        done = section.save(db, user, before, replace(before, owner=owner, further=frozenset(further)))
        now = held_section(db, key)
        assert (now.owner, now.further) == (owner, further)
        assert done.operation_id is not None
        assert history.undo(db, user.id, done.operation_id).left == 0
        assert held_section(db, key).campuses == before.campuses
        assert held_section(db, key).owner == before.owner
        section.save(
            db, user, held_section(db, key), replace(held_section(db, key), owner=owner, further=frozenset(further))
        )


def test_a_section_with_learners_is_not_taken_back(db: Database, user: User):
    north = add_campus(db, "N", "North")
    saved = section.save(db, user, None, Section(course_code="A", owner=north))
    add_enrolment(db, add_learner(db), saved.id)
    assert saved.operation_id is not None
    summary = history.undo(db, user.id, saved.operation_id)
    assert (summary.undone, summary.left) == (0, 3), "course, section and its campus"
    assert held_section(db, saved.id).owner == north


@pytest.mark.rule("EX-A3")
def test_a_section_is_changed_by_who_sees_all_of_its_campuses(db: Database, user: User):
    north, south = add_campus(db, "N", "North"), add_campus(db, "S", "South")
    northern, both = scoped(db, north), scoped(db, north, south)
    key = section.save(db, user, None, Section(course_code="A", owner=north, further=frozenset({south}))).id
    before = held_section(db, key)
    for wanted in (replace(before, open=False), replace(before, further=frozenset())):
        with pytest.raises(AccessError):
            section.save(db, northern, before, wanted)
    with pytest.raises(AccessError):
        section.save(db, northern, None, Section(course_code="B", owner=south))
    with pytest.raises(AccessError):
        section.save(db, northern, None, Section(course_code="B"))
    assert section.save(db, both, before, replace(before, open=False)).operation_id is not None
    assert section.save(db, northern, None, Section(course_code="B", owner=north)).operation_id is not None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"course_code": ""}, "course_code"),
        ({"course_code": "x" * 61}, "course_code"),
        ({"course_code": "A", "number": 0}, "number"),
        ({"course_code": "A", "number": 1}, "number"),
        ({"course_code": "A", "starts": date(2027, 1, 2), "ends": date(2027, 1, 1)}, "ends"),
        ({"course_code": "A", "further": frozenset({1})}, "owner"),
    ],
)
def test_a_section_that_cannot_be_is_refused_at_its_field(
    db: Database, user: User, wrong: dict[str, Any], field: str
):
    section.save(db, user, None, Section(course_code="A"))
    with pytest.raises(InputError) as refused:
        section.save(db, user, None, Section(**wrong))
    assert refused.value.field == field


def test_a_course_of_the_lms_that_nobody_can_join_is_not_chosen_but_may_stay(db: Database, user: User):
    for more in ({"state": "new"}, {"state": "hidden"}, {"removed_at": MOMENT}):
        with pytest.raises(InputError) as refused:
            section.save(db, user, None, Section(course_code="A", lms_course_id=add_course(db, **more)))
        assert refused.value.field == "lms_course_id"
    here = add_course(db)
    key = section.save(db, user, None, Section(course_code="A", lms_course_id=here)).id
    with db.write() as tx:
        tx.execute(update(lms_course).where(lms_course.c.id == here).values(state="hidden"))
    before = held_section(db, key)
    assert section.save(db, user, before, replace(before, open=False)).operation_id is not None


def test_two_who_change_one_section(db: Database, user: User):
    north = add_campus(db, "N", "North")
    seen = held_section(db, section.save(db, user, None, Section(course_code="A", owner=north)).id)
    section.save(db, user, seen, replace(seen, further=frozenset({add_campus(db, "S", "South")})))
    with pytest.raises(ConflictError):
        section.save(db, user, seen, replace(seen, open=False))
    with db.read() as tx:
        assert len(tx.execute(select(section_campus)).all()) == 2
        assert access.campuses(tx, user) is None


# ------------------------------------------------------------------------------------------------------------ list


def _test(field: SqlField) -> Test:
    values = {"date": "2026-11-01", "number": "7", "text": "x"}
    kind = field.info.kind.value
    return Test(field.info.id, Operator.YES) if kind == "flag" else Test(field.info.id, Operator.IS, values[kind])


@pytest.mark.rule("EX-A3")
def test_the_list_shows_the_sections_of_ones_campuses_by_every_sort_and_field(db: Database, user: User):
    north, south = add_campus(db, "N", "North"), add_campus(db, "S", "South")
    ids = [
        section.save(db, user, None, Section(course_code=code, owner=owner, further=frozenset(further))).id
        for code, owner, further in (("A", north, ()), ("B", south, ()), ("C", south, (north,)), ("D", None, ()))
    ]
    scope = frozenset({north})
    with db.read() as tx:
        assert list(db.ids(tx, listed.keys_query())) == ids
        assert list(db.ids(tx, listed.keys_query(scope=scope))) == [ids[0], ids[2], ids[3]], (
            "one without waits for one"
        )
        assert tx.execute(listed.total_query(scope)).scalar_one() == 3
        assert set(listed.rows(tx, ids, scope)) == {ids[0], ids[2], ids[3]}
        assert list(db.ids(tx, listed.keys_query(scope=frozenset()))) == [ids[3]]
        row = listed.rows(tx, ids)[ids[2]]
        assert (row.owner, row.further, row.term, row.holds) == ("South", ("North",), "", False)
        assert list(db.ids(tx, listed.keys_query(quick="south b"))) == [ids[1]]
        for sort in listed._SORTS:
            assert len(db.ids(tx, listed.keys_query(sort=sort, descending=True))) == 4
        for one in listed.FIELDS.values():
            db.ids(tx, listed.keys_query(Group(Join.ALL, (_test(one),))))
        asked = Group(Join.ALL, (Test("campuses", Operator.IS, "north"),))
        assert list(db.ids(tx, listed.keys_query(asked))) == [ids[0], ids[2]]


@pytest.mark.rule("EX-P6", "EX-P9")
def test_the_details_tell_the_gates_who_fails_and_what_changed(db: Database, user: User):
    north, south = add_campus(db, "N", "North"), add_campus(db, "S", "South")
    key = section.save(db, user, None, Section(course_code="A", owner=north)).id
    add_enrolment(db, add_learner(db, 1), key)
    before = held_section(db, key)
    section.save(db, user, before, replace(before, open=False, further=frozenset({south})))
    before = held_section(db, key)
    section.save(db, user, before, replace(before, further=frozenset()))
    with db.read() as tx:
        found = details.of_section(tx, key, None)
        assert details.of_section(tx, key, frozenset({south})) is None, "not one's campus any more"
    assert found is not None
    assert [one.code for one in found.gates] == ["EX-P0", "EX-P1", "EX-P2", "EX-P3", "EX-P4", "EX-P5", "EX-P8"]
    assert [one.code for one in found.gates if one.holds] == ["EX-P0"]
    assert [one.ref for one in found.failing] == ["240001"]
    told = [one.parts for one in found.history]
    assert told[0] == (("Campus", "South", ""),)
    assert told[1] == (("Open", "yes", "no"), ("Campus", "", "South"))
    assert ("Owning campus", "", "North") in told[2]


@pytest.mark.rule("EX-P1", "EX-P5", "EX-P8")
def test_the_gate_that_was_missing_lets_what_waited_into_the_queue(db: Database, user: User):
    north = add_campus(db, "N", "North")
    term = made(db, user, What.TERM, "2627", links={north: frozenset({SEND_SECTIONS})})
    method = made(db, user, What.METHOD, "ONLINE", export_to_lms=True, links={north: NOTHING})
    vendor(db)
    with db.read() as tx:
        moodle = things.listed(tx, What.VENDOR)[0]
    things_save.save(db, user, moodle, replace(moodle, links={north: frozenset({DEFAULT})}))
    wanted = Section(course_code="A", term_id=term.id, owner=north, delivery_method_id=method.id)
    key = section.save(db, user, None, wanted).id
    learner_id = add_learner(db)
    add_account(db, "11", learner_id)
    add_enrolment(db, learner_id, key)
    before = held_section(db, key)
    section.save(db, user, before, replace(before, lms_course_id=add_course(db)))

    def records() -> list[str]:
        with db.read() as tx:
            return list(tx.execute(select(extract_record.c.change)).scalars())

    assert records() == [], "registration data are not sent for the term"
    things_save.save(db, user, held(db, What.TERM, term.id or 0), replace(term, links={north: BOTH}))
    assert records() == ["add"]


@pytest.mark.rule("EX-A3")
def test_an_administrator_says_who_sees_a_campus_and_takes_it_back(db: Database, user: User):
    other = user_with(db, Role.LMS_ADMINISTRATOR)
    north = made(db, user, What.CAMPUS, "N", links={user.id: NOTHING})

    def seen() -> frozenset[int] | None:
        with db.read() as tx:
            return access.campuses(tx, other)

    assert seen() == frozenset()
    done = things_save.save(db, user, north, replace(north, links={other.id: NOTHING}))
    assert seen() == {north.id}
    now = held(db, What.CAMPUS, north.id or 0)
    with pytest.raises(AccessError):
        things_save.save(db, other, now, replace(now, links={}))
    assert things_save.save(db, other, now, replace(now, name="Northern")).operation_id is not None
    assert done.operation_id is not None
    with pytest.raises(AccessError):
        history.undo(db, other.id, done.operation_id)
    assert history.undo(db, user.id, done.operation_id).left == 0
    assert seen() == frozenset()
    assert held(db, What.CAMPUS, north.id or 0).links == {user.id: NOTHING}
