"""Sign in by an OpenID Connect provider (ProConnect's protocol): code flow with PKCE, state, nonce; signed userinfo is checked.

An account is never made here: an administrator creates it, and the first sign-in ties the provider's subject to it by the e-mail
address, if the provider says that it is verified (or the setting says that this provider vouches for its addresses). What must
survive the way to the provider and back (state, nonce, PKCE verifier, where to go) stays in the browser, in a short-lived signed
cookie: another browser's answer has no such cookie.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.dependencies import ContextDep
from api.errors import Problem
from api.helpdesk import access
from assistant.helpdesk import accounts
from assistant.settings import Settings

logger = structlog.get_logger()
router = APIRouter(prefix="/helpdesk/oidc")

FLOW_COOKIE = "choriste_desk_oidc"
RETURN_PATH = "/helpdesk/oidc/retour"

_FLOW_SECONDS = 600
_METADATA_SECONDS = 3600
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10
# Asymmetric ones only: « none » and a shared secret prove nothing about the provider.
_ALGORITHMS = ["RS256", "PS256", "ES256"]


class OidcRefused(Exception):
    """The provider's answer does not prove who the person is; the message is for the log."""


@dataclass(frozen=True)
class Identity:
    """What the provider says of the person. `email` is absent unless it vouches for it."""

    sujet: str
    email: str | None


class OidcProvider:
    """One identity provider, found by its discovery document."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer
        assert settings.oidc_client_id
        assert settings.oidc_client_secret
        self.issuer = settings.oidc_issuer.rstrip("/")
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value()
        self._scopes = settings.oidc_scopes
        self._acr_values = settings.oidc_acr_values
        self._trust_email = settings.oidc_trust_email
        self._http = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, follow_redirects=False)
        self._metadata: dict[str, Any] = {}
        self._metadata_until = 0.0

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def start(self, return_address: str, suite: str) -> tuple[str, str]:
        """(address of the provider to go to, content of the flow's cookie)."""
        flow = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "suite": suite,
            "fin": int(time.time()) + _FLOW_SECONDS,
        }
        extra = {"acr_values": self._acr_values} if self._acr_values else {}
        address: str = prepare_grant_uri(
            (await self._discover())["authorization_endpoint"],
            client_id=self._client_id,
            response_type="code",
            redirect_uri=return_address,
            scope=self._scopes,
            state=flow["state"],
            nonce=flow["nonce"],
            code_challenge=create_s256_code_challenge(flow["verifier"]),
            code_challenge_method="S256",
            **extra,
        )
        return address, self._sign(flow)

    async def finish(self, *, cookie: str, answer: dict[str, str], return_address: str) -> tuple[Identity, str]:
        """(who it is, where they wanted to go). Raises OidcRefused."""
        flow = self._read(cookie)
        if not hmac.compare_digest(str(flow["state"]).encode(), answer.get("state", "").encode()):
            raise OidcRefused("state differs")
        if answer.get("iss", self.issuer).rstrip("/") != self.issuer:
            raise OidcRefused("answer of another issuer")
        if "code" not in answer:
            raise OidcRefused(f"no code: {answer.get('error', '?')}")
        try:
            return await self._identify(flow, answer["code"], return_address), str(flow["suite"])
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            raise OidcRefused(repr(error)) from error

    async def _identify(self, flow: dict[str, Any], code: str, return_address: str) -> Identity:
        metadata = await self._discover()
        response = await self._http.post(
            metadata["token_endpoint"],
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": return_address,
                "client_id": self._client_id,
                "client_secret": self._secret,
                "code_verifier": flow["verifier"],
            },
            headers={"Accept": "application/json"},
        )
        response.raise_for_status()
        tokens = response.json()
        claims = await self._verified(tokens["id_token"], audience_required=True)
        if claims.get("nonce") != flow["nonce"]:
            raise OidcRefused("nonce differs")
        if claims.get("azp", self._client_id) != self._client_id:
            raise OidcRefused("token meant for another client")
        info = await self._userinfo(metadata["userinfo_endpoint"], tokens["access_token"])
        if not claims.get("sub") or info.get("sub") != claims["sub"]:
            raise OidcRefused("userinfo of another subject")
        vouched = info.get("email_verified", self._trust_email) is True
        email = info.get("email")
        return Identity(str(claims["sub"]), str(email) if email and vouched else None)

    async def _userinfo(self, address: str, access_token: str) -> dict[str, Any]:
        response = await self._http.get(address, headers={"Authorization": f"Bearer {access_token}"})
        response.raise_for_status()
        if response.headers.get("content-type", "").startswith("application/jwt"):
            return await self._verified(response.text.strip(), audience_required=False)
        found = response.json()
        if not isinstance(found, dict):
            raise OidcRefused("userinfo is no object")
        return found

    async def _verified(self, token: str, *, audience_required: bool) -> dict[str, Any]:
        """Claims of a token that the provider signed, for this client, not expired."""
        try:
            decoded = jwt.decode(token, await self._keys(), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have changed its keys since.
            decoded = jwt.decode(token, await self._keys(anew=True), algorithms=_ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
            aud={"essential": audience_required, "value": self._client_id},
            exp={"essential": audience_required},
        )
        registry.validate(decoded.claims)
        return dict(decoded.claims)

    async def _discover(self, *, anew: bool = False) -> dict[str, Any]:
        if anew or time.monotonic() >= self._metadata_until:
            response = await self._http.get(f"{self.issuer}/.well-known/openid-configuration")
            response.raise_for_status()
            metadata = response.json()
            if str(metadata.get("issuer", "")).rstrip("/") != self.issuer:
                raise OidcRefused("the discovery document is another issuer's")
            keys = await self._http.get(metadata["jwks_uri"])
            keys.raise_for_status()
            self._metadata = {**metadata, "keys": KeySet.import_key_set(keys.json())}
            self._metadata_until = time.monotonic() + _METADATA_SECONDS
        return self._metadata

    async def _keys(self, *, anew: bool = False) -> KeySet:
        keys: KeySet = (await self._discover(anew=anew))["keys"]
        return keys

    def _sign(self, flow: dict[str, Any]) -> str:
        body = base64.urlsafe_b64encode(json.dumps(flow).encode()).decode()
        return f"{body}.{self._signature(body)}"

    def _read(self, cookie: str) -> dict[str, Any]:
        body, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            raise OidcRefused("no flow of this browser")
        flow: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body))
        if time.time() > flow["fin"]:
            raise OidcRefused("the flow took too long")
        return flow

    def _signature(self, body: str) -> str:
        return hmac.new(f"choriste-oidc:{self._secret}".encode(), body.encode(), hashlib.sha256).hexdigest()


