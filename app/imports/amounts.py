"""Amounts of credit: whole hundredths here, a number with a dot and at most two decimals for people and files; and
what a course lets be given (CR-16, CR-30 to CR-32)."""

from collections.abc import Iterable

from app.errors import InputError, quoted
from app.imports.facts import CourseFacts, CreditFacts
from app.imports.rules import Finding
from app.imports.values import hundredths
from app.sentence import Sentence, joined

MOST = 999_999
"""9999.99 in hundredths."""


def shown(amount: int) -> str:
    """`2`, `2.5` or `2.25`."""
    whole, rest = divmod(amount, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def amount_of(text: str) -> int:
    """The hundredths of what was typed. Raises InputError: no number, negative, finer than hundredths, too much."""
    found = hundredths(text.strip())
    if found is None:
        raise InputError(
            Sentence("{text} is not an amount of credit.", text=quoted(text.strip(), 20)),
            hint="Write a number from 0 to 9999.99 with a dot, such as 2.5.",
        )
    return found


def findings(course: CourseFacts, code: str, amount: int, *, column: str = "credits") -> list[Finding]:
    """What the course has against giving this much of the type: CR-16, CR-30 to CR-32. Nothing for an imported shell,
    which has no set-up of its own."""
    if course.is_shell:
        return []
    given = course.credit.get(code)
    if given is None or not given.active:
        return [_inactive(course, code)]
    if amount > given.maximum:
        most = Sentence(
            "{course} gives at most {most} of {type}.", course=course.code, most=shown(given.maximum), type=code
        )
        return [Finding("CR-31", most, column, shown(amount))]
    if not given.variable:
        return [_partial(course, given, amount, column)] if amount < given.maximum else []
    if amount < given.minimum or (amount - given.minimum) % given.increment:
        return [_between(course, given, amount, column)]
    return []


def _inactive(course: CourseFacts, code: str) -> Finding:
    those = in_words(one.code for one in course.active) or Sentence("no credit at all")
    return Finding(
        "CR-16",
        Sentence("{course} does not give {type}: it gives {those}.", course=course.code, type=code, those=those),
        "credit_type",
        code,
    )


def _partial(course: CourseFacts, given: CreditFacts, amount: int, column: str) -> Finding:
    return Finding(
        "CR-30",
        Sentence(
            "Switch Variable on for {type} on {course} first (Courses for Credit): without it the "
            "course gives {maximum} and nothing less.",
            type=given.code,
            course=course.code,
            maximum=shown(given.maximum),
        ),
        column,
        shown(amount),
    )


def _between(course: CourseFacts, given: CreditFacts, amount: int, column: str) -> Finding:
    return Finding(
        "CR-32",
        Sentence(
            "{course} gives {type} from {minimum} to {maximum} in steps of {increment}.",
            course=course.code,
            type=given.code,
            minimum=shown(given.minimum),
            maximum=shown(given.maximum),
            increment=shown(given.increment),
        ),
        column,
        shown(amount),
    )


def in_words(texts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = list(texts) or [""]
    if not others:
        return last
    return Sentence("{these} and {last}", these=joined("{these}, {last}", others), last=last)
