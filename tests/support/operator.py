"""Settings of the operator mode, pointed at the stand-in of PISTE: the lock, the accounts, whose invoices may be shown."""

from typing import Any

from pwdlib.hashers.argon2 import Argon2Hasher

from tests.standin_piste.world import World

CODE = "un-code-pour-les-agents"
ACCESS_HASH = Argon2Hasher().hash(CODE)


def operator_settings(url: str, world: World) -> dict[str, Any]:
    """By the names of the settings; the operator is the stand-in's own supplier and nobody else."""
    account, application = world.data["compte"], world.data["application"]
    return {
        "lookup_mode": "operator",
        "access_code_hash": ACCESS_HASH,
        "operator_sirets": world.data["fournisseur"]["siret"],
        "piste_token_url": f"{url}/api/oauth/token",
        "piste_api_url": url,
        "piste_client_id": application["client_id"],
        "piste_client_secret": application["client_secret"],
        "cpro_login": account["login"],
        "cpro_password": account["mot_de_passe"],
    }
