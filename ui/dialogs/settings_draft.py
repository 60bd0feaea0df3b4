"""The settings of one page while they are edited: texts as typed, turned into values to be saved or tested."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.config import Option
from app.errors import InputError
from app.secrets import Secrets
from ui.look.words import tr

# Fourteen digits are more than any setting takes, and fewer than make `int` slow.
_MOST_DIGITS = 14


class Draft:
    """`texts` is what the fields hold, `typed` the secrets typed here. Each page has a kind of its own, which knows
    the settings it began with."""

    def __init__(self, options: Mapping[str, Option], held: object, secrets: Sequence[str] = ()) -> None:
        self.options = dict(options)
        self.secrets = tuple(secrets)
        self.texts: dict[str, str] = {}
        self.typed: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self.take(held)

    def take(self, held: object) -> None:
        """Start from what `held` has of the options."""
        told = {name: as_text(one, getattr(held, name)) for name, one in self.options.items() if hasattr(held, name)}
        self.texts |= told
        self._kept |= told

    @property
    def host(self) -> str:
        """The computer that the secrets of the page are for."""
        return ""

    @property
    def saved_host(self) -> str:
        """The same as it was when the page was opened."""
        return ""

    @property
    def changed(self) -> int:
        """How many settings differ from what is saved."""
        return self.differing(self.texts) + sum(bool(self.typed.get(name)) for name in self.secrets)

    def differing(self, names: Iterable[str]) -> int:
        return sum(self.texts[name] != self._kept[name] for name in names)

    def text(self, name: str) -> str:
        """What the field of that name shows."""
        return self.texts[name]

    def type(self, name: str, text: str) -> None:
        """The field of that name holds `text` now."""
        self.texts[name] = text

    def type_secret(self, name: str, text: str) -> None:
        self.typed[name] = text

    def check(self) -> None:
        """Raise InputError, naming the field, for what cannot be saved."""
        raise NotImplementedError

    def value(self, name: str) -> Any:
        """The value of a setting. Raises InputError with its name."""
        option, text = self.options[name], self.texts[name]
        value: Any = text.strip()
        if isinstance(option.default, bool):
            value = bool(text)
        elif isinstance(option.default, int):
            if not value and _empty_is_zero(option):
                value = "0"
            if not (value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS):
                raise InputError(allowed(option), field=name)
            value = int(value)
        if not option.accepts(value):
            raise InputError(allowed(option), field=name)
        return value


def as_text(option: Option, value: Any) -> str:
    """A setting as it stands in its field."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if value == 0 and _empty_is_zero(option):
        return ""
    return str(value)


def _empty_is_zero(option: Option) -> bool:
    """A number that nobody has given yet."""
    return type(option.default) is int and option.default == 0


def allowed(option: Option) -> str:
    return tr("Allowed is {rule}.", rule=tr(option.rule.allowed))


class TypedSecrets(Secrets):
    """What was typed in the form, for trying it out before it is kept; everything else from `under`."""

    def __init__(self, under: Secrets, typed: dict[str, str]) -> None:
        super().__init__({})
        self._under = under
        self._typed = {name: value for name, value in typed.items() if value}

    def get(self, name: str, *, host: str) -> str | None:
        return self._typed.get(name) or self._under.get(name, host=host)
