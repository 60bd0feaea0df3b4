"""The quick filter of every list as SQL: rows in which each word that was typed stands somewhere."""

from collections.abc import Callable, Collection

from sqlalchemy import ColumnElement, and_, func, or_, true

from app.conditions import LONGEST_TEXT
from app.conditions_sql import Where
from app.errors import InputError
from app.folding import fold, lower, storable

MOST_WORDS = 20

Column = ColumnElement[str]


def passes(
    text: str,
    folded: Collection[Column] = (),
    plain: Collection[Column] = (),
    also: Callable[[str], Where] | None = None,
) -> Where:
    """Whether each word of `text` stands in one of the columns; everything where there is none.

    `folded` columns hold what `app.folding.fold` makes (or the program's own codes), and are searched whatever the
    accents. `plain` ones hold text as it came; databases change the case of A to Z only, so that a word is looked
    for as typed, in small letters, in capitals and without accents. `also` says of a folded word where else it may
    stand. Raises InputError for a text that no one types."""
    words = storable(text).split()
    if len(words) > MOST_WORDS or len(text) > LONGEST_TEXT:
        raise InputError(
            "This is too much for the quick filter.", hint="Use the Condition Builder: “is one of” takes a list."
        )
    found = []
    for word in words:
        bare = fold(word)
        ways = [] if bare is None else [one.contains(bare, autoescape=True) for one in folded]
        spelt = dict.fromkeys(lower(one) for one in (word, word.lower(), word.upper(), word.title(), bare or word))
        ways += [func.lower(column).contains(one, autoescape=True) for column in plain for one in spelt]
        if bare is not None and also is not None:
            ways.append(also(bare))
        if ways:
            found.append(or_(*ways))
    return and_(true(), *found)
