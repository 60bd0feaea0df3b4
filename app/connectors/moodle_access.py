"""Everything needed to ask a Moodle site: address, token, and how long to wait (moodle.md 1 and 4.4)."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.config_rules import is_service_address
from app.errors import InputError
from app.sentence import Sentence

ENDPOINT = "/webservice/rest/server.php"
TOKEN = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class MoodleAccess:
    """The LMS settings and the token of one run. Cannot be built from settings that could never work: InputError
    then names the setting in words and, in `field`, by its key."""

    url: str
    """The site's own address, in a folder or not, without `/webservice/…`."""
    token: str = field(repr=False)
    ca_file: str = ""
    proxy: str = ""
    student_role: int = 5
    """The number of the site's student role: 5 on a fresh site, any other elsewhere."""
    parallel: int = 4
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    deadline: float = 120.0
    gradebook_timeout: float = 180.0
    """Of the one call for the gradebook of a whole course: 2 ms for each learner and row, and a recalculation."""
    largest_answer: int = 64 * 1024 * 1024
    """In bytes, unpacked: 2 MB are 200 learners with 18 activities."""

    def __post_init__(self) -> None:
        if not self.url:
            raise _wrong("The address of the LMS is not set.", "lms.url")
        if not is_service_address(self.url) or "/webservice/" in f"{self.url}/":
            raise _wrong("The address of the LMS is not one that people open the site at.", "lms.url")
        if not TOKEN.fullmatch(self.token):
            raise _wrong("The LMS token is empty, or has characters that a token never has.", "lms_token")
        if type(self.parallel) is not int or not 1 <= self.parallel <= 16:
            raise _wrong("Calls at once has to be a whole number from 1 to 16.", "lms.parallel")
        if type(self.student_role) is not int or self.student_role < 1:
            raise _wrong("The number of the student role has to be a whole number from 1.", "lms.student_role_id")
        for seconds, name, key in (
            (self.connect_timeout, "Time-out for connecting", "lms.connect_timeout"),
            (self.read_timeout, "Time-out", "lms.read_timeout"),
            (self.deadline, "Longest call", "lms.deadline"),
            (self.gradebook_timeout, "Time-out for a gradebook", "lms.gradebook_timeout"),
        ):
            if not 0 < seconds <= 3600:
                raise _wrong(
                    Sentence("{name} has to be more than no time, and at most an hour.", name=Sentence(name)), key
                )

    @property
    def secure(self) -> bool:
        """False only for a plain address on this very computer."""
        return urlsplit(self.url).scheme == "https"

    @property
    def endpoint(self) -> str:
        return self.url.rstrip("/") + ENDPOINT

    @property
    def ca_path(self) -> Path | None:
        return Path(self.ca_file) if self.ca_file else None


def _wrong(message: str, field_name: str) -> InputError:
    # The value is not repeated: it may be a secret.
    return InputError(message, hint="Set it under File, Settings, LMS.", field=field_name)
