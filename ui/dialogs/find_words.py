"""What *Find ULN* says of one learner: the state in the list and the sentence above the candidates."""

from app.connectors.lrs_codes import describe
from app.connectors.lrs_find import FindAnswer, FoundLearner, Outcome
from app.learners.asking import NOT_ASKED, Asked
from app.learners.find_uln import FindSummary, confirmed
from ui.grids.columns import State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import plural, tr

USED = State(Icon.CHECK_CIRCLE, "ULN used", Role.GOOD)
NONE_OF_THESE = State(Icon.MINUS_CIRCLE, "None of these", Role.TEXT2)
_TO_CHOOSE = (Outcome.EXACT, Outcome.LINKED, Outcome.POSSIBLE)


def has_choice(result: Asked[FindAnswer]) -> bool:
    """Whether there is anybody to choose from."""
    return result.answer is not None and result.answer.outcome in _TO_CHOOSE and bool(result.answer.learners)


def state_of(result: Asked[FindAnswer]) -> State:
    """What the search came to, in a word or two."""
    answer = result.answer
    if answer is None:
        if result.code == NOT_ASKED:
            return State(Icon.PAUSE, tr("Not asked"), Role.TEXT2)
        words = tr("No answer") if result.code else tr("No call")
        return State(Icon.X_CIRCLE if result.code else Icon.PROHIBIT, words, Role.BAD if result.code else Role.WARN)
    if confirmed(result):
        return State(Icon.CHECK_CIRCLE, tr("ULN is right"), Role.GOOD)
    if answer.outcome is Outcome.EXACT:
        return State(Icon.USER_FOCUS, tr("Exact match"), Role.ACCENT_TEXT)
    if answer.outcome is Outcome.LINKED:
        return State(Icon.GIT_MERGE, tr("Merged record"), Role.ACCENT_TEXT)
    if answer.outcome is Outcome.POSSIBLE:
        return State(Icon.USERS, plural(len(answer.learners), "{n} possible", "{n} possible"), Role.ACCENT_TEXT)
    if answer.outcome is Outcome.NO_MATCH:
        return State(Icon.MAGNIFYING_GLASS, tr("No match"), Role.TEXT2)
    if answer.outcome is Outcome.TOO_MANY:
        return State(Icon.USERS_THREE, tr("Too many"), Role.WARN)
    return State(Icon.WARNING, answer.response_code or tr("No code"), Role.WARN)


def sentence(result: Asked[FindAnswer]) -> str:
    """What it means, and what to do."""
    answer = result.answer
    if answer is None:
        return tr(result.problem)
    if confirmed(result):
        return tr("The LRS holds this learner under the ULN you have: there is nothing to correct.")
    told = {
        Outcome.EXACT: tr("The LRS holds exactly one learner with these details. Compare, then use the ULN."),
        Outcome.POSSIBLE: tr("These may be the learner. Use a ULN only if it is certainly the same person."),
        Outcome.LINKED: tr(
            "The LRS merged records of this learner. Keep the ULN shown here: the merged ones are out of use."
        ),
        Outcome.NO_MATCH: tr(
            "The LRS finds nobody with these details. Check the name, date of birth and postcode, then search again. "
            "A learner who is new to the LRS is registered there, outside this program."
        ),
        Outcome.TOO_MANY: tr(
            "More than ten learners fit. Check and complete the learner’s details, then search again."
        ),
    }
    if answer.outcome in told:
        words = told[answer.outcome]
        if answer.left_out:
            text = "{n} more cannot be shown."
            words += " " + plural(answer.left_out, text, text)
        return words
    code = describe(answer.response_code or "")
    return " ".join(part for part in (code.meaning, code.next_step) if part)


def why_not_use(result: Asked[FindAnswer], chosen: FoundLearner | None, summary: FindSummary) -> str:
    """Why the chosen candidate's ULN cannot be put to the learner; "" if it can."""
    if chosen is None:
        return tr("Choose a candidate first.")
    if chosen.uln == result.learner.uln:
        return tr("The learner has this ULN already.")
    if ref := summary.held_by_another(chosen.uln, result.learner.id):
        return tr(
            "The learner with person code {ref} has this ULN already. Check which of the two is right.", ref=ref
        )
    return ""
