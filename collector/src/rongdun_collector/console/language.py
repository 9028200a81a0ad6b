"""In which language a page speaks: Chinese unless somebody chose otherwise; the choice is kept in a cookie."""

from collections.abc import Callable
from typing import Literal, get_args
from urllib.parse import urlencode

from starlette.requests import Request

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
COOKIE = "lang"
PARAMETER = "lang"

Say = Callable[[str, str], str]
"""Picks one of a text in Chinese and in English."""


def language_of(request: Request) -> Language:
    """What the address asks for, else what was chosen before, else Chinese."""
    asked = (request.query_params.get(PARAMETER), request.cookies.get(COOKIE))
    return next((language for wanted in asked for language in LANGUAGES if language == wanted), "zh")


def say_in(language: Language) -> Say:
    """Pick the text of this language."""
    return lambda zh, en: zh if language == "zh" else en


def other_language(request: Request, language: Language) -> str:
    """The address of the same page in the other language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != PARAMETER]
    other = "en" if language == "zh" else "zh"
    return f"?{urlencode([*kept, (PARAMETER, other)])}"
