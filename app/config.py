"""The settings: declared once, with default, label, help and rule; read from and saved to `settings.toml`.

When adding a setting: add one `option(...)` to its section here. The file, the messages about wrong values
and the settings window follow from it. Other programs rely on the names that are there.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from app.config_file import read_file, write_file
from app.config_rules import (
    Option,
    Rule,
    clock,
    code,
    database_address,
    host_needs_confirmation,
    host_of,
    hosts,
    is_loopback,
    one_of,
    option,
    options_of,
    proxy_address,
    service_address,
    site_address,
    text,
    weekdays,
    whole_number,
    yes_or_no,
)
from app.errors import InputError
from app.sentence import Sentence

__all__ = [
    "FILE_NAME",
    "CollegeSettings",
    "DatabaseSettings",
    "LmsSettings",
    "LrsSettings",
    "Option",
    "Rule",
    "Settings",
    "host_needs_confirmation",
    "host_of",
    "is_loopback",
    "load",
    "options_of",
    "save",
]

FILE_NAME = "settings.toml"
LIVE, TEST = "live", "test"
_SECRET_WORDS = ("password", "token", "secret")
_NEAR = 0.75
"""How much of two names has to be the same for one to be taken for a slip of the other."""


@dataclass(frozen=True, slots=True)
class _Section:
    """One [part] of the file. It cannot be built with a value that breaks a rule."""

    section: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for one in options_of(self):
            if not one.accepts(getattr(self, one.name)):
                raise _not_allowed(self.section, one)


@dataclass(frozen=True, slots=True)
class LrsSettings(_Section):
    """The Learning Records Service. `url` is what is asked; the two others remember what else may be."""

    section: ClassVar[str] = "lrs"

    url: str = option(
        "",
        service_address(),
        "Attainments (PLR) Web Service URL",
        "The whole address of the PLR service in use, ending in /LearnerServiceR9.svc.",
    )
    service: str = option(
        LIVE,
        one_of(LIVE, TEST),
        "Service",
        "Which of the two addresses below is in use; url decides if they differ.",
    )
    live_url: str = option(
        "", service_address(), "Address of the live service", "Kept while the test service is in use."
    )
    test_url: str = option(
        "", service_address(), "Address of the test service", "Kept while the live service is in use."
    )
    ca_file: str = option(
        "",
        text(4096),
        "Certificate authorities",
        "Whole path of a PEM file with the authorities to trust; nothing: those this computer trusts.",
    )
    proxy: str = option(
        "",
        proxy_address(),
        "Proxy",
        "Address of the proxy that leads out of the network; nothing: the one this computer is set to, if any.",
    )
    certificate_file: str = option(
        "",
        text(4096),
        "Certificate file (.p12, .pfx)",
        "Whole path of the certificate the service issued to the college. Its password is kept in the "
        "password store.",
    )
    organisation_ref: str = option(
        "",
        code(0, 20),
        "Organisation reference",
        "As the service gave it to the college; not needed if the UKPRN is given.",
    )
    ukprn: str = option("", code(8), "UKPRN", "The UKPRN the college is known by at the service.")
    username: str = option(
        "", text(35), "User name", "Names the college's user in the access log that learners can see."
    )
    vendor_id: int = option(
        0, whole_number(0, 2**31 - 1), "Vendor Id", "The number the service gave to the software supplier."
    )
    user_type: str = option("ORG", one_of("ORG", "LNR", "SER"), "User type", "ORG for a college.")
    language: str = option("ENG", one_of("ENG"), "Language", "Language of the answers.")
    get_type: str = option(
        "FULL", one_of("FULL", "BRIEF"), "Answer", "BRIEF leaves out providers and awarding organisations."
    )
    parallel: int = option(
        4,
        whole_number(1, 16),
        "Calls at once",
        "How many learners are asked for at the same time; fewer by itself when the service is busy.",
    )
    connect_timeout: int = option(
        10, whole_number(1, 120), "Time-out for connecting, seconds", "How long to wait for a line."
    )
    read_timeout: int = option(60, whole_number(20, 300), "Time-out, seconds", "How long to wait for an answer.")
    deadline: int = option(
        180, whole_number(20, 900), "Longest call, seconds", "A call that takes longer is given up."
    )
    opens: str = option(
        "", clock(), "Service opens", "When the service is said to open, UK time; nothing: not known."
    )
    closes: str = option(
        "", clock(), "Service closes", "When the service is said to close, UK time; nothing: not known."
    )
    days: str = option(
        "", weekdays(), "Days", "On which the service is open between these times; nothing: every day."
    )
    send_all_given_names: bool = option(
        False, yes_or_no(), "Send all given names", "Otherwise the first one is sent."
    )
    default_attainment_type: str = option(
        "PLR", text(40), "Default Attainment Type", "The code that attainments made from PLR records get."
    )
    confirmed_hosts: tuple[str, ...] = option(
        (),
        hosts(),
        "Confirmed hosts",
        "Computers outside education.gov.uk that an administrator confirmed as the service's.",
    )

    def __post_init__(self) -> None:
        # Without arguments, super() does not find the class that slots have made anew.
        _Section.__post_init__(self)
        if (self.opens or self.closes) and not (self.opens and self.opens < self.closes):
            raise InputError(
                "The setting [lrs] closes does not fit to [lrs] opens.",
                hint="Set both or none of them, and closes to a later time than opens.",
                field="lrs.closes" if self.opens else "lrs.opens",
            )

    @property
    def host(self) -> str:
        """The host in use, "" if there is no address. The LRS secrets belong to it."""
        return host_of(self.url)

    @property
    def awaits_confirmation(self) -> bool:
        """True while an administrator has yet to confirm the host; nothing may be sent to it before."""
        return host_needs_confirmation(self.url) and self.host not in self.confirmed_hosts

    def address_of(self, service: str) -> str:
        """The address kept for "live" or "test"."""
        return self.live_url if service == LIVE else self.test_url

    def using(self, service: str, address: str | None = None) -> Self:
        """These settings with the live or the test service in use, at `address` or the one kept for it."""
        if address is None:
            address = self.url if service == self.service and self.url else self.address_of(service)
        if service == LIVE:
            return replace(self, service=service, url=address, live_url=address)
        return replace(self, service=service, url=address, test_url=address)

    def _agreeing(self) -> Self:
        """The addresses of a file written by hand brought together: `url` is right, if it is given."""
        other = TEST if self.service == LIVE else LIVE
        if not self.url or self.url == self.address_of(self.service):
            return self.using(self.service, self.address_of(self.service))
        return self.using(other if self.url == self.address_of(other) else self.service, self.url)


@dataclass(frozen=True, slots=True)
class LmsSettings(_Section):
    """The learning management system."""

    section: ClassVar[str] = "lms"

    kind: str = option("moodle", one_of("moodle"), "System", "The make of the LMS.")
    url: str = option("", site_address(), "Address", "The address at which people open the site.")
    ca_file: str = option(
        "",
        text(4096),
        "Certificate authorities",
        "Whole path of a PEM file with the authorities to trust; nothing: those this computer trusts.",
    )
    proxy: str = option(
        "",
        proxy_address(),
        "Proxy",
        "Address of the proxy that leads out of the network; nothing: the one this computer is set to, if any.",
    )
    student_role_id: int = option(
        5, whole_number(1, 2**31 - 1), "Student role", "The number of the student role at the site."
    )
    parallel: int = option(4, whole_number(1, 16), "Calls at once", "How many calls run at the same time.")
    connect_timeout: int = option(
        10, whole_number(1, 120), "Time-out for connecting, seconds", "How long to wait for a line."
    )
    read_timeout: int = option(60, whole_number(20, 300), "Time-out, seconds", "How long to wait for an answer.")
    deadline: int = option(
        120, whole_number(20, 900), "Longest call, seconds", "A call that takes longer is given up."
    )
    gradebook_timeout: int = option(
        180,
        whole_number(60, 1800),
        "Time-out for a gradebook, seconds",
        "How long to wait for the grades of a whole course; beyond it learners are asked for one by one.",
    )

    @property
    def host(self) -> str:
        """The host in use, "" if there is no address. The LMS token belongs to it."""
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class DatabaseSettings(_Section):
    """Where learners are kept."""

    section: ClassVar[str] = "database"

    url: str = option(
        "",
        database_address(),
        "Database",
        "Nothing: a file in the data folder. The password of a server is kept in the password store.",
    )
    ca_file: str = option(
        "",
        text(4096),
        "Certificate authorities of the server",
        "Whole path of a PEM file with the authorities to trust; nothing: those this computer trusts.",
    )
    copies_days: int = option(
        14,
        whole_number(1, 3650),
        "Keep daily copies for so many days",
        "Of a database in a file. The first copy of each month is kept for two years.",
    )

    @property
    def host(self) -> str:
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class CollegeSettings(_Section):
    """The college itself."""

    section: ClassVar[str] = "college"

    ukprn: str = option(
        "", code(8), "UKPRN of the college", "If there is none yet, the first ILR file loaded sets it."
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an administrator can set; no secrets. To change one: `replace`, then `save`."""

    lrs: LrsSettings = LrsSettings()
    lms: LmsSettings = LmsSettings()
    database: DatabaseSettings = DatabaseSettings()
    college: CollegeSettings = CollegeSettings()

    @property
    def sections(self) -> tuple[_Section, ...]:
        return (self.lrs, self.lms, self.database, self.college)


