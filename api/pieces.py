"""Files over HTTP: how they come in with a form, how they go out. They go out as downloads only, never as something to show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from fastapi import Request, UploadFile
from fastapi.responses import FileResponse, Response
from starlette.datastructures import UploadFile as StarletteUpload

from api.dependencies import Context
from api.errors import Problem
from assistant.sollicitations.attachments import MAX_BYTES, MAX_FILES
from assistant.sollicitations.file_types import Format
from assistant.sollicitations.models import PieceJointe

logger = structlog.get_logger()

# All files of one form, and the words around them.
MAX_FORM_BYTES = MAX_FILES * MAX_BYTES + 1024 * 1024
# More than may be kept, so that « too many » is said in French and not by the parser.
_MAX_PARSED_FILES = 4 * MAX_FILES
_MAX_FIELDS = 60
_MAX_FIELD_BYTES = 256 * 1024


@dataclass(frozen=True)
class SentForm:
    """What a form sent: fields as text (the last value of each), and its files."""

    fields: dict[str, str]
    files: list[StarletteUpload]


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[SentForm]:
    """The form of a request; its temporary files are closed after the block."""
    async with request.form(max_files=_MAX_PARSED_FILES, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES) as form:
        items = form.multi_items()
        # A file field that was left empty comes as a file without a name.
        files = [value for _, value in items if isinstance(value, StarletteUpload | UploadFile) and value.filename]
        yield SentForm({name: value for name, value in items if isinstance(value, str)}, files)


def piece_response(context: Context, piece: PieceJointe) -> Response:
    """A file as a download: the browser neither guesses its type nor runs it. Raises Problem when its bytes are not there."""
    path = context.pieces.path(sha256=piece.sha256, piece_id=piece.id)
    if not path.is_file():
        logger.error("piece_missing", piece=piece.id)
        raise Problem(404, "piece_absente", "Ce fichier n'est plus disponible.")
    return FileResponse(
        path,
        filename=piece.nom,
        media_type="text/plain; charset=utf-8" if piece.type_mime == Format.TEXT else piece.type_mime,
        content_disposition_type="attachment",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "no-store",
        },
    )
