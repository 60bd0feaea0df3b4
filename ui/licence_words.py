"""When a licence ends: what is said about it, from thirty days before."""

from datetime import date

from app.dates import shown
from app.licence_row import LicenceRow
from ui.look.words import plural, tr


def soon_over(row: LicenceRow, today: date) -> tuple[str, str]:
    """Title and text of the warning about a licence that ends soon."""
    left = row.days_left(today) or 0
    when = plural(left, "in {n} day", "in {n} days") if left else tr("today")
    title = tr(
        "The licence {code} ends on {day}, {when}.", code=row.code.value, day=shown(row.valid_until), when=when
    )
    return title, tr(
        "Nobody can download after that day. Renew it; an administrator sets the new day under Licences."
    )
