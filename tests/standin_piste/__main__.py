"""Run: python -m tests.standin_piste --port 24080. Prints the settings that point Choriste at it."""

import typer
import uvicorn

from tests.standin_piste.app import create_app
from tests.standin_piste.world import World


def main(port: int = 24080) -> None:
    """Serve on 127.0.0.1 until stopped."""
    world = World()
    account, application = world.data["compte"], world.data["application"]
    address = f"http://127.0.0.1:{port}"
    for line in (
        "# Données de démonstration : rien ne vient de Chorus Pro.",
        f"export CHORISTE_PISTE_TOKEN_URL={address}/api/oauth/token CHORISTE_PISTE_API_URL={address}",
        f"export CHORISTE_PISTE_CLIENT_ID={application['client_id']} CHORISTE_PISTE_CLIENT_SECRET={application['client_secret']}",
        f"export CHORISTE_CPRO_LOGIN={account['login']} CHORISTE_CPRO_PASSWORD={account['mot_de_passe']}",
        f"export CHORISTE_OPERATOR_SIRETS={world.data['fournisseur']['siret']}",
    ):
        typer.echo(line)
    uvicorn.run(create_app(world), host="127.0.0.1", port=port, access_log=False)


typer.run(main)
