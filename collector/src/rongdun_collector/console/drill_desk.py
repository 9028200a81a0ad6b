"""GET /drills/ID/desk: what people said in a drill, and the forms to say more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from rongdun_collector.console.drill import read_drill
from rongdun_collector.console.page import Pages, PagesDep
from rongdun_collector.drill.terms import By
from rongdun_collector.errors import CollectorError
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.signin.forms import principal_of
from rongdun_collector.store import drills

router = APIRouter()


@dataclass(frozen=True)
class Desk:
    """A drill's desk and who stands at it."""

    request: Request
    drill: str
    services: Services
    pages: Pages

    def do(self, act: Callable[[Connection, By], object], back: str | None = None) -> Response:
        """Act, and lead to the page that shows it (the desk, unless told); what cannot be done is said on the desk."""
        by = By(principal_of(self.request).name, self.services.now())
        try:
            with self.services.store.write() as connection:
                act(connection, by)
        except CollectorError as error:
            return self.page(error)
        return RedirectResponse(back or f"/drills/{self.drill}/desk", status_code=303)

    def page(self, wrong: CollectorError | None = None) -> HTMLResponse:
        """The page, with what was wrong."""
        with self.services.store.read() as connection:
            head = read_drill(connection, self.services, self.drill)
            said = drills.acts(connection, self.drill)
        return self.pages.render(
            self.request,
            "drill_desk.html",
            status=200 if wrong is None else 422,
            head=head,
            tab="desk",
            acts=said[::-1],
            wrong=wrong,
        )


def desk(request: Request, drill: str, services: ServicesDep, pages: PagesDep) -> Desk:
    """The desk of the drill that the address names."""
    return Desk(request, drill, services, pages)


DeskDep = Annotated[Desk, Depends(desk)]


@router.get("/drills/{drill}/desk", response_class=HTMLResponse)
def get_desk(request: Request, drill: str, services: ServicesDep, pages: PagesDep) -> HTMLResponse:
    """Show what people said in the drill, and the forms."""
    return Desk(request, drill, services, pages).page()
