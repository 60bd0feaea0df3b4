"""When the college's certificate ends: what is said about it, from thirty days before."""

from datetime import UTC, datetime, timedelta

from app.connectors.client_certificate import WARN_DAYS
from app.dates import shown
from ui.look.tokens import Role
from ui.look.words import plural, tr


def ending(ends: datetime | None) -> tuple[str, str, Role] | None:
    """Title, text and colour of the warning; None while there is nothing to warn of."""
    if ends is None:
        return None
    left = (ends - datetime.now(UTC)) // timedelta(days=1)
    if left >= WARN_DAYS:
        return None
    day = shown(ends.date())
    if left < 0:
        text = tr("No download works without the next one. Ask the LRS for it, then choose it in Settings, PLR/LRS.")
        return tr("The certificate for the Learning Records Service ended on {day}.", day=day), text, Role.BAD
    when = plural(left, "in {n} day", "in {n} days")
    text = tr("Ask the LRS for the next one now, then choose it in Settings, PLR/LRS.")
    title = tr("The certificate for the Learning Records Service ends on {day}, {when}.", day=day, when=when)
    return title, text, Role.WARN
