"""Adding and editing one learner: every rule of the form, what is stored, and who else was at it."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import change, learner, operation
from app.errors import AccessError, ConflictError, InputError
from app.history import unpacked
from app.learners import edit
from app.learners.edit import LearnerForm, normal_postcode, values_of
from app.learners.search import keys_query
from app.ulns import TEMPORARY
from tests.builders import UKPRN, add_campus, add_learner, snapshot, uln_number, user_with

FORM = LearnerForm(ref="240001", family_name="Ó Briain", given_names="Áine Mary", birth_date=date(2008, 3, 4))


def row_of(db: Database, key: int):
    with db.read() as tx:
        return tx.execute(select(learner).where(learner.c.id == key)).one()


def held(db: Database, key: int) -> edit.Held:
    with db.read() as tx:
        return edit.read(tx, key)


def shown(db: Database) -> list[int]:
    with db.read() as tx:
        return list(db.ids(tx, keys_query()))


# ------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("change_to", "field"),
    [
        ({"ref": "  "}, "ref"),
        ({"ref": "9" * 51}, "ref"),
        ({"family_name": " ", "given_names": ""}, "family_name"),
        ({"family_name": "x" * 201}, "family_name"),
        ({"uln": "1234567890"}, "uln"),
        ({"uln": "3000000010.0"}, "uln"),
        ({"uln": "3.00E+09"}, "uln"),
        ({"uln": "999999999"}, "uln"),
        ({"uln": "2703846153"}, "uln"),
        ({"postcode": "LONDON"}, "postcode"),
        ({"postcode": "NF1 7CN"}, "postcode"),
        ({"email": "somebody"}, "email"),
        ({"email": "a b@example.org"}, "email"),
        ({"birth_date": date.today() + timedelta(days=1)}, "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date"),
    ],
)
def test_what_breaks_a_rule(change_to: dict[str, object], field: str):
    with pytest.raises(InputError) as failure:
        values_of(replace(FORM, **change_to))
    assert failure.value.field == field
    assert failure.value.hint


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", None),
        ("0", None),
        ("N/A", None),
        ("tbc", None),
        (TEMPORARY, TEMPORARY),
        ("300 000 0029", "3000000029"),
        ("\u00a03000000029\u200b", "3000000029"),
        ("3000000029", "3000000029"),
    ],
)
def test_what_a_uln_may_be(typed: str, kept: str | None):
    assert values_of(replace(FORM, uln=typed))["uln"] == kept


def test_a_wrong_uln_that_was_there_before_may_stay():
    assert values_of(replace(FORM, uln="1234567890"), old_uln="1234567890")["uln"] == "1234567890"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("nf17bn", "NF1 7BN"),
        (" nf1  7bn ", "NF1 7BN"),
        ("m1 1aa", "M1 1AA"),
        ("ec1a1bb", "EC1A 1BB"),
        ("bfpo57", "BFPO 57"),
        ("", None),
    ],
)
def test_postcodes(typed: str, kept: str | None):
    assert values_of(replace(FORM, postcode=typed))["postcode"] == kept == normal_postcode(typed)


def test_one_name_is_enough():
    assert values_of(replace(FORM, given_names=""))["given_names"] is None
    assert values_of(replace(FORM, family_name=""))["family_name"] is None


def test_a_form_shows_nobody_in_a_log():
    form = LearnerForm("240001", *("personal" for _ in range(4)), birth_date=date(2008, 3, 4))
    assert "personal" not in repr(form)
    assert "2008" not in repr(form)


# --------------------------------------------------------------------------------------------------------- add


def test_what_is_stored(db: Database, user: User):
    site = add_campus(db, "CITY01", "City")
    form = replace(
        FORM,
        uln="300 000 0029",
        known_as=" Aoife  ",
        sex="F",
        postcode="nf17bn",
        email="Aine.OBriain@Example.org",
        phone="020 7946 0000",
        campus_id=site,
        tutor_group="É1",
    )
    key = edit.add(db, user, UKPRN, form)
    row = row_of(db, key)
    expected = {
        "ref": "240001",
        "ref_fold": "240001",
        "ukprn": UKPRN,
        "uln": "3000000029",
        "uln_state": "ok",
        "family_name": "Ó Briain",
        "family_fold": "o briain",
        "given_names": "Áine Mary",
        "given_fold": "aine mary",
        "first_name": None,
        "known_as": "Aoife",
        "known_fold": "aoife",
        "birth_date": date(2008, 3, 4),
        "sex": "F",
        "postcode": "NF1 7BN",
        "email": "Aine.OBriain@Example.org",
        "email_fold": "aine.obriain@example.org",
        "phone": "020 7946 0000",
        "campus_id": site,
        "tutor_group": "É1",
        "tutor_fold": "e1",
        "version": 1,
    }
    assert {name: getattr(row, name) for name in expected} == expected
    words = row.search_fold.split("\x1f")
    assert words[:4] == ["240001", "o briain", "aine mary", "aoife"]
    assert "4 mar 2008" in words
    with db.read() as tx:
        one = tx.execute(select(change)).one()
        assert (one.learner_id, one.row_id, one.kind, one.table_name) == (key, key, "insert", "learner")
        assert unpacked(learner, one.after)["birth_date"] == date(2008, 3, 4)
        assert tx.execute(select(operation.c.kind, operation.c.state)).one() == ("learner_added", "done")


def test_a_learner_is_held_as_typed(db: Database, user: User):
    key = edit.add(db, user, UKPRN, FORM)
    again = held(db, key)
    assert again.form == FORM
    assert (again.id, again.version, again.ukprn) == (key, 1, UKPRN)


def test_nothing_no_database_can_hold(db: Database, user: User):
    key = edit.add(db, user, UKPRN, replace(FORM, family_name="A\0b\ud800c", tutor_group="\0"))
    row = row_of(db, key)
    assert (row.family_name, row.family_fold, row.tutor_group) == ("Abc", "abc", None)


def test_a_person_code_is_one_persons(db: Database, user: User):
    edit.add(db, user, UKPRN, replace(FORM, ref="ab 1"))
    before = snapshot(db)
    with pytest.raises(InputError, match="Another learner") as failure:
        edit.add(db, user, UKPRN, replace(FORM, ref="AB  1"))
    assert failure.value.field == "ref"
    assert snapshot(db) == before
    edit.add(db, user, "19990003", replace(FORM, ref="ab 1"))


def test_a_uln_is_one_persons(db: Database, user: User):
    edit.add(db, user, UKPRN, replace(FORM, ref="1", uln="3000000029"))
    with pytest.raises(InputError, match="person code 1 has this ULN") as failure:
        edit.add(db, user, UKPRN, replace(FORM, ref="2", uln="3000000029"))
    assert failure.value.field == "uln"
    assert "3000000029" not in str(failure.value)
    for ref in ("3", "4"):
        edit.add(db, user, UKPRN, replace(FORM, ref=ref, uln=TEMPORARY))


def test_a_learner_who_was_removed_comes_back(db: Database, user: User):
    key = edit.add(db, user, UKPRN, replace(FORM, uln="3000000029", phone="1"))
    with db.read() as tx:
        [first] = tx.execute(select(operation.c.id)).scalars()
    history.undo(db, user.id, first)
    assert shown(db) == []
    assert edit.add(db, user, UKPRN, replace(FORM, uln="3000000029", family_name="Other")) == key
    row = row_of(db, key)
    assert (row.family_name, row.phone, row.removed_at) == ("Other", None, None)
    assert shown(db) == [key]
    with db.read() as tx:
        last = tx.execute(select(operation.c.id).order_by(operation.c.id.desc())).scalars().first()
    history.undo(db, user.id, last)
    row = row_of(db, key)
    assert (row.family_name, row.phone) == ("Ó Briain", "1")
    assert row.removed_at is not None
    assert shown(db) == []


def test_the_code_of_a_merged_learner_is_taken(db: Database, user: User):
    survivor = add_learner(db, 1)
    add_learner(db, 2, ref="old", merged_into_id=survivor)
    with pytest.raises(InputError) as failure:
        edit.add(db, user, UKPRN, replace(FORM, ref="old"))
    assert failure.value.field == "ref"


def test_adding_takes_the_right_to(db: Database, user: User):
    reader = user_with(db, Role.ADMINISTRATOR)
    with pytest.raises(AccessError):
        edit.add(db, reader, UKPRN, FORM)
    assert shown(db) == []


# -------------------------------------------------------------------------------------------------------- save


def test_a_change_is_kept_with_before_and_after(db: Database, user: User):
    key = edit.add(db, user, UKPRN, FORM)
    before = snapshot(db)
    assert edit.save(db, user, held(db, key), replace(FORM, family_name="Byrne")) is True
    row = row_of(db, key)
    assert (row.family_name, row.family_fold, row.version) == ("Byrne", "byrne", 2)
    assert "byrne" in row.search_fold
    with db.read() as tx:
        one = tx.execute(select(change).where(change.c.kind == "update")).one()
    assert unpacked(learner, one.before)["family_name"] == "Ó Briain"
    assert set(unpacked(learner, one.after)) == {"family_name", "family_fold", "search_fold"}
    history.undo(db, user.id, one.operation_id)
    assert snapshot(db) == before


def test_saving_nothing_leaves_no_trace(db: Database, user: User):
    key = edit.add(db, user, UKPRN, FORM)
    assert edit.save(db, user, held(db, key), replace(FORM, family_name=" Ó  Briain ")) is False
    assert row_of(db, key).version == 1
    with db.read() as tx:
        assert len(tx.execute(select(operation)).all()) == 1


def test_two_at_the_same_form(db: Database, user: User):
    key = edit.add(db, user, UKPRN, FORM)
    first, second = held(db, key), held(db, key)
    edit.save(db, user, first, replace(FORM, phone="1"))
    with pytest.raises(ConflictError, match="Somebody else") as failure:
        edit.save(db, user, second, replace(FORM, phone="2"))
    assert "refresh" in failure.value.hint
    assert row_of(db, key).phone == "1"


def test_removed_while_being_edited(db: Database, user: User):
    key = edit.add(db, user, UKPRN, FORM)
    seen = held(db, key)
    with db.write() as tx:
        tx.execute(update(learner).values(removed_at=db.now(tx)))
    with pytest.raises(ConflictError):
        edit.save(db, user, seen, replace(FORM, phone="1"))
    with pytest.raises(ConflictError, match="removed"):
        held(db, key)


def test_a_wrong_uln_may_stay_but_not_change_to_another(db: Database, user: User):
    key = add_learner(db, 1, uln="1234567890")
    assert held(db, key).uln_state == "bad"
    seen = held(db, key)
    edit.save(db, user, seen, replace(seen.form, phone="1"))
    with pytest.raises(InputError):
        edit.save(db, user, held(db, key), replace(seen.form, uln="1234567891"))


def test_twins_of_a_file_may_keep_their_uln(db: Database, user: User):
    """Two learners came with one ULN: each can still be edited, but nobody new gets it."""
    one, _ = add_learner(db, 1, uln="3000000029"), add_learner(db, 2, uln="3000000029")
    seen = held(db, one)
    assert edit.save(db, user, seen, replace(seen.form, phone="1"))
    other = add_learner(db, 3, uln=None)
    with pytest.raises(InputError):
        edit.save(db, user, held(db, other), replace(held(db, other).form, uln="3000000029"))


def test_a_person_code_that_another_has(db: Database, user: User):
    add_learner(db, 1, ref="A1")
    key = add_learner(db, 2, ref="A2")
    seen = held(db, key)
    with pytest.raises(InputError) as failure:
        edit.save(db, user, seen, replace(seen.form, ref="a1"))
    assert failure.value.field == "ref"


def test_the_code_of_a_removed_learner_is_not_for_another(db: Database, user: User):
    with db.write() as tx:
        now = db.now(tx)
    add_learner(db, 1, ref="A1", removed_at=now)
    key = add_learner(db, 2, ref="A2")
    seen = held(db, key)
    with pytest.raises(InputError):
        edit.save(db, user, seen, replace(seen.form, ref="A1"))


@pytest.mark.parametrize(
    ("given", "sent"), [("Ann Marie", "Ann"), ("ann", "Ann"), ("Anne Marie", None), ("", None), ("Annabel", None)]
)
def test_a_forename_put_right_is_the_one_asked_with(db: Database, user: User, given: str, sent: str | None):
    """`first_name` came from a file in a column of its own; it must not outlive the names it began."""
    key = add_learner(db, 1, given_names="Ann Mary", first_name="Ann")
    seen = held(db, key)
    edit.save(db, user, seen, replace(seen.form, given_names=given))
    assert row_of(db, key).first_name == sent


def test_every_field_of_the_form_can_be_changed(db: Database, user: User):
    key = edit.add(db, user, UKPRN, FORM)
    other = LearnerForm(
        ref="2",
        uln=uln_number(77),
        family_name="B",
        given_names="C",
        known_as="D",
        birth_date=date(2007, 1, 1),
        sex="M",
        postcode="M1 1AA",
        email="b@example.org",
        phone="2",
        campus_id=add_campus(db, "R", "Riverside"),
        tutor_group="G",
    )
    assert all(getattr(other, one.name) != getattr(FORM, one.name) for one in fields(LearnerForm))
    edit.save(db, user, held(db, key), other)
    assert held(db, key).form == other


def test_campuses_to_choose_from(db: Database):
    second, first = add_campus(db, "R", "riverside"), add_campus(db, "C", "City")
    with db.read() as tx:
        assert edit.campuses(tx) == [(first, "City"), (second, "riverside")]
