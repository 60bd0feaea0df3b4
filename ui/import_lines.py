"""What the list of findings of a checked file says, line by line; without widgets."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.imports.checked import Checked
from app.imports.dry_run import Options
from app.imports.job_list import JobState
from app.imports.job_rows import rules as rules_of
from app.imports.offers import Offer
from app.imports.repairs import Repair
from app.imports.rules import RULES, Outcome, Severity
from ui.import_words import example_words, repair_done
from ui.look.plain import visible_text
from ui.look.words import count, plural, tr

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that was checked, with what is known of it in this session only."""

    checked: Checked
    path: Path
    options: Options
    sender: str = ""
    offers: tuple[Offer, ...] = field(default=(), repr=False)
    """The repairs that are possible or were made; none of a file that was checked in an earlier session."""
    remembered: tuple[Repair, ...] = ()
    """What the sender's last file was repaired with."""
    seconds: float | None = None

    @property
    def job_id(self) -> int:
        return self.checked.job.id

    @property
    def open(self) -> bool:
        """Whether it can still be repaired and applied."""
        return self.checked.job.state is JobState.VALIDATED

    @property
    def done(self) -> bool:
        """Whether rows were written, then or now taken back."""
        return self.checked.job.state not in (JobState.VALIDATED, JobState.FAILED)

    @property
    def to_confirm(self) -> dict[str, int]:
        return self.checked.dry.to_confirm if self.open else {}

    def outcomes(self, acknowledged: Collection[str]) -> dict[Outcome, int]:
        """How many rows end how: if just these rules are acknowledged, or as they did."""
        if self.open:
            return self.checked.dry.outcomes(acknowledged)
        return dict(self.checked.outcomes)


