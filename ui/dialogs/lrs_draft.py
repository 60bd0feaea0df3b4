"""The PLR/LRS settings while they are edited: texts as typed, turned into settings when they are saved or tested."""

from dataclasses import dataclass, field, replace
from typing import Any

from app.config import LrsSettings, Option, host_of, options_of
from app.connectors.lrs_access import ENDPOINT
from app.errors import InputError
from app.secrets import Secrets
from ui.look.words import tr

LIVE, TEST = "live", "test"
SECRETS = ("lrs_password", "lrs_certificate_password")
OPTIONS: dict[str, Option] = {one.name: one for one in options_of(LrsSettings)}
_ADDRESSES = {LIVE: "live_url", TEST: "test_url"}
# These follow from others, or are no field of the form.
_NOT_TYPED = {"url", "service", "live_url", "test_url", "confirmed_hosts"}
_EMPTY_WHEN_ZERO = {"vendor_id"}


def as_text(name: str, value: Any) -> str:
    """A setting as it stands in its field."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if name in _EMPTY_WHEN_ZERO and value == 0:
        return ""
    return str(value)


@dataclass(slots=True)
class LrsDraft:
    """`base` is what is saved; `texts` what the fields hold; `typed` the secrets typed here."""

    base: LrsSettings
    service: str = ""
    addresses: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    confirmed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.service = self.base.service
        self.addresses = {LIVE: self.base.live_url, TEST: self.base.test_url}
        self.addresses[self.service] = self.base.url
        self.texts = {name: as_text(name, getattr(self.base, name)) for name in OPTIONS if name not in _NOT_TYPED}
        self.confirmed = self.base.confirmed_hosts

    @property
    def address(self) -> str:
        """The address of the service chosen, as typed."""
        return self.addresses[self.service]

    @property
    def host(self) -> str:
        return host_of(self.address.strip())

    @property
    def changed(self) -> int:
        """How many settings differ from what is saved."""
        kept = LrsDraft(self.base)
        return (
            (self.service != kept.service)
            + sum(self.addresses[one] != kept.addresses[one] for one in (LIVE, TEST))
            + sum(self.texts[name] != kept.texts[name] for name in self.texts)
            + sum(bool(self.typed.get(name)) for name in SECRETS)
        )

    def confirm(self, host: str) -> None:
        """Take note that an administrator stands by `host`."""
        self.confirmed = tuple(sorted({*self.confirmed, host}))

    def settings(self) -> LrsSettings:
        """The settings as typed. Raises InputError naming the field (`url` for the address shown)."""
        addresses = {}
        for service, name in _ADDRESSES.items():
            at = "url" if service == self.service else name
            addresses[service] = self._address(service, at)
        values = {name: self._value(name) for name in self.texts}
        made = replace(
            self.base,
            **values,
            confirmed_hosts=self.confirmed,
            live_url=addresses[LIVE],
            test_url=addresses[TEST],
        )
        return made.using(self.service, addresses[self.service])

    def _address(self, service: str, at: str) -> str:
        address = self.addresses[service].strip()
        option = OPTIONS[_ADDRESSES[service]]
        if not option.accepts(address):
            raise InputError(_allowed(option), field=at)
        if address and not address.endswith(ENDPOINT):
            raise InputError(tr("The address has to end in {end}.", end=ENDPOINT), field=at)
        return address

    def _value(self, name: str) -> Any:
        option, text = OPTIONS[name], self.texts[name]
        value: Any = text.strip()
        if isinstance(option.default, bool):
            value = bool(text)
        elif isinstance(option.default, int):
            if not value and name in _EMPTY_WHEN_ZERO:
                value = "0"
            # Fourteen digits are more than any setting takes, and fewer than make `int` slow.
            if not (value.isascii() and value.isdecimal() and len(value) <= 14):
                raise InputError(_allowed(option), field=name)
            value = int(value)
        if not option.accepts(value):
            raise InputError(_allowed(option), field=name)
        return value


def _allowed(option: Option) -> str:
    return tr("Allowed is {rule}.", rule=tr(option.rule.allowed))


class TypedSecrets(Secrets):
    """What was typed in the form, for trying it out before it is kept; everything else from `under`."""

    def __init__(self, under: Secrets, typed: dict[str, str]) -> None:
        super().__init__({})
        self._under = under
        self._typed = {name: value for name, value in typed.items() if value}

    def get(self, name: str, *, host: str) -> str | None:
        return self._typed.get(name) or self._under.get(name, host=host)
