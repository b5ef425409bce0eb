"""The application: token, refusals of the gateway, services, and the routes by which a test or a hand makes things go wrong."""

import asyncio
import base64
import binascii
import json
from typing import Annotated, Any

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, Response
from pydantic import TypeAdapter
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.standin_piste.answers import SERVICES
from tests.standin_piste.world import Fault, World

# By hand, a number to search for brings the fault about.
_BY_NUMBER = {
    "PANNE-503": Fault("status", status=503),
    "PANNE-429": Fault("status", status=429, retry_after="1"),
    "PANNE-LENT": Fault("slow"),
    "PANNE-COUPURE": Fault("cut"),
    "PANNE-METIER": Fault("business"),
}


class _Cutter:
    """Cuts the connection when a route says so: an application cannot, its server can."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # uvicorn's own cycle of request and response: it holds the socket.
            scope["state"] = {**scope.get("state", {}), "cut": receive.__self__.transport.abort}  # type: ignore[attr-defined]
        await self._app(scope, receive, send)


def create_app(world: World) -> FastAPI:
    """The stand-in over `world`."""
    app = FastAPI(title="PISTE, serveur de remplacement : données de démonstration", docs_url=None)
    app.add_middleware(_Cutter)

    @app.post("/api/oauth/token")
    async def token(request: Request, grant_type: Annotated[str, Form()] = "", client_id: Annotated[str, Form()] = "",
                    client_secret: Annotated[str, Form()] = "") -> Response:  # fmt: skip
        world.journal.append(request.url.path)
        fault = world.take_fault(request.url.path)
        if fault:
            return await _broken(fault, request)
        if grant_type != "client_credentials" or world.data["application"] != {
            "client_id": client_id,
            "client_secret": client_secret,
        }:
            return JSONResponse({"error": "invalid_client", "error_description": "unknown"}, status_code=400)
        return JSONResponse(
            {"access_token": world.new_token(), "token_type": "Bearer", "expires_in": int(world.lifetime), "scope": "openid"}
        )

    @app.api_route("/cpro/{path:path}", methods=["GET", "POST"])
    async def service(path: str, request: Request) -> Response:
        world.journal.append(request.url.path)
        raw = await request.body()
        refusal = _refusal(world, request)
        if refusal:
            return refusal
        if path == "transverses/v1/health-check" and request.method == "GET":
            fault = world.take_fault(request.url.path)
            return (
                await _broken(fault, request)
                if fault
                else JSONResponse({"body": "UP", "statusCode": "OK", "statusCodeValue": 200})
            )
        if path not in SERVICES or request.method != "POST":
            return JSONResponse({"httpCode": "404", "httpMessage": "Not Found"}, status_code=404)
        if not request.headers.get("content-type", "").startswith("application/json"):
            return Response(status_code=415)
        try:
            body = json.loads(raw)
        except ValueError:
            return Response(status_code=400)
        fault = _BY_NUMBER.get(str(body.get("numeroFacture"))) or _asked(request) or world.take_fault(request.url.path)
        if fault:
            return await _broken(fault, request)
        return JSONResponse(SERVICES[path](world, body))

    @app.post("/standin/faults")
    async def add_fault(fault: dict[str, Any]) -> dict[str, str]:
        world.faults.append(TypeAdapter(Fault).validate_python(fault))
        return {"etiquette": world.data["etiquette"]}

    @app.post("/standin/clock")
    async def move_clock(asked: dict[str, float]) -> dict[str, float]:
        world.offset += asked["advance"]
        return {"offset": world.offset}

    @app.get("/standin/journal")
    async def journal() -> dict[str, Any]:
        return {"etiquette": world.data["etiquette"], "calls": world.journal}

    return app


def _asked(request: Request) -> Fault | None:
    """« X-Standin-Fault: {"kind": "status", "status": 429} », for calls made by hand."""
    header = request.headers.get("x-standin-fault")
    return TypeAdapter(Fault).validate_json(header) if header else None


def _refusal(world: World, request: Request) -> Response | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not world.knows(token):
        return Response(status_code=401, headers={"WWW-Authenticate": 'Bearer realm="PISTE"'})
    account = world.data["compte"]
    try:
        given = base64.b64decode(request.headers.get("cpro-account", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        given = ""
    if given != f"{account['login']}:{account['mot_de_passe']}":
        return JSONResponse({"httpCode": "403", "httpMessage": "Forbidden", "moreInformation": ""}, status_code=403)
    return None


async def _broken(fault: Fault, request: Request) -> Response:
    match fault.kind:
        case "status":
            headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else None
            return Response(status_code=fault.status, headers=headers)
        case "slow":
            await asyncio.sleep(fault.seconds)
            return Response(status_code=504)
        case "cut":
            request.state.cut()
            return Response()
        case "cut_midway":
            return Response(b'{"codeRetour"', media_type="application/json", headers={"Content-Length": "4000"})
        case "business":
            status = fault.status if fault.status == 400 else 200
            return JSONResponse({"codeRetour": fault.code, "libelle": fault.libelle}, status_code=status)
        case "not_json":
            return Response("<html>Maintenance</html>", media_type="text/html")
        case "no_code":
            return JSONResponse({"listeFactures": []})
        case "big":
            return Response(b" " * 2_000_000, media_type="application/json")
        case "redirect":
            return Response(status_code=302, headers={"Location": "/standin/journal"})
        case _:
            raise ValueError(fault.kind)
