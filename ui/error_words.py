"""Errors as people read them."""

from app.errors import AppError
from ui.look.words import tr


def error_words(error: AppError) -> str:
    """The sentence and the next step, in the user's language; `str(error)` is English, for logs and commands."""
    return tr(error.whole)
