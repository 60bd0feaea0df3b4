"""Adding and editing one learner. What is stored is cleaned here, whatever typed or brought it."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from app import access, history
from app.access import Permission, User
from app.dates import shown as shown_date
from app.db.again import begun_anew
from app.db.database import Database
from app.db.server_lines import PLANNED_ONCE
from app.db.tables import SHOWN, campus, learner
from app.errors import ConflictError, InputError
from app.folding import cleaned, fold
from app.postcodes import is_postcode, normal_postcode
from app.sentence import Sentence, joined
from app.ulns import UlnState, normal, state

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


@dataclass(frozen=True, slots=True)
class LearnerForm:
    """The fields of the form, as typed."""

    ref: str = ""
    uln: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    given_names: str = field(default="", repr=False)
    known_as: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    campus_id: int | None = None
    tutor_group: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A learner as read for editing: the form, and the version that a save must still find."""

    id: int
    version: int
    ukprn: str
    form: LearnerForm
    uln_state: UlnState


TITLES = {
    "ref": "Person Code",
    "uln": "ULN",
    "family_name": "Surname",
    "given_names": "Forename",
    "known_as": "Known As",
    "birth_date": "Date of Birth",
    "sex": "Sex",
    "postcode": "UK Postcode",
    "email": "Email",
    "phone": "Phone",
    "campus_id": "Campus",
    "tutor_group": "Tutor Group",
}
"""What the form calls its fields."""
_MOST_TOLD = 4
SEARCHED = ("ref", "family_name", "given_names", "known_as", "uln", "postcode", "email", "tutor_group")


def derived(values: dict[str, Any]) -> dict[str, Any]:
    """`values` with every column that the program writes itself: ULN state and folded companions."""
    said = map(values.get, SEARCHED)
    folded = {name: None if text is None else fold(text) for name, text in zip(SEARCHED, said, strict=True)}
    return {
        **values,
        "uln_state": state(values.get("uln")).value,
        "ref_fold": folded["ref"] or "",
        "family_fold": folded["family_name"],
        "given_fold": folded["given_names"],
        "known_fold": folded["known_as"],
        "email_fold": folded["email"],
        "tutor_fold": folded["tutor_group"],
        "search_fold": search_text(folded, values.get("birth_date")),
    }


def search_text(folded: Mapping[str, str | None], birth_date: date | None) -> str:
    """What the quick filter looks at: the columns SEARCHED, folded, and the date of birth."""
    told = [*map(folded.get, SEARCHED), fold(shown_date(birth_date))]
    # A mark that nobody types keeps the end of one column from joining the start of the next.
    return "\x1f".join(filter(None, told))


_ULN_LOCK = 4711148
LONGEST = {
    "ref": 50,
    "uln": 30,
    "family_name": 200,
    "given_names": 200,
    "known_as": 200,
    "postcode": 20,
    "email": 254,
    "phone": 50,
    "tutor_group": 100,
}


def _refuse_long(form: LearnerForm) -> None:
    for name, most in LONGEST.items():
        if len(getattr(form, name)) > most:
            raise InputError(
                Sentence("This is too long: there is room for {most} characters.", most=most),
                hint="Shorten it.",
                field=name,
            )


def values_of(form: LearnerForm, *, old_uln: str | None = None) -> dict[str, Any]:
    """The cleaned values of a form. Raises InputError naming the first field that breaks a rule."""
    _refuse_long(form)
    ref = cleaned(form.ref)
    if ref is None:
        raise InputError("The learner needs a person code.", hint="Type the code your MIS uses.", field="ref")
    family, given = cleaned(form.family_name), cleaned(form.given_names)
    if family is None and given is None:
        raise InputError("The learner needs a name.", hint="Type at least a surname.", field="family_name")
    uln = normal(form.uln)
    if state(uln) is UlnState.BAD and uln != old_uln:
        raise InputError(
            "This ULN fails its check digit.",
            hint="Check it against the learner's record, or leave it empty.",
            field="uln",
        )
    postcode = normal_postcode(form.postcode)
    if postcode is not None and not is_postcode(postcode):
        raise InputError("This is not a UK postcode.", hint="Type it like NF1 7BN.", field="postcode")
    email = cleaned(form.email)
    if email is not None and not _EMAIL.match(email):
        raise InputError("This is not an e-mail address.", hint="Type it like a.name@example.org.", field="email")
    if form.birth_date is not None and not date(1900, 1, 1) <= form.birth_date <= date.today():
        raise InputError("This date of birth cannot be.", hint="Check the year.", field="birth_date")
    return {
        "ref": ref,
        "uln": uln,
        "family_name": family,
        "given_names": given,
        "known_as": cleaned(form.known_as),
        "birth_date": form.birth_date,
        "sex": form.sex or None,
        "postcode": postcode,
        "email": email,
        "phone": cleaned(form.phone),
        "campus_id": form.campus_id,
        "tutor_group": cleaned(form.tutor_group),
    }


_ONE = select(learner).where(learner.c.id == bindparam("of_learner"))
_SHOWN_ONE = _ONE.where(SHOWN).execution_options(**PLANNED_ONCE)


def read(tx: Connection, learner_id: int) -> Held:
    """One learner for the form. Raises ConflictError if it was removed meanwhile."""
    row = tx.execute(_SHOWN_ONE, {"of_learner": learner_id}).one_or_none()
    if row is None:
        raise ConflictError("This learner was removed by somebody else.", hint="Refresh the list.")
    held: dict[str, Any] = {one.name: getattr(row, one.name) for one in fields(LearnerForm)}
    form = LearnerForm(**{name: value for name, value in held.items() if value is not None})
    return Held(row.id, row.version, row.ukprn, form, UlnState(row.uln_state))


