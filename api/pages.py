"""The page with the widget, and what the widget is made of."""

import re
from datetime import date
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.templating import Jinja2Templates
from markdown_it import MarkdownIt
from markupsafe import Markup

HERE = Path(__file__).parent
WIDGET = HERE / "widget"
templates = Jinja2Templates(directory=HERE / "templates")
# The subset that fiches use; a tag in a text stays text, and only http(s) addresses become links.
_MARKDOWN = MarkdownIt("zero", {"html": False}).enable(["emphasis", "list", "link", "newline", "escape", "autolink"])
# An address written as it is: a link, as the widget makes it. Not the one inside a link.
_BARE_ADDRESS = re.compile(r"(?<![(<\[])\bhttps?://[^\s<>()«»]*[^\s<>()«».,;:!?]")


def markdown(text: str) -> Markup:
    """A fiche's text as HTML."""
    return Markup(_MARKDOWN.render(_BARE_ADDRESS.sub(r"<\g<0>>", text)))  # noqa: S704 - markdown-it escapes all that is not its own markup


def french_day(written: str) -> str:
    """« 2026-01-31 » as « 31/01/2026 »; anything else (« juin 2025 », « non datée ») as it is."""
    try:
        return date.fromisoformat(written).strftime("%d/%m/%Y")
    except ValueError:
        return written


templates.env.filters["markdown"] = markdown
templates.env.filters["jour"] = french_day

# Behind the access code, where there is one; `public` never is.
router = APIRouter(include_in_schema=False)
public = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request) -> HTMLResponse:
    """What Choriste is, with the assistant in the page."""
    return templates.TemplateResponse(request, "accueil.html", {})


@router.get("/assistant")
async def whole_page(request: Request) -> HTMLResponse:
    """The assistant alone, as large as the window: for phones, and for a link."""
    return templates.TemplateResponse(request, "assistant.html", {})


@public.get("/accessibilite")
async def accessibility(request: Request) -> HTMLResponse:
    """What was tested and what was not, and the ways without the assistant."""
    return templates.TemplateResponse(request, "accessibilite.html", {})


@public.get("/widget.js")
async def widget_script(request: Request) -> FileResponse:
    """The one file of the widget. Other sites may load it when at least one of them was named."""
    headers = {"Cache-Control": "no-cache"}
    if request.app.state.context.settings.widget_origins:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return FileResponse(WIDGET / "widget.js", media_type="text/javascript", headers=headers)
