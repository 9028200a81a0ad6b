"""What turns a template into a page: one environment per language, built once and kept by the application."""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from rongdun_collector.console import moments, words
from rongdun_collector.console.language import (
    COOKIE,
    LANGUAGES,
    PARAMETER,
    Language,
    language_of,
    other_language,
    say_in,
)

_YEAR_S = 366 * 86400
_GOOD, _FAIR = 80, 60


class Pages:
    """Renders pages."""

    def __init__(self) -> None:
        stamp = _stamp()
        self._environments = {language: _environment(language, stamp) for language in LANGUAGES}

    def text(self, request: Request, template: str, **context: Any) -> str:  # noqa: ANN401 - whatever templates show
        """The page in the language of the request."""
        language = language_of(request)
        return (
            self._environments[language]
            .get_template(template)
            .render(
                principal=getattr(request.state, "principal", None),
                path=request.url.path,
                other_language=other_language(request, language),
                **context,
            )
        )

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401 - whatever templates show
        """The page as an answer that no cache keeps."""
        body = self.text(request, template, **context)
        response = HTMLResponse(body, status, {"Cache-Control": "no-store"})
        if request.query_params.get(PARAMETER) in LANGUAGES:
            secure = request.url.scheme == "https"
            response.set_cookie(
                COOKIE, language_of(request), max_age=_YEAR_S, httponly=True, samesite="lax", secure=secure, path="/"
            )
        return response


def pages_of(request: Request) -> Pages:
    """The pages of the application that serves this request."""
    pages: Pages = request.app.state.pages
    return pages


PagesDep = Annotated[Pages, Depends(pages_of)]


def band(score: float | None) -> str:
    """How a score is coloured."""
    if score is None:
        return "none"
    return "good" if score >= _GOOD else "fair" if score >= _FAIR else "poor"


def link(path: str, parameters: Mapping[str, object], **changes: object) -> str:
    """An address with its parameters; what is None or empty is left out."""
    given = {**parameters, **changes}
    query = urlencode([(name, value) for name, value in given.items() if value not in (None, "", ())], doseq=True)
    return f"{path}?{query}" if query else path


def _environment(language: Language, stamp: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("rongdun_collector.console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": moments.shown,
        "for_input": moments.for_input,
        "lasting": partial(moments.lasting, language=language),
        "span": partial(moments.span, language=language),
        "word": partial(words.word, language=language),
        "identity_reason": partial(words.identity_reason, language=language),
        "percent": _percent,
        "score": _score,
        "band": band,
        "size": _size,
    }
    environment.globals |= {
        "lang": language,
        "t": say_in(language),
        "link": link,
        "stamp": stamp,
        "SEVERITIES": words.SEVERITIES,
        "VERDICTS": words.VERDICTS,
        "RESULTS": words.RESULTS,
    }
    return environment


def _stamp() -> str:
    """Changes with the files that pages are made of, so that browsers fetch them again."""
    content = sha256()
    for file in sorted((files(__package__) / "static").iterdir(), key=lambda one: one.name):
        content.update(file.read_bytes())
    return content.hexdigest()[:8]


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.0f}%"


def _score(score: float | None) -> str:
    return "—" if score is None else f"{score:.1f}"


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":  # noqa: PLR2004 - binary prefixes
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return ""
