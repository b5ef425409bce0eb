"""A small real OpenID Connect provider on loopback: RS256 keys, code flow with PKCE, userinfo as a signed JWT (ProConnect).

The provider is strict about what it is asked; a test makes it lie by changing what it would say.
"""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.support.rasa_stub import unused_port

CLIENT_ID, CLIENT_SECRET = "choriste", "un-secret-du-client"

Claims = dict[str, Any]


@dataclass
class OidcServer:
    """Who signs in next is `person`; `asked` holds what was asked of /authorize."""

    issuer: str
    person: Claims = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "une", "use": "sig", "alg": "RS256"}))
    signing_key: RSAKey | None = None
    userinfo_as_jwt: bool = True
    change_id_token: Callable[[Claims], Claims] = lambda claims: claims
    change_userinfo: Callable[[Claims], Claims] = lambda claims: claims
    header: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, Claims] = field(default_factory=dict)

    def reset(self) -> None:
        """Tell the truth again."""
        fresh = OidcServer(self.issuer, key=self.key)
        self.__dict__.update(fresh.__dict__)

    def sign(self, claims: Claims) -> str:
        key = self.signing_key or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid, **self.header}, claims, key)


def build(server: OidcServer) -> FastAPI:
    """The provider's application."""
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> Claims:
        return {
            "issuer": server.issuer,
            "authorization_endpoint": f"{server.issuer}/authorize",
            "token_endpoint": f"{server.issuer}/token",
            "userinfo_endpoint": f"{server.issuer}/userinfo",
            "jwks_uri": f"{server.issuer}/jwks",
        }

    @app.get("/jwks")
    async def keys() -> Any:
        return KeySet([server.key]).as_dict(private=False)

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        asked = dict(request.query_params)
        server.asked.append(asked)
        right = (
            asked.get("client_id") == CLIENT_ID
            and asked.get("response_type") == "code"
            and asked.get("code_challenge_method") == "S256"
            and "openid" in asked.get("scope", "")
            and all(len(asked.get(name, "")) >= 32 for name in ("state", "nonce", "code_challenge"))
        )
        if not right:
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        code = secrets.token_urlsafe(16)
        server.codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"], "iss": server.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=302)

    @app.post("/token")
    async def token(
        grant_type: Annotated[str, Form()],
        code: Annotated[str, Form()],
        redirect_uri: Annotated[str, Form()],
        client_id: Annotated[str, Form()],
        client_secret: Annotated[str, Form()],
        code_verifier: Annotated[str, Form()],
    ) -> Response:
        asked = server.codes.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or (grant_type, client_id, client_secret) != ("authorization_code", CLIENT_ID, CLIENT_SECRET)
            or redirect_uri != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        access_token = secrets.token_urlsafe(16)
        server.tokens[access_token] = server.person
        moment = int(time.time())
        claims = {
            "iss": server.issuer,
            "sub": server.person["sub"],
            "aud": CLIENT_ID,
            "exp": moment + 60,
            "iat": moment,
            "nonce": asked["nonce"],
        }
        return JSONResponse(
            {"access_token": access_token, "token_type": "Bearer", "id_token": server.sign(server.change_id_token(claims))}
        )

    @app.get("/userinfo")
    async def userinfo(authorization: Annotated[str, Header()] = "") -> Response:
        person = server.tokens.get(authorization.removeprefix("Bearer "))
        if person is None:
            return JSONResponse({"error": "invalid_token"}, status_code=401)
        moment = int(time.time())
        if not server.userinfo_as_jwt:
            return JSONResponse(server.change_userinfo(dict(person)))
        claims = {**person, "iss": server.issuer, "aud": CLIENT_ID, "iat": moment, "exp": moment + 60}
        return Response(server.sign(server.change_userinfo(claims)), media_type="application/jwt")

    return app


@contextmanager
def running_oidc_provider() -> Iterator[OidcServer]:
    """The provider in a thread of its own, as long as the block lasts."""
    port = unused_port()
    server = OidcServer(f"http://127.0.0.1:{port}")
    ready = threading.Event()

    class Ready(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready.set()

    instance = Ready(uvicorn.Config(build(server), host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=instance.run, daemon=True)
    thread.start()
    assert ready.wait(20), "the provider did not start"
    try:
        yield server
    finally:
        instance.should_exit = True
        thread.join(20)
