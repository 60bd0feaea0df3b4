"""Participants of a course and accounts of the site, from Moodle's answers (moodle.md 4.7 and 4.8)."""

import re
from collections.abc import Mapping
from typing import Any

from app.connectors.lms import Account, Participant
from app.connectors.moodle_values import flag, literal, number_of, rows_of, shown

USER_FIELDS = "id,idnumber,fullname,email,roles"
STUDENT = "student"
# What Moodle makes of an account's fields when it is deleted; there is no other sign.
_HASH = re.compile(r"[0-9a-f]{32}")
_USED_UP = re.compile(r".*\.[0-9]{9,11}", re.DOTALL)


def read_participants(answer: object, *, active: bool) -> list[Participant]:
    """One page of those asked for, all of them `active` or none."""
    return [_participant(one, active) for one in rows_of(answer)]


def _participant(told: Mapping[str, Any], active: bool) -> Participant:
    roles = told.get("roles")
    named = [one.get("shortname") for one in roles if isinstance(one, dict)] if isinstance(roles, list) else []
    return Participant(
        user=number_of(told, "id"),
        id_number=literal(told, "idnumber"),
        email=literal(told, "email"),
        full_name=shown(told, "fullname") or "",
        student=STUDENT in named,
        active=active,
    )


def read_accounts(answer: object, by: str, values: set[str]) -> list[Account]:
    """The accounts whose field `by` is one of `values` (e-mails in small letters); Moodle may find more."""
    found = []
    for told in rows_of(answer):
        account = _account(told)
        known = {"id": account.user, "idnumber": account.id_number, "email": (account.email or "").casefold()}
        if known[by] in values:
            found.append(account)
    return found


def _account(told: Mapping[str, Any]) -> Account:
    email, username = literal(told, "email") or "", literal(told, "username") or ""
    return Account(
        user=number_of(told, "id"),
        id_number=literal(told, "idnumber"),
        email=email or None,
        full_name=shown(told, "fullname") or "",
        suspended=flag(told, "suspended") is True,
        deleted=_HASH.fullmatch(email) is not None and _USED_UP.fullmatch(username) is not None,
    )