@router.get("/depart")
async def leave(request: Request, context: ContextDep, suite: str = "") -> Response:
    """Go to the provider."""
    provider = _provider(request)
    try:
        address, cookie = await provider.start(_return_address(request), access.safe_path(suite))
    except (httpx.HTTPError, OidcRefused, ValueError, KeyError) as error:
        logger.warning("oidc_unreachable", failure=repr(error))
        return RedirectResponse(f"{access.LOGIN_PATH}?fait=oidc_injoignable", status_code=303)
    response = RedirectResponse(address, status_code=303)
    # Lax: the provider's answer comes from another site.
    access.set_cookie(response, FLOW_COOKIE, cookie, request, context.settings, lax=True, seconds=_FLOW_SECONDS)
    return response


@router.get("/retour")
async def come_back(request: Request, context: ContextDep) -> Response:
    """The provider's answer: open a session for an account that exists, or say that there is none."""
    provider = _provider(request)
    cookie = access.read_cookie(FLOW_COOKIE, request, context.settings)
    try:
        identity, suite = await provider.finish(
            cookie=cookie, answer=dict(request.query_params), return_address=_return_address(request)
        )
    except OidcRefused as error:
        logger.warning("oidc_refused", failure=str(error))
        response: Response = RedirectResponse(f"{access.LOGIN_PATH}?fait=oidc_refus", status_code=303)
    else:
        agent = await accounts.find_for_oidc(sessions=context.services.sessions, sujet=identity.sujet, email=identity.email)
        if agent is None:
            logger.warning("oidc_no_account")
            response = RedirectResponse(f"{access.LOGIN_PATH}?fait=oidc_sans_compte", status_code=303)
        else:
            logger.info("desk_login", agent=agent.id, by="oidc")
            # A page of ours goes on from here: on a redirect that began at the provider, no Strict cookie would be sent.
            response = access.bounce(request, suite)
            await access.sign_in(response, request, context, agent)
    access.drop_cookie(response, FLOW_COOKIE, request, context.settings)
    return response


def _provider(request: Request) -> OidcProvider:
    provider: OidcProvider | None = request.app.state.console.oidc
    if provider is None:
        raise Problem(404, "oidc_absent", "La connexion par un fournisseur d'identité n'est pas activée.")
    return provider


def _return_address(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{RETURN_PATH}"