def load(folder: Path) -> Settings:
    """The settings in the data folder; the defaults if there is no file.

    Raises InputError that names the setting and says what is allowed.
    """
    content = read_file(folder / FILE_NAME)
    parts: tuple[type[_Section], ...] = (LrsSettings, LmsSettings, DatabaseSettings, CollegeSettings)
    known = {part.section: part for part in parts}
    for name in content:
        if name not in known:
            raise _unknown(f"[{name}]", [f"[{one}]" for one in known])
    built: dict[str, Any] = {name: _section(part, content.get(name, {})) for name, part in known.items()}
    built["lrs"] = built["lrs"]._agreeing()
    return Settings(**built)


def save(folder: Path, settings: Settings) -> None:
    """Write the whole file anew; a reader sees the old one or the new one. Raises InputError if it cannot."""
    write_file(
        folder / FILE_NAME,
        {part.section: [(one, getattr(part, one.name)) for one in options_of(part)] for part in settings.sections},
    )


def _section(part: type[_Section], values: object) -> _Section:
    if not isinstance(values, Mapping):
        raise InputError(
            Sentence("{file}: {section} is not a part of its own.", file=FILE_NAME, section=part.section),
            hint=Sentence("Write a line [{section}] and the settings below it.", section=part.section),
            field=part.section,
        )
    declared = {one.name: one for one in options_of(part)}
    for name in values:
        if name not in declared:
            raise _unknown(name, list(declared), part.section)
    # TOML's lists are Python's lists; a frozen section keeps them as tuples.
    return part(**{name: tuple(one) if isinstance(one, list) else one for name, one in values.items()})


