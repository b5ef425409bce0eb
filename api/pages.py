"""The page with the widget, and what the widget is made of."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from markdown_it import MarkdownIt
from markupsafe import Markup

HERE = Path(__file__).parent
WIDGET = HERE / "widget"
templates = Jinja2Templates(directory=HERE / "templates")
# The subset that fiches use; a tag in a text stays text, and only http(s) addresses become links.
_MARKDOWN = MarkdownIt("zero", {"html": False}).enable(["emphasis", "list", "link", "newline", "escape"])


def markdown(text: str) -> Markup:
    """A fiche's text as HTML."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - markdown-it escapes all that is not its own markup


templates.env.filters["markdown"] = markdown

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request) -> HTMLResponse:
    """What Choriste is, with the assistant in the page."""
    return templates.TemplateResponse(request, "accueil.html", {})
