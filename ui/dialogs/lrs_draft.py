"""The PLR/LRS settings while they are edited: two addresses, of which a switch chooses one."""

from dataclasses import replace

from app.config import LrsSettings, Option, host_of, options_of
from app.connectors.lrs_access import ENDPOINT
from app.errors import InputError
from ui.dialogs.settings_draft import Draft, allowed
from ui.look.words import tr

LIVE, TEST = "live", "test"
SECRETS = ("lrs_password", "lrs_certificate_password")
OPTIONS: dict[str, Option] = {one.name: one for one in options_of(LrsSettings)}
_ADDRESSES = {LIVE: "live_url", TEST: "test_url"}
# These follow from others, or are no field of the form.
_NOT_TYPED = {"url", "service", "live_url", "test_url", "confirmed_hosts"}


class LrsDraft(Draft):
    """`base` is what is saved; `addresses` those of the two services, of which `service` is in use."""

    def __init__(self, base: LrsSettings) -> None:
        super().__init__({name: one for name, one in OPTIONS.items() if name not in _NOT_TYPED}, base, SECRETS)
        self.base = base
        self.service = base.service
        self.addresses = _addresses(base)
        self.confirmed = base.confirmed_hosts

    @property
    def address(self) -> str:
        """The address of the service chosen, as typed."""
        return self.addresses[self.service]

    @property
    def host(self) -> str:
        return host_of(self.address.strip())

    @property
    def saved_host(self) -> str:
        return self.base.host

    @property
    def changed(self) -> int:
        kept = _addresses(self.base)
        addresses = sum(self.addresses[one] != kept[one] for one in (LIVE, TEST))
        return super().changed + (self.service != self.base.service) + addresses

    def text(self, name: str) -> str:
        return self.address if name == "url" else super().text(name)

    def type(self, name: str, text: str) -> None:
        if name == "url":
            self.addresses[self.service] = text
        else:
            super().type(name, text)

    def confirm(self, host: str) -> None:
        """Take note that an administrator stands by `host`."""
        self.confirmed = tuple(sorted({*self.confirmed, host}))

    def check(self) -> None:
        self.settings()

    def settings(self) -> LrsSettings:
        """The settings as typed. Raises InputError naming the field (`url` for the address shown)."""
        addresses = {}
        for service, name in _ADDRESSES.items():
            at = "url" if service == self.service else name
            addresses[service] = self._address(service, at)
        values = {name: self.value(name) for name in self.texts}
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
            raise InputError(allowed(option), field=at)
        if address and not address.endswith(ENDPOINT):
            raise InputError(tr("The address has to end in {end}.", end=ENDPOINT), field=at)
        return address


def _addresses(base: LrsSettings) -> dict[str, str]:
    return {LIVE: base.live_url, TEST: base.test_url} | {base.service: base.url}
