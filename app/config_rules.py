"""What a setting may be, in words for people and as a test, and how a setting is declared with it."""

import dataclasses
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from app.sentence import Sentence, joined

Value = TypeVar("Value")

# Control characters, and halves of surrogate pairs: neither a service nor TOML can carry them.
_UNCARRIABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CODE = re.compile(r"[0-9A-Za-z]*")
_DATABASES = ("sqlite", "postgresql+psycopg")
_LRS_DOMAIN = "education.gov.uk"
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Rule:
    """`allowed` ends the sentence "Allowed is …"; `holds` is the test; the rest is for building a field."""

    allowed: str
    holds: Callable[[Any], bool] = field(repr=False)
    choices: tuple[str, ...] = ()
    lowest: int | None = None
    highest: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as declared: what the settings window, the file and the error messages are made from."""

    name: str
    label: str
    help: str
    default: Any
    rule: Rule

    def accepts(self, value: object) -> bool:
        """Same type as the default (True is no number here) and within the rule."""
        return type(value) is type(self.default) and self.rule.holds(value)


def option(default: Value, rule: Rule, label: str, help: str) -> Value:
    """A dataclass field with everything that is known about the setting."""
    declared: Value = field(default=default, metadata={"rule": rule, "label": label, "help": help})
    return declared


def options_of(section: Any) -> tuple[Option, ...]:
    """The declared options of a section's class or of one of its objects, in order."""
    return tuple(
        Option(one.name, one.metadata["label"], one.metadata["help"], one.default, one.metadata["rule"])
        for one in dataclasses.fields(section)
    )


def text(longest: int = 200) -> Rule:
    return Rule(
        Sentence("text of up to {longest} characters on one line", longest=longest),
        lambda value: len(value) <= longest and not _UNCARRIABLE.search(value),
    )


def code(*lengths: int) -> Rule:
    """Letters and digits, because the Learning Records Service gives test organisations letters as well."""
    if len(lengths) == 1:
        allowed = Sentence("{length} letters or digits, or nothing", length=lengths[0])
        return Rule(allowed, lambda value: len(value) in (0, lengths[0]) and _is_code(value))
    return Rule(
        Sentence("up to {longest} letters or digits", longest=lengths[1]),
        lambda value: lengths[0] <= len(value) <= lengths[1] and _is_code(value),
    )


def one_of(*choices: str) -> Rule:
    listed = joined("{these} or {last}", (f'"{choice}"' for choice in choices))
    return Rule(listed, lambda value: value in choices, choices=choices)


def whole_number(lowest: int, highest: int) -> Rule:
    return Rule(
        Sentence("a whole number from {lowest} to {highest}", lowest=lowest, highest=highest),
        lambda value: lowest <= value <= highest,
        lowest=lowest,
        highest=highest,
    )


def yes_or_no() -> Rule:
    return Rule("true or false", lambda value: True)


def clock() -> Rule:
    return Rule("a time such as 08:00, or nothing", lambda value: not value or _CLOCK.fullmatch(value) is not None)


def weekdays() -> Rule:
    return Rule("days such as Mon-Fri or Mon, Tue, Sat; or nothing", _are_weekdays)


def weekdays_of(text: str) -> frozenset[int]:
    """The days in `text`, Monday being 0; all of them if there are none. Raises ValueError for anything else."""
    if not text.strip():
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (one.strip().capitalize() for one in part.partition("-"))
        begin = WEEKDAYS.index(first)
        end = WEEKDAYS.index(last) if dash else begin
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(found)


def proxy_address() -> Rule:
    return Rule("an address such as http://proxy:8080, without user and password; or nothing", _is_proxy_address)


def service_address() -> Rule:
    return Rule(
        "an address that begins with https:// (http:// for this computer only), without user, password, "
        "? or #; or nothing",
        is_service_address,
    )


def site_address() -> Rule:
    return Rule(
        "the site's own address, beginning with https:// (http:// for this computer only), without "
        "/webservice/, user, password, ? or #; or nothing",
        lambda value: is_service_address(value) and "/webservice/" not in value + "/",
    )


def database_address() -> Rule:
    return Rule(
        "sqlite:///FILE, or postgresql+psycopg://USER@COMPUTER/NAME without a password; or nothing",
        _is_database_address,
    )


def hosts() -> Rule:
    return Rule(
        "a list of computer names in small letters",
        lambda value: all(type(one) is str and one and _is_host(one) for one in value),
    )


def is_service_address(address: str) -> bool:
    """True for "" and for an address that secrets may travel to: https, or http to this very computer."""
    if not address:
        return True
    parts = _parts(address)
    if parts is None or "@" in parts.netloc or not parts.hostname or "?" in address or "#" in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def host_of(address: str) -> str:
    """The computer named in an address, in small letters and without a final dot; "" if none can be read."""
    parts = _parts(address)
    return (parts.hostname or "").rstrip(".") if parts else ""


def is_loopback(host: str) -> bool:
    """True if `host` is this computer. Odd spellings such as 127.1 are not taken for it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_needs_confirmation(address: str) -> bool:
    """True if an administrator must confirm the host before LRS passwords and learners' names go there.

    That is every host but those of the Department for Education and this computer; False for no address.
    """
    host = host_of(address)
    return bool(host) and not (is_loopback(host) or host == _LRS_DOMAIN or host.endswith(f".{_LRS_DOMAIN}"))


def _are_weekdays(text: str) -> bool:
    try:
        return bool(weekdays_of(text))
    except ValueError:
        return False


def _is_proxy_address(address: str) -> bool:
    if not address:
        return True
    parts = _parts(address)
    return (
        parts is not None
        and parts.scheme == "http"
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and parts.path in ("", "/")
        and not parts.query
        and not parts.fragment
    )


def _is_host(name: str) -> bool:
    return name == host_of(f"https://[{name}]/" if ":" in name else f"https://{name}/")


def _is_code(value: str) -> bool:
    return _CODE.fullmatch(value) is not None


def _parts(address: str) -> SplitResult | None:
    # urlsplit silently drops tabs and line ends, and two programs may read a backslash in two ways.
    if not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_database_address(address: str) -> bool:
    if not address:
        return True
    if _UNCARRIABLE.search(address):
        return False
    try:
        parts = urlsplit(address)
        tells = any("password" in name.lower() for name, _ in parse_qsl(parts.query))
        if parts.scheme not in _DATABASES or parts.password is not None or tells:
            return False
        return address.startswith("sqlite:///") if parts.scheme == "sqlite" else bool(parts.hostname)
    except ValueError:
        return False
