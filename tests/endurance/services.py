"""Both sandboxes in a process of their own: a sandbox remembers every call that it was asked, which would be taken
for growth of the program that is measured.

`python -m tests.endurance.services FOLDER SEED` reads a line of JSON, `[what, *given]`, calls that method of `Town`
and answers with a line; it ends when nobody writes any more.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from app.sandbox import faults, moodle_faults
from app.sandbox.certificates import make_certificates
from app.sandbox.lrs import LrsSandbox
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_intake import account_of
from app.sandbox.moodle_people import accounts
from app.sandbox.people import Kind, Person, people

LEARNERS, COURSES = 24, ("2", "3")
_EVERYBODY = 120


def learners_of_the_college() -> list[Person]:
    """People whom the LRS knows and who have one account in the LMS."""
    everybody = people(_EVERYBODY)
    users = accounts(everybody)
    known = [one for one in everybody if one.kind in (Kind.EXACT, Kind.LINKED) and one.email and one.birth_date]
    return [one for one in known if account_of(one, users) is not None][:LEARNERS]


class Town:
    """The two services, and what happens to them."""

    def __init__(self, lrs: LrsSandbox, moodle: MoodleSandbox) -> None:
        self._lrs, self._moodle = lrs, moodle

    def access(self) -> dict[str, dict[str, str]]:
        """What clients have to know."""
        return {"lrs": self._lrs.info.as_dict(), "lms": self._moodle.info.as_dict()}

    def weather(self, of_lrs: Sequence[str], of_moodle: Sequence[str]) -> None:
        """These faults from now on, and no others."""
        self._moodle.restore_token()
        self._moodle.set_fault(*of_moodle)
        self._lrs.set_fault(*of_lrs)

    def revoke_token(self) -> None:
        self._moodle.revoke_token()

    def items(self, course: str) -> list[str]:
        """What is graded on a course."""
        return [one.name for one in self._moodle.course(int(course)).items]

    def students(self, course: str) -> list[tuple[int, bool]]:
        """Who is on a course as a student, by account; whether let in."""
        places = self._moodle.course(int(course)).places
        return sorted((user, not place.suspended) for user, place in places.items() if place.role == "student")

    def grade(self, course: str, user: int, item: str, raw: float) -> None:
        self._moodle.set_grade(int(course), user, item, raw)

    def calls(self) -> dict[str, int]:
        return {"lms": len(self._moodle.calls), "lrs": len(self._lrs.calls)}


class Services:
    """The process of `Town`, and the line to it; until `close`, or within `with`."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.services", str(folder), str(seed)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def ask(self, what: str, *given: Any) -> Any:
        """Have a method of `Town` called; what it returned."""
        line_in, line_out = self._process.stdin, self._process.stdout
        assert line_in is not None
        assert line_out is not None
        line_in.write(json.dumps([what, *given]) + "\n")
        line_in.flush()
        return json.loads(line_out.readline())

    def close(self) -> None:
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def main() -> None:
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    faults.RETRY_AFTER_SECONDS = moodle_faults.RETRY_AFTER_SECONDS = 0
    known, files = learners_of_the_college(), make_certificates(folder)
    moodle = MoodleSandbox(files, people=people(_EVERYBODY), courses=len(COURSES), learners=0, seed=seed)
    with LrsSandbox(files, people=known, seed=seed) as lrs, moodle:
        town = Town(lrs, moodle)
        for line in sys.stdin:
            what, *given = json.loads(line)
            sys.stdout.write(json.dumps(getattr(town, what)(*given)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
