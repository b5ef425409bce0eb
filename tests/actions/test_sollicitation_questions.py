"""The questions of the draft: what is asked, what is offered from what the conversation already said."""

import pytest

from actions.base import Services
from assistant.knowledge.schemas import Categorie
from tests.support.drafts import NONE, NOTHING_TO_ADD, OTHER_SIRET, SIRET, SKIPPED, ask, complete
from tests.support.http import Service
from tests.support.trackers import said


@pytest.fixture(scope="module")
def rejetee(services: Services) -> Categorie:
    """A rejected invoice: needs its number, its status and the reason."""
    return services.knowledge.categories["facture_rejetee"]


async def test_the_subject_is_asked_with_all_categories_as_buttons(service: Service, services: Services) -> None:
    question = await ask(service, "categorie")
    assert question["custom"]["kind"] == "question"
    assert [button["title"] for button in question["buttons"]] == [one.titre for one in services.knowledge.categories.values()]


@pytest.mark.parametrize(
    ("slot", "beginning"),
    [("siret", "Quel est le SIRET"), ("numero_facture", "Quel est le numéro de la facture"), ("contact", "À quelle adresse")],
)
async def test_each_thing_is_asked_in_its_own_words(service: Service, rejetee: Categorie, slot: str, beginning: str) -> None:
    question = await ask(service, slot, slots={"sol_categorie": rejetee.id})
    assert (question["custom"]["kind"], question["text"].startswith(beginning)) == ("question", True)
    assert question["buttons"] == ([] if slot == "contact" else [NONE])


async def test_an_essential_piece_is_asked_by_itself(service: Service, rejetee: Categorie) -> None:
    given = {"sol_categorie": rejetee.id, "sol_siret": SIRET, "sol_numero_facture": "F-12"}
    question = await ask(service, "piece", slots=given)
    assert question["text"].startswith("Quel motif votre client a-t-il indiqué")
    assert question["buttons"] == [NONE]


async def test_all_other_pieces_come_in_one_question(service: Service, rejetee: Categorie) -> None:
    given = complete(rejetee, sol_donnees={"motif": "Pièce manquante"}, sol_contact=None)
    question = await ask(service, "piece", slots=given)
    assert [line for line in question["text"].splitlines() if line.startswith("- ")] == [
        "- SIRET de votre client",
        "- depuis quand",
        "- numéro d'engagement",
    ]
    assert "Ce que vous n'avez pas n'est pas indispensable." in question["text"]
    assert question["buttons"] == [NOTHING_TO_ADD]


async def test_what_was_said_earlier_is_offered(service: Service, rejetee: Categorie) -> None:
    question = await ask(service, "siret", slots={"sol_categorie": rejetee.id, "siret": SIRET})
    assert question["buttons"] == [
        {"title": "Utiliser 732 829 320 00074", "payload": f'/affirmer{{"valeur": "siret={SIRET}"}}'},
        NONE,
    ]
    question = await ask(service, "siret", slots={"siret": "73282932000075"})
    assert question["buttons"] == [NONE], "a number that is none is not offered"
    question = await ask(service, "numero_facture", slots={"numero_facture": "F-12"})
    assert question["buttons"][0] == {"title": "Utiliser F-12", "payload": '/affirmer{"valeur": "numero_facture=F-12"}'}


async def test_identifiers_of_earlier_messages_are_offered_each_for_its_piece(service: Service, rejetee: Categorie) -> None:
    earlier = [
        said("mon siret est 73282932000074", {"siret": SIRET}),
        said("engagement 2024-55 pour 35600000000048", {"numero_engagement": "2024-55", "siret": OTHER_SIRET}),
    ]
    given = complete(rejetee, sol_donnees={"motif": "Pièce manquante"}, sol_contact=None)
    question = await ask(service, "piece", slots=given, earlier=earlier)
    assert [button["title"] for button in question["buttons"]] == [
        "SIRET de votre client : 356 000 000 00048",
        "Numéro d'engagement : 2024-55",
        "Je n'ai rien à ajouter",
    ], "the SIRET that serves for one's own structure is not offered for the client's"


