"""Everything needed to ask the LRS: address, certificate, who is asking, and how long to wait (lrs.md 1 and 3)."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.config import is_loopback
from app.errors import InputError
from app.sentence import Sentence

ENDPOINT = "/LearnerServiceR9.svc"
PASSWORD_LENGTH = 16
NAME_LENGTH = 35
LARGEST_ANSWER = 8 * 1024 * 1024
"""In bytes, unpacked. A long record has some hundred events of about 1 KB."""

_UNSENDABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sendable(text: str) -> bool:
    """Whether XML 1.0 can carry the text and it is on one line."""
    return not _UNSENDABLE.search(text) and not any(mark in text for mark in "\t\n\r")


@dataclass(frozen=True, slots=True)
class LrsAccess:
    """The LRS settings and secrets of one run. Cannot be built from settings that could never work:
    InputError then names the setting in words and, in `field`, by its key."""

    url: str
    certificate_file: str = ""
    ca_file: str = ""
    organisation_ref: str = ""
    ukprn: str = ""
    username: str = ""
    vendor_id: int = 0
    user_type: str = "ORG"
    language: str = "ENG"
    get_type: str = "FULL"
    parallel: int = 4
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    deadline: float = 180.0
    """Of a whole call, in seconds: ends an answer that trickles for ever."""
    largest_answer: int = LARGEST_ANSWER
    proxy: str = ""
    """Address of an HTTP proxy; "" for the one this computer is set to, if any."""
    password: str = field(default="", repr=False)
    certificate_password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        self._check_address()
        self._check_organisation()
        self._check_rest()

    @property
    def secure(self) -> bool:
        """False only for a plain address on this very computer."""
        return urlsplit(self.url).scheme == "https"

    @property
    def certificate_path(self) -> Path | None:
        return Path(self.certificate_file) if self.certificate_file else None

    @property
    def ca_path(self) -> Path | None:
        return Path(self.ca_file) if self.ca_file else None

    def _check_address(self) -> None:
        name, key = "Attainments (PLR) Web Service URL", "lrs.url"
        if not self.url:
            raise _wrong(Sentence("{name} is not set.", name=Sentence(name)), key)
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname or "", parts.port
        except ValueError as error:
            raise _wrong(Sentence("{name} is not an address.", name=Sentence(name)), key) from error
        if not re.fullmatch(r"[\x21-\x7e]+", self.url) or not host or "\\" in self.url:
            raise _wrong(Sentence("{name} is not an address.", name=Sentence(name)), key)
        if "@" in parts.netloc or "?" in self.url or "#" in self.url:
            raise _wrong(
                Sentence("{name} holds more than an address: no user, password, ? or #.", name=Sentence(name)), key
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
            raise _wrong(Sentence("{name} has to begin with https://.", name=Sentence(name)), key)
        if not parts.path.endswith(ENDPOINT):
            raise _wrong(Sentence("{name} has to end in {endpoint}.", name=Sentence(name), endpoint=ENDPOINT), key)
        if parts.scheme == "https" and not self.certificate_file:
            raise _wrong("No client certificate is set: Certificate file is empty.", "lrs.certificate_file")

    def _check_organisation(self) -> None:
        if not self.organisation_ref and not self.ukprn:
            raise _wrong("UKPRN and Organisation reference are both empty: one is needed.", "lrs.ukprn")
        if self.ukprn and not re.fullmatch(r"[0-9A-Za-z]{8}", self.ukprn):
            raise _wrong("UKPRN has to be eight letters or digits.", "lrs.ukprn")
        # Eight as well: DfE's own client puts the UKPRN here.
        if self.organisation_ref and not re.fullmatch(r"[0-9A-Za-z]{6}([0-9A-Za-z]{2})?", self.organisation_ref):
            raise _wrong("Organisation reference has to be six letters or digits.", "lrs.organisation_ref")
        if not self.password:
            raise _wrong("The LRS password is not set.", "lrs_password")
        if len(self.password) != PASSWORD_LENGTH or not self.password.strip() or not sendable(self.password):
            raise _wrong(
                Sentence("The LRS password has to have exactly {length} characters.", length=PASSWORD_LENGTH),
                "lrs_password",
            )

    def _check_rest(self) -> None:
        if not 1 <= len(self.username) <= NAME_LENGTH or not self.username.strip() or not sendable(self.username):
            raise _wrong(
                Sentence("User name has to have 1 to {most} characters.", most=NAME_LENGTH),
                "lrs.username",
            )
        if type(self.vendor_id) is not int or not 1 <= self.vendor_id < 2**31:
            raise _wrong("Vendor Id has to be the supplier's whole number.", "lrs.vendor_id")
        if self.user_type not in ("ORG", "LNR", "SER"):
            raise _wrong("User type has to be ORG, LNR or SER.", "lrs.user_type")
        if not re.fullmatch(r"[A-Z]{3}", self.language):
            raise _wrong("Language has to be three capital letters, such as ENG.", "lrs.language")
        if self.get_type not in ("FULL", "BRIEF"):
            raise _wrong("Answer has to be FULL or BRIEF.", "lrs.get_type")
        if type(self.parallel) is not int or not 1 <= self.parallel <= 16:
            raise _wrong("Calls at once has to be a whole number from 1 to 16.", "lrs.parallel")
        for seconds, name, key in (
            (self.connect_timeout, "Time-out for connecting", "lrs.connect_timeout"),
            (self.read_timeout, "Time-out", "lrs.read_timeout"),
            (self.deadline, "Longest call", "lrs.deadline"),
        ):
            if not 0 < seconds <= 3600:
                raise _wrong(
                    Sentence("{name} has to be more than no time, and at most an hour.", name=Sentence(name)), key
                )


def _wrong(message: str, field_name: str) -> InputError:
    # The value is not repeated: it may be a secret, or an address with one in it.
    return InputError(message, hint="Set it in Settings, PLR/LRS.", field=field_name)