@dataclass(frozen=True, slots=True)
class Line:
    """One rule, or one repair that was made."""

    rule: str
    severity: Severity
    title: str
    text: str
    number: int
    offers: tuple[Offer, ...] = field(default=(), repr=False)
    ticked: bool | None = None
    """Whether it is acknowledged; None where there is nothing to acknowledge."""
    made: Repair | None = None
    whole: bool = False
    """About the file and not about rows of it: there are none to lead to."""

    @property
    def key(self) -> tuple[str, str, Repair | None]:
        return self.rule, self.severity.value, self.made


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading: its words, and at the right what becomes of such rows."""

    title: str
    words: str
    remark: str
    lines: tuple[Line, ...]


def sections_of(shown: Shown, acknowledged: Collection[str]) -> list[Section]:
    """Everything that was found, the worst first; empty sections are left out."""
    found = rules_of(shown.checked.dry.facts)
    lines = [_line(shown, acknowledged, rule, weight, number) for rule, weight, number in found]
    at = {severity: [one for one in lines if one.severity is severity] for severity in Severity}
    wrong = shown.outcomes(shown.to_confirm).get(Outcome.ERROR, 0)
    rows = ", " + plural(wrong, "{n} row", "{n} rows") if wrong else ""
    made = _repaired(shown)
    confirm_remark = tr("applied only when you say so") if shown.open else tr("applied where it was confirmed")
    several = [
        Section(tr("The file cannot be used"), _rules(at[Severity.FILE]), tr("nothing of it is applied"), ()),
        Section(
            tr("Errors"), _rules(at[Severity.ERROR]) + rows, tr("these rows are refused, the others applied"), ()
        ),
        Section(tr("To confirm"), _rules(at[Severity.CONFIRM]), confirm_remark, ()),
        Section(tr("Repaired"), _rules(made), tr("in memory only; the file is as it was"), ()),
        Section(
            tr("Warnings and information"),
            _rules([*at[Severity.WARN], *at[Severity.INFO]]),
            tr("applied, reported"),
            (),
        ),
    ]
    inside: tuple[Iterable[Line], ...] = (
        at[Severity.FILE],
        at[Severity.ERROR],
        at[Severity.CONFIRM],
        made,
        [*at[Severity.WARN], *at[Severity.INFO]],
    )
    full = [
        Section(one.title, one.words, one.remark, tuple(lines)) for one, lines in zip(several, inside, strict=True)
    ]
    return [one for one in full if one.lines]


def _rules(lines: Sequence[Line]) -> str:
    return plural(len(lines), "{n} rule", "{n} rules")


def _line(shown: Shown, acknowledged: Collection[str], rule: str, weight: Severity, number: int) -> Line:
    sample = shown.checked.samples.get((rule, weight))
    offers = tuple(one for one in shown.offers if one.repair.rule == rule and not one.applied)
    text = sample.message if sample is not None else ""
    whole = rule not in {one for one, _ in shown.checked.dry.facts.rules}
    ticked: bool | None = None
    if weight is Severity.CONFIRM:
        number = shown.checked.dry.to_confirm.get(rule, number)
        ticked = rule in (acknowledged if shown.open else shown.checked.acknowledged)
    return Line(rule, weight, tr(RULES[rule].title), text, number, offers, ticked, whole=whole)


def _repaired(shown: Shown) -> list[Line]:
    """The repairs that were made; of a file that was checked in an earlier session it is only known which."""
    known = {one.repair: one for one in shown.offers if one.applied}
    return [_made(known.get(one) or Offer(one, applied=True)) for one in sorted(shown.options.repairs.chosen)]


def _made(offer: Offer) -> Line:
    repair = offer.repair
    where = f"{repair.column}: " if repair.column else ""
    text = f"{where}{example_words(offer)}".removesuffix(": ")
    title = tr(RULES[repair.rule].title)
    return Line(repair.rule, Severity.INFO, title, text, offer.count, made=repair, whole=True)


def made_words(line: Line) -> str:
    """What is said of a repair that was made."""
    return repair_done(line.made) if line.made is not None else ""


def why_not_apply(shown: Shown, acknowledged: Collection[str]) -> str:
    """Why the file cannot be applied as it stands; "" if it can."""
    job = shown.checked.job
    if shown.checked.dry.refused:
        return tr("Nothing of this file can be applied. Repair it, or correct it and check it again.")
    if not shown.open:
        return tr("This file is not waiting to be applied.") if job.state is not JobState.ABORTED else ""
    if not to_apply(shown, acknowledged):
        if any(rule not in acknowledged for rule in shown.to_confirm):
            return tr("No row would be applied: tick what is to be confirmed first.")
        return tr("No row of the file would be applied.")
    return ""


def to_apply(shown: Shown, acknowledged: Collection[str]) -> int:
    """How many rows would be written."""
    from app.imports.rules import GOOD

    return sum(number for outcome, number in shown.outcomes(acknowledged).items() if outcome in GOOD)


def open_words(shown: Shown, acknowledged: Collection[str]) -> str:
    """What is not confirmed yet, and what that costs; "" where nothing is open."""
    waiting = [rule for rule in shown.to_confirm if rule not in acknowledged]
    if not waiting:
        return ""
    refused = shown.outcomes(acknowledged).get(Outcome.REFUSED, 0)
    said = plural(len(waiting), "{n} confirmation is open.", "{n} confirmations are open.")
    cost = plural(refused, "Without it, {n} row is refused.", "Without it, {n} rows are refused.")
    if len(waiting) > 1:
        cost = plural(refused, "Without them, {n} row is refused.", "Without them, {n} rows are refused.")
    return f"{said} {cost}" if refused else f"{said} {tr('No row depends on it.')}"


def lms_words(shown: Shown) -> str:
    """What the LMS would hear of the import: who enters a section that is taught there is enrolled there too."""
    if not shown.open:
        return ""
    said = [
        tr("up to {n} into “{name}”", n=count(number), name=visible_text(name))
        for name, number in shown.checked.dry.facts.lms
    ]
    more = len(said) - _MOST_NAMED
    if more > 0:
        said = [*said[:_MOST_NAMED], plural(more, "and {n} more course", "and {n} more courses")]
    if not said:
        return ""
    return tr("With the next sending, learners are enrolled in the LMS too: {who}.", who=", ".join(said))


def head_words(shown: Shown) -> list[str]:
    """Below the name of the file: where it goes, how many rows, how it was checked."""
    from ui.import_words import importer_words

    said = [importer_words(shown.options.importer, shown.options.course)]
    if not shown.checked.dry.refused:
        said.append(plural(shown.checked.job.rows, "{n} row", "{n} rows"))
    if not shown.options.assign:
        said.append(tr("all to be held"))
    if shown.open and shown.seconds is not None:
        took = tr("{n} s", n=f"{shown.seconds:.1f}") if shown.seconds >= 1 else tr("less than 1 s")
        said.append(tr("checked in {time}, nothing written", time=took))
    elif shown.open:
        said.append(tr("checked, nothing written"))
    else:
        said.append(tr("job {n}", n=count(shown.job_id)))
    return said