async def test_an_address_of_the_conversation_is_offered_half_hidden(service: Service, services: Services) -> None:
    earlier = [said("je me connecte avec jean.dupont@exemple.fr et ça ne marche pas")]
    activation = services.knowledge.categories["activation"]
    question = await ask(service, "piece", slots={"sol_categorie": activation.id}, earlier=earlier)
    assert question["text"].startswith("Avec quelle adresse électronique vous connectez-vous")
    [offered, none] = question["buttons"]
    assert offered == {
        "title": "Utiliser j•••@exemple.fr",
        "payload": '/affirmer{"valeur": "adresse_connexion=jean.dupont@exemple.fr"}',
    }
    assert none == NONE
    given = {"sol_categorie": activation.id, "sol_donnees": {"adresse_connexion": "marie@exemple.fr"}}
    contact = await ask(service, "contact", slots=given)
    assert [button["title"] for button in contact["buttons"]] == ["Utiliser m•••@exemple.fr"]


async def test_what_a_button_said_is_not_offered_as_words_of_the_person(service: Service, rejetee: Categorie) -> None:
    earlier = [said('/affirmer{"valeur": "siret=73282932000074"}', {"valeur": f"siret={SIRET}"})]
    assert (await ask(service, "siret", slots={"sol_categorie": rejetee.id}, earlier=earlier))["buttons"] == [NONE]


async def test_the_description_is_asked_with_what_this_kind_of_request_needs(service: Service, rejetee: Categorie) -> None:
    question = await ask(service, "description", slots={"sol_categorie": rejetee.id})
    assert question["text"].startswith("Décrivez le problème")
    assert all(f"- {hint}" in question["text"] for hint in rejetee.complements[:2])


async def test_the_recap_shows_everything_before_anything_is_written(
    service: Service, rejetee: Categorie, services: Services
) -> None:
    given = complete(
        rejetee, sol_numero_facture=SKIPPED, sol_donnees={"motif": "Pièce\nmanquante", "siret_destinataire": OTHER_SIRET}
    )
    recap = await ask(service, "confirmation", slots=given)
    assert recap["custom"]["kind"] == "recap"
    assert recap["text"].splitlines() == [
        "Voici votre demande. Est-ce exact ?",
        "",
        f"- **Sujet** : {rejetee.titre}",
        f"- **Destinataire** : {services.knowledge.textes['sol_destinataire_' + rejetee.route]}",
        "- **SIRET de votre structure** : 732 829 320 00074",
        "- **Numéro de facture** : non indiqué",
        "- **Statut affiché** : Rejetée",
        "- **Motif affiché** : Pièce manquante",
        "- **SIRET de votre client** : 356 000 000 00048",
        "- **Description** : La facture est suspendue depuis lundi.",
        "- **Adresse électronique** : compta@exemple.fr",
        "",
        "Rien n'est encore enregistré.",
    ]
    assert [button["payload"] for button in recap["buttons"]] == ["/affirmer", "/corriger", "/annuler"]


async def test_a_recap_tells_nothing_of_what_is_not_asked_and_has_no_hole(service: Service, services: Services) -> None:
    autre = services.knowledge.categories["autre"]
    recap = await ask(service, "confirmation", slots=complete(autre, sol_siret=SKIPPED))
    assert "SIRET" not in recap["text"] and "facture**" not in recap["text"]
    assert "\n\n- **Description**" not in recap["text"]


async def test_what_to_change_is_asked_with_the_fields_that_are_filled(service: Service, rejetee: Categorie) -> None:
    given = complete(rejetee, sol_contact=None, sol_donnees={"motif": "Pièce manquante"})
    question = await ask(service, "champ_a_modifier", slots=given)
    assert [button["title"] for button in question["buttons"]] == [
        "Le sujet",
        "SIRET de votre structure",
        "Numéro de facture",
        "Statut affiché",
        "Motif affiché",
        "La description",
        "Non, annuler",
    ]
    assert question["buttons"][4]["payload"] == '/corriger{"champ": "motif"}'
