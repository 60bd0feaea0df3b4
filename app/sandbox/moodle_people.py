"""The accounts of the sandbox Moodle: the college's invented learners, as a Moodle would hold them.

Most carry the learner's reference as id number; some are known by their e-mail only, some by neither, and a few
clash: two accounts for one learner, and one account that fits two learners.
"""

import re
from collections.abc import Sequence

from app.sandbox.draw import dice
from app.sandbox.moodle_state import User
from app.sandbox.people import Person

FIRST_LEARNER = 1000
FIRST_TEACHER = 20
SECOND_ACCOUNT = 500_000
TWO_ACCOUNTS = (5, 17)
"""Numbers of people with a second account that has their e-mail."""
TWO_LEARNERS = ((7, 8), (21, 22))
"""The account of the first has the e-mail of the second."""
TEACHERS = (("Tamsin", "Tutorfield"), ("Owain", "Lecturer"), ("Priya", "Assessor"), ("Marek", "Trainer"))
_TAGS = re.compile(r"<[^>]*>?")


def user_id_of(person: Person) -> int:
    return FIRST_LEARNER + person.number


def accounts(people: Sequence[Person]) -> dict[int, User]:
    """Everybody, by id: the administrator, the service account, teachers and learners."""
    made = [
        User(2, "admin", "Admin", "User", "admin@northfleet.example"),
        User(3, "lmsync", "Sync", "Service", "lmsync@northfleet.example"),
    ]
    for place, (first, last) in enumerate(TEACHERS):
        made.append(User(FIRST_TEACHER + place, f"teacher{place}", first, last, f"teacher{place}@northfleet.example"))
    emails = {one.number: one.email for one in people}
    second = dict(TWO_LEARNERS)
    for one in people:
        account = _account(one)
        if one.number in second:
            account.idnumber = one.ref
            account.email = emails.get(second[one.number]) or account.email
        made.append(account)
        if one.number in TWO_ACCOUNTS and one.email:
            again = User(SECOND_ACCOUNT + one.number, f"old{one.number}", account.first, account.last, one.email)
            account.idnumber = one.ref
            made.append(again)
    return {one.id: one for one in made}


def _account(person: Person) -> User:
    draw = dice("account", person.number)
    chance = draw.random()
    private = f"somebody{person.number}@post.example"
    account = User(
        id=user_id_of(person),
        username=f"learner{person.number:05d}",
        first=_cleaned((person.first_name or person.given_names or "Unknown").split(" ")[0]),
        last=_cleaned(person.family_name or "Unknown"),
        email=person.email or private,
        idnumber=person.ref,
    )
    if 0.86 <= chance < 0.94 and person.email:
        account.idnumber = ""
    elif chance >= 0.97:
        account.idnumber, account.email = "", private
    account.suspended = draw.random() < 0.01
    return account


def _cleaned(name: str) -> str:
    """Moodle takes no tags into a name."""
    return _TAGS.sub("", name).strip() or "Unknown"
