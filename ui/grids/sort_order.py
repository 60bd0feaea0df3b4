"""What a click on a title makes of the sorting."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.sorting import SortKey

Order = tuple[SortKey, ...]


def clicked(order: Order, column: str) -> Order:
    """Sorted by this column only: ascending, then descending, then the source's own order again."""
    if not order or order[0].column != column:
        return (SortKey(column),)
    return () if order[0].descending else (SortKey(column, descending=True),)


def clicked_with_shift(order: Order, column: str) -> Order:
    """Sorted by this column too, behind the others: ascending, then descending, then no more."""
    own = next((key for key in order if key.column == column), None)
    if own is None:
        return (*order, SortKey(column))
    if own.descending:
        return without(order, column)
    return turned(order, column)


def without(order: Order, column: str) -> Order:
    """The others, as they were."""
    return tuple(key for key in order if key.column != column)


def turned(order: Order, column: str) -> Order:
    """The same columns, this one the other way round."""
    return tuple(SortKey(key.column, not key.descending) if key.column == column else key for key in order)


def stored_order(order: Order) -> dict[str, Any]:
    """Plain enough for JSON. The first column stands as older versions of the program wrote it."""
    first = order[0] if order else SortKey("")
    return {
        "sort": first.column,
        "descending": first.descending,
        "then": [[key.column, key.descending] for key in order[1:]],
    }


def restored_order(stored: Mapping[str, Any], known: Sequence[str]) -> Order:
    """What `stored_order` gave; columns that are not `known`, twice there or nonsense are left out."""
    then = stored.get("then")
    found: dict[str, SortKey] = {}
    for each in [[stored.get("sort"), stored.get("descending")], *(then if isinstance(then, list) else [])]:
        if isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) and each[0] in known:
            found.setdefault(each[0], SortKey(each[0], each[1] is True))
    return tuple(found.values())
