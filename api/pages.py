"""The page with the widget, and what the widget is made of."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

HERE = Path(__file__).parent
WIDGET = HERE / "widget"
templates = Jinja2Templates(directory=HERE / "templates")

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request) -> HTMLResponse:
    """What Choriste is, with the assistant in the page."""
    return templates.TemplateResponse(request, "accueil.html", {})
