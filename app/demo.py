"""The demo: invented learners in a fresh folder and the sandbox services as processes of their own.

Every code path is the real one; only the people and the services are invented.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

from sqlalchemy import insert, select, update

from app import access, config
from app.attainments import at_a_glance_kept
from app.attainments.stored import COMPARED, subject_key
from app.config import CollegeSettings, LrsSettings, Settings
from app.db.database import Database
from app.db.tables import attainment, attainment_event, attainment_type, campus, learner, licence, plr_check
from app.errors import ServiceError
from app.folding import fold, fold_code
from app.learners.edit import derived
from app.licence_row import Licence
from app.postcodes import normal_postcode
from app.sandbox.people import Person, people

DEMO_LEARNERS = 2_500
COLLEGE_UKPRN = "19990002"
_START_SECONDS = 30


def fill(db: Database, count: int = DEMO_LEARNERS, *, held: bool = True) -> tuple[Person, ...]:
    """Write `count` invented learners, what the college holds of them (unless not `held`), and both licences;
    returns the people."""
    invented = people(count)
    with db.write() as tx:
        type_ids = dict(tx.execute(select(attainment_type.c.code, attainment_type.c.id)).all())
        names = {one.campus_code: one.campus_name for one in invented}
        rows = [{"code": code, "name": name, "name_fold": fold_code(name)} for code, name in sorted(names.items())]
        tx.execute(insert(campus), rows)
        campus_ids = dict(tx.execute(select(campus.c.code, campus.c.id)).all())
        ids = db.new_ids(tx, learner, count)
        learners = [
            {"id": key, **_learner(one, campus_ids[one.campus_code])} for key, one in zip(ids, invented, strict=True)
        ]
        tx.execute(insert(learner), learners)
        checks = [_check(key, one) for key, one in zip(ids, invented, strict=True) if one.last_plr is not None]
        if checks:
            tx.execute(insert(plr_check), checks)
        stored = (
            []
            if not held
            else [(key, one, found) for key, one in zip(ids, invented, strict=True) for found in one.stored]
        )
        held_ids = db.new_ids(tx, attainment, len(stored))
        if stored:
            tx.execute(
                insert(attainment),
                [
                    {"id": row_id, **_attainment(key, found, type_ids["PLR"])}
                    for row_id, (key, _, found) in zip(held_ids, stored, strict=True)
                ],
            )
        links = [
            {
                "learner_id": key,
                "event_id": event_id,
                "attainment_id": row_id,
                "source": source,
                "date_loaded": loaded,
            }
            for row_id, (key, _, found) in zip(held_ids, stored, strict=True)
            for event_id, source, loaded in found.event_ids
        ]
        if links:
            tx.execute(insert(attainment_event), links)
        at_a_glance_kept.keep(tx, {key for key, _, _ in stored})
        _switch_licences_on(tx)
    return invented


def _learner(one: Person, campus_id: int) -> dict[str, Any]:
    return {
        "ukprn": COLLEGE_UKPRN,
        "postcode_is_prior": False,
        "campus_id": campus_id,
        "first_name": one.first_name,
        **derived(
            {
                "ref": one.ref,
                "uln": one.uln,
                "family_name": one.family_name,
                "given_names": one.given_names,
                "known_as": one.known_as,
                "birth_date": one.birth_date,
                "sex": one.sex,
                "postcode": normal_postcode(one.postcode),
                "email": one.email,
                "phone": one.phone,
                "tutor_group": one.tutor_group,
            }
        ),
    }


def _check(learner_id: int, one: Person) -> dict[str, Any]:
    assert one.last_plr is not None
    at = datetime.combine(one.last_plr, time(10, 30), UTC)
    return {"learner_id": learner_id, "at": at, "outcome": "records"}


def _attainment(learner_id: int, found: Any, type_id: int) -> dict[str, Any]:
    return {
        "learner_id": learner_id,
        "type_id": type_id,
        "subject_key": subject_key(found.subject_code),
        "subject_fold": fold(found.subject),
        "origin": "lrs" if found.event_ids else "hand",
        **{name: getattr(found, name) for name in ("subject_code", *COMPARED)},
    }


def _switch_licences_on(tx: Any) -> None:
    tx.execute(update(licence).values(is_on=True, note="Demo"))
    certified = {"organisation": "Northfold College (invented)", "certified_by": "Demo"}
    tx.execute(
        update(licence)
        .where(licence.c.code == Licence.LRS_CERTIFIED.value)
        .values(certified_on=date(2026, 9, 1), **certified)
    )


def settings_for(info: Mapping[str, Any], *, parallel: int = 4) -> Settings:
    """The settings that ask the sandbox service which printed `info` (commands.md, `sandbox lrs`)."""
    lrs = LrsSettings(
        url=info["url"],
        test_url=info["url"],
        service="test",
        ca_file=info["ca_file"],
        certificate_file=info["certificate_file"],
        organisation_ref=info["organisation_ref"],
        ukprn=info["ukprn"],
        username=info["username"],
        vendor_id=int(info["vendor_id"]),
        parallel=parallel,
    )
    return Settings(lrs=lrs, college=CollegeSettings(ukprn=COLLEGE_UKPRN))


class Orders:
    """Tells a sandbox that runs in a process of its own what shall go on there (commands.md, `sandbox moodle`)."""

    def __init__(self) -> None:
        self._pipe: IO[str] | None = None

    def go_to(self, pipe: IO[str]) -> None:
        """The standard input of the process."""
        self._pipe = pipe

    def tell(self, order: str) -> None:
        """One order; it is obeyed a moment later. Raises ServiceError while there is no process."""
        if self._pipe is None:
            raise ServiceError("The sandbox does not run.", code="", hint="Start it first.")
        self._pipe.write(f"{order}\n")
        self._pipe.flush()


@contextmanager
def sandbox_process(
    service: str, folder: Path, *options: str, orders: Orders | None = None
) -> Iterator[dict[str, Any]]:
    """A sandbox service in a process of its own; gives what it printed on its first line. Ends with the block.
    `orders` go there."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "ui"]
    environment = {**os.environ, "LEARNER_MANAGER_DATA": str(folder)}
    process = subprocess.Popen(
        [*program, "sandbox", service, "--port", "0", *options],
        stdin=subprocess.PIPE,  # the service ends when we do: its standard input closes with us
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdin is not None
        if orders is not None:
            orders.go_to(process.stdin)
        line = process.stdout.readline()
        if not line:
            raise ServiceError(
                "The demo's own service did not start.", code="", hint="Start the demo again; if it fails, restart."
            )
        yield json.loads(line)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.terminate()
        try:
            process.wait(timeout=_START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def prepare(folder: Path, db: Database, settings: Settings, count: int) -> Sequence[Person]:
    """Fill an upgraded, empty database and write the settings file beside it."""
    access.prepare(db)
    invented = fill(db, count)
    config.save(folder, settings)
    return invented