def _not_allowed(section: str, one: Option) -> InputError:
    # The value itself is not repeated: it may be an address with a password in it.
    return InputError(
        Sentence("The setting [{section}] {name} has a value that is not allowed.", section=section, name=one.name),
        hint=Sentence("Allowed is {allowed}.", allowed=Sentence(one.rule.allowed)),
        field=f"{section}.{one.name}",
    )


def _unknown(name: str, known: list[str], section: str = "") -> InputError:
    """`name` is not among `known`; both without the [section] they stand in, which every name would share."""
    shown = f"[{section}] {name}" if section else name
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=_NEAR)
    secret = any(word in name.lower() for word in _SECRET_WORDS)
    if secret or (not nearest and _like_a_secret(name)):
        hint = "Passwords are not kept in a file: take the line out, and use the command secret set."
    elif nearest:
        hint = Sentence("Did you mean {nearest}?", nearest=f"[{section}] {nearest[0]}" if section else nearest[0])
    else:
        hint = Sentence("Known are {known}.", known=", ".join(known))
    return InputError(
        Sentence("{file} has a setting that is not known: {shown}.", file=FILE_NAME, shown=shown),
        hint=hint,
        field=shown,
    )


def _like_a_secret(name: str) -> bool:
    """Also with a slip in it: pasword, lrs_passwd."""
    parts = (name, *name.split("_"))
    return any(difflib.get_close_matches(part.lower(), _SECRET_WORDS, n=1, cutoff=_NEAR) for part in parts)