def campuses(tx: Connection) -> list[tuple[int, str]]:
    """The campuses to choose from: (id, name), by name."""
    query = select(campus.c.id, campus.c.name).where(campus.c.active).order_by(campus.c.name_fold)
    return [(row.id, row.name) for row in tx.execute(query)]


@begun_anew
def add(db: Database, user: User, ukprn: str, form: LearnerForm) -> int:
    """Add a learner of the college with `ukprn`; returns the id. Raises InputError, AccessError, ConflictError.

    A learner of this person code who was removed comes back, with all that is stored under it.
    """
    values = {**derived(values_of(form)), "ukprn": ukprn, "first_name": None}
    with db.write() as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        _refuse_doubles(tx, ukprn, values, learner_id=None, uln_changed=True)
        removed = tx.execute(
            select(learner).where(learner.c.ukprn == ukprn, learner.c.ref_fold == values["ref_fold"])
        ).one_or_none()
        operation = history.begin(tx, db, user.id, "learner_added")
        if removed is not None:
            learner_id = int(removed.id)
            operation.update(learner, removed, {**values, "removed_at": None}, learner_id)
        else:
            # The change needs the learner's own id, which it does not have yet.
            learner_id = operation.insert_own(learner, values)
        operation.end(tx)
    return learner_id


@begun_anew
def save(db: Database, user: User, held: Held, form: LearnerForm) -> bool:
    """Save an edited learner; returns whether anything differed. Raises InputError, AccessError, ConflictError."""
    values = derived(values_of(form, old_uln=normal(held.form.uln)))
    with db.write() as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        row = tx.execute(_ONE, {"of_learner": held.id}).one_or_none()
        if row is None or row.removed_at is not None or row.version != held.version:
            raise _changed(tx, held, form)
        if values["ref_fold"] != row.ref_fold or values["uln"] != row.uln:
            _refuse_doubles(tx, held.ukprn, values, held.id, uln_changed=values["uln"] != row.uln)
        if not _still_first(row.first_name, values["given_names"]):
            values["first_name"] = None  # else the service would be asked with the name that was put right
        if not history.differs(row, values):
            return False
        operation = history.begin(tx, db, user.id, "learner_edited")
        operation.update(learner, row, values, held.id)
        operation.end(tx)
    return True


def _changed(tx: Connection, held: Held, form: LearnerForm) -> ConflictError:
    """With what each field was, what it is now, and what was typed."""
    told = []
    with contextlib.suppress(ConflictError):  # removed: then there is no other value
        now = read(tx, held.id).form
        names = dict(campuses(tx))
        for name, title in TITLES.items():
            was, is_now, typed = (_words(getattr(one, name), names) for one in (held.form, now, form))
            if is_now != was:
                words = "{title} was {was} and is {is_now} now, and you typed {typed}."
                if typed in (was, is_now):
                    words = "{title} was {was} and is {is_now} now."
                told.append(Sentence(words, title=Sentence(title), was=was, is_now=is_now, typed=typed))
    return ConflictError(
        "Somebody else changed this learner while you were editing.",
        hint=joined("{these} {last}", [*told[:_MOST_TOLD], Sentence("Close the form, refresh, and edit again.")]),
    )


def _words(value: object, campus_names: Mapping[int, str]) -> str:
    if isinstance(value, date):
        return shown_date(value)
    words = campus_names.get(value, Sentence("another")) if isinstance(value, int) else str(value or "")
    return Sentence("“{value}”", value=words) if words else Sentence("empty")


def hold_uln(tx: Connection, uln: str) -> None:
    """Let nobody else give this ULN to a learner before the transaction ends. On a server only: an embedded database
    has one writer. No constraint can do it, for files may bring doubles."""
    if tx.dialect.name != "sqlite":
        tx.execute(select(func.pg_advisory_xact_lock(_ULN_LOCK, func.hashtext(uln))))


def _still_first(first_name: str | None, given_names: str | None) -> bool:
    """Whether the first name that a file gave in a column of its own still begins the given names."""
    words, given = (fold(first_name) or "").split(), (fold(given_names) or "").split()
    return given[: len(words)] == words


def _refuse_doubles(
    tx: Connection, ukprn: str, values: dict[str, Any], learner_id: int | None, *, uln_changed: bool
) -> None:
    other = learner.c.id != (learner_id or 0)
    same_ref = select(learner.c.id, learner.c.removed_at, learner.c.merged_into_id).where(
        learner.c.ukprn == ukprn, learner.c.ref_fold == values["ref_fold"], other
    )
    for twin in tx.execute(same_ref):
        # Only a new learner may take over the code of one that was removed: it becomes that one again.
        if learner_id is None and twin.removed_at is not None and twin.merged_into_id is None:
            continue
        raise InputError(
            "Another learner has this person code.", hint="Find that learner, or type another code.", field="ref"
        )
    if uln_changed and values["uln_state"] == UlnState.OK.value:
        hold_uln(tx, values["uln"])
        ref = tx.execute(select(learner.c.ref).where(learner.c.uln == values["uln"], other, SHOWN)).scalar()
        if ref is not None:
            raise InputError(
                Sentence("The learner with person code {ref} has this ULN already.", ref=ref),
                hint="Check which of the two is right.",
                field="uln",
            )
