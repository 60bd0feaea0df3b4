"""What is asked of the LRS about a learner, and why some are not asked at all (lrs.md 9.3)."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from app.connectors.lrs_access import sendable
from app.connectors.lrs_codes import describe
from app.db.database import Database
from app.db.tables import SHOWN, learner
from app.given_name import NAME_LIMIT, name_to_send
from app.plr.plan import Change
from app.plr.session import Answer, Asked
from app.ulns import UlnState, state


def asked(row: Row[Any], *, all_names: bool) -> Asked:
    """A row of the learner table as it is asked about; names over 35 characters are cut and marked."""
    given = name_to_send(row.first_name, row.given_names, all_names=all_names)
    cut = any(name is not None and len(name) > NAME_LIMIT for name in (given, row.family_name))
    return Asked(
        id=row.id,
        ref=row.ref,
        uln=row.uln,
        family_name=row.family_name,
        given_names=row.given_names,
        sent_given=given[:NAME_LIMIT].rstrip() if given else None,
        birth_date=row.birth_date,
        sex=row.sex,
        name_cut=cut,
    )


def learners_to_ask(db: Database, tx: Connection, learner_ids: Sequence[int], *, all_names: bool) -> list[Asked]:
    """The learners of `learner_ids` in that order, each once; removed ones left out."""
    with db.ids_as_table(tx, dict.fromkeys(learner_ids)) as picked:
        query = select(learner).join(picked, picked.c.id == learner.c.id).where(SHOWN).order_by(picked.c.place)
        return [asked(row, all_names=all_names) for row in tx.execute(query)]


def local_code(one: Asked) -> str:
    """The LOCAL code of a learner who cannot be asked about; "" if the call can be made."""
    uln_state = state(one.uln)
    if uln_state is UlnState.NONE:
        return "LOCAL01"
    if uln_state is UlnState.TEMPORARY:
        return "LOCAL04"
    if uln_state is UlnState.BAD:
        return "LOCAL05"
    if not one.sent_given:
        return "LOCAL02"
    if not one.family_name:
        return "LOCAL03"
    names = (one.sent_given, one.family_name)
    if not all(map(sendable, names)):
        return "LOCAL07"
    if not all(any(mark.isalpha() for mark in name) for name in names):
        return "LOCAL06"
    return ""


def refused_locally(code: str, description: str = "") -> Answer:
    """The one row of a learner about whom no call was made, or whose call failed."""
    return Answer(error_code=code, error_description=description or describe(code).meaning, changes=(Change.CANNOT,))


def identity_hash(one: Asked) -> str:
    """A fingerprint of what was sent: tells later whether ULN or names changed since the last check."""
    text = "\x1f".join((one.uln or "", one.sent_given or "", one.family_name or ""))
    return hashlib.sha256(text.encode()).hexdigest()
