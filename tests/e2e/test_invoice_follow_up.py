"""An invoice looked up, or checked, then spoken of in a few words: a live Choriste, with what Rasa really makes of them."""

from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import Talk
from tests.live import LiveChoriste, start_choriste, stop_choriste
from tests.standin_piste.server import running_standin
from tests.standin_piste.world import World
from tests.support.invoices.xml_templates import make_cii
from tests.support.operator import CODE, operator_settings

pytestmark = pytest.mark.live

# Question, what the answer must hold.
ABOUT_IT = [
    ("quand serai-je payé ?", "estimation du délai de paiement"),
    ("pourquoi ?", "Il manque le bon de livraison signé du 18"),
    ("et maintenant ?", "**Qui doit agir ?** Vous."),
    ("depuis quand ?", "**Suspendue** depuis le"),
    ("qui doit agir ?", "**Qui doit agir ?** Vous."),
    ("je fais quoi maintenant", "1. Acquittez le message d'alerte"),
]


def test_after_a_look_up_short_questions_go_on_with_that_invoice(talk: Talk) -> None:
    talk.say("où en est la facture 2026-0147")
    for question, words in ABOUT_IT:
        talk.say(question)
        assert "Facture 2026-0147" in talk.text() and words in talk.text(), question


def test_without_a_look_up_the_same_question_has_a_general_answer(talk: Talk) -> None:
    talk.say("quand serai-je payé ?")
    assert "2026-0147" not in talk.text()
    assert talk.kinds()[0] in ("answer", "choices")


def test_after_another_subject_the_invoice_is_left_alone(talk: Talk) -> None:
    talk.say("où en est la facture 2026-0147")
    talk.say("j'ai oublié mon mot de passe")
    talk.say("pourquoi ?")
    assert "2026-0147" not in talk.text()


def test_after_a_check_why_and_how_are_about_its_gravest_point(talk: Talk) -> None:
    number = "FACTURE-2026-000000000147"
    sent = talk.http.post(
        "/invoices/check",
        files={"file": ("facture.xml", make_cii(number=number), "text/xml")},
        data={"conversation": talk.id},
        headers=talk.headers,
    )
    assert sent.status_code == 200, sent.text
    [point] = [found for found in sent.json()["findings"] if found["severity"] == "bloquant"]
    talk.say("pourquoi ?")
    assert point["found"] in talk.text()
    for question in ("comment corriger ?", "comment je corrige ça"):
        talk.say(question)
        assert point["fix"] in talk.text(), question


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveChoriste]:
    """A Choriste in operator mode, its Chorus Pro the stand-in."""
    world = World()
    with running_standin(world) as url:
        given = {f"CHORISTE_{name.upper()}": str(value) for name, value in operator_settings(url, world).items()}
        live = start_choriste(tmp_path_factory.mktemp("exploitant"), **given)
        try:
            live.wait_until_said("prêt :")
            yield live
        finally:
            stop_choriste(live)


def test_the_operator_s_people_ask_about_their_own_invoices_in_their_words(operator: LiveChoriste) -> None:
    refused = httpx.post(f"{operator.url}/api/v1/conversations")
    assert refused.status_code == 401
    access = httpx.post(f"{operator.url}/api/v1/acces", json={"code": CODE}).json()["jeton"]
    talk = Talk(operator.url, {"X-Choriste-Acces": access})
    for question, words in (
        ("où en est la facture 2026-0147", "**Suspendue** depuis le 30/09/2026"),
        ("pourquoi a-t-elle été rejetée", "« Bon de livraison manquant »"),
        ("quand serai-je payé ?", "interrompu depuis le 30/09/2026"),
        ("mes factures suspendues", "**2 factures** à l'état « Suspendue »"),
        ("le client exige-t-il un code service ? 21000002200017", "Ce client exige un **code service**"),
        ("mon flux CPP0011117000000000300163 est-il passé ?", "**Flux intégré**"),
        ("où en est la facture TIERS-900", "Je ne trouve pas de facture « TIERS-900 »"),
        ("où en est la facture PANNE-503", "Chorus Pro ne répond pas pour l'instant"),
    ):
        talk.say(question)
        assert words in talk.text(), question
        assert "Données de démonstration" not in talk.text()
