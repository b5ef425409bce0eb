"""What one message does inside the draft: fill, correct, interrupt."""

from typing import Any

import pytest

from actions.base import Services
from assistant.knowledge.schemas import Categorie
from tests.support.drafts import FORM, OTHER_SIRET, SIRET, SKIPPED, complete, fill
from tests.support.http import Service
from tests.support.trackers import button_call, slots_set


@pytest.fixture(scope="module")
def rejetee(services: Services) -> Categorie:
    """A rejected invoice: needs its number, its status and the reason."""
    return services.knowledge.categories["facture_rejetee"]


def button(payload: str, **slots: Any) -> dict[str, Any]:
    return button_call(FORM, payload, slots=slots)


# --- answers --------------------------------------------------------------------------------------------------------


async def test_each_answer_fills_its_slot_and_the_next_question_follows(service: Service, rejetee: Categorie) -> None:
    slots: dict[str, Any] = {"sol_categorie": rejetee.id}
    for asked, said, slot, kept, following in (
        ("siret", "732 829 320 00074", "siret", SIRET, "numero_facture"),
        ("numero_facture", "c'est le F-12", "numero_facture", "F-12", "piece"),
        # The status is told by the subject itself: it is not asked.
        ("piece", "Pièce justificative manquante", "donnees", {"motif": "Pièce justificative manquante"}, "description"),
        (
            "description",
            "La facture est rejetée, mon mdp : Toto2024",
            "description",
            "La facture est rejetée, mon mdp : ••••",
            "piece",
        ),
        ("piece", "rien à ajouter", "donnees", None, "contact"),
        ("contact", "écrivez-moi à compta@exemple.fr.", "contact", "compta@exemple.fr", "confirmation"),
    ):
        changed, sentences = await fill(service, asked, said, slots=slots)
        if kept is not None:
            assert changed[f"sol_{slot}"] == kept
        assert changed["requested_slot"] == f"sol_{following}"
        # A description may bring fiches that answer it.
        assert sentences == [] or asked == "description"
        slots |= changed
    assert slots["sol_donnees"] == {
        "motif": "Pièce justificative manquante",
        "siret_destinataire": SKIPPED,
        "date": SKIPPED,
        "numero_engagement": SKIPPED,
    }


async def test_the_identifier_in_the_message_is_taken_and_not_its_words(service: Service, rejetee: Categorie) -> None:
    said = "notre siret est le 73282932000074 je crois"
    changed, _ = await fill(service, "siret", said, slots={"sol_categorie": rejetee.id}, entities={"siret": SIRET})
    assert changed["sol_siret"] == SIRET


async def test_what_a_message_tells_beside_is_taken_too(service: Service, rejetee: Categorie) -> None:
    said = "73282932000074, pour la facture F-12 et l'engagement 2024-55"
    changed, _ = await fill(
        service,
        "siret",
        said,
        slots={"sol_categorie": rejetee.id},
        entities={"siret": SIRET, "numero_facture": "F-12", "numero_engagement": "2024-55"},
    )
    assert (changed["sol_siret"], changed["sol_numero_facture"]) == (SIRET, "F-12")
    assert changed["sol_donnees"] == {"numero_engagement": "2024-55"}
    assert changed["requested_slot"] == "sol_piece", "only the reason is still missing"


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        ("nlu_fallback", "je ne sais pas"),
        ("nier", "/nier"),
        ("nier", "non"),
        ("fiche", "je n'ai pas le siret"),
        ("nlu_fallback", "je ne le trouve plus"),
        ("ne_pas_comprendre", "je ne l'ai pas"),
        ("suite_ou", "je ne sais pas"),
    ],
)
async def test_i_have_none_skips_what_was_asked(service: Service, rejetee: Categorie, intent: str, said: str) -> None:
    changed, sentences = await fill(service, "siret", said, intent=intent, slots={"sol_categorie": rejetee.id})
    assert (changed["sol_siret"], changed["requested_slot"], sentences) == (SKIPPED, "sol_numero_facture", [])


async def test_one_answer_gives_several_pieces_each_its_part(service: Service, rejetee: Categorie) -> None:
    given = complete(rejetee, sol_donnees={"motif": "Pièce manquante"}, sol_contact=None)
    said = "siret du client 356 000 000 00048, engagement 2024-55, déposée le 12 mars, le maire est prévenu"
    changed, sentences = await fill(
        service, "piece", said, slots=given, entities={"numero_engagement": "2024-55", "siret": OTHER_SIRET}
    )
    assert sentences == []
    assert changed["sol_donnees"] == {
        "motif": "Pièce manquante",
        "siret_destinataire": OTHER_SIRET,
        "numero_engagement": "2024-55",
        "date": "déposée le 12 mars",
        "precisions": "le maire est prévenu",
    }
    assert changed["requested_slot"] == "sol_contact"


async def test_a_bare_yes_to_several_pieces_is_told_how_to_give_them(service: Service, rejetee: Categorie) -> None:
    given = complete(rejetee, sol_donnees={"motif": "Pièce manquante"}, sol_contact=None)
    changed, sentences = await fill(service, "piece", "oui", intent="affirmer", slots=given)
    assert changed == {"sol_piece": None, "requested_slot": "sol_piece"}
    assert sentences[0].startswith("Écrivez-les en un seul message, par exemple « siret de votre client : …")


async def test_an_offered_value_is_taken_by_its_button(service: Service, rejetee: Categorie) -> None:
    call = button(f'/affirmer{{"valeur": "siret={SIRET}"}}', sol_categorie=rejetee.id, requested_slot="sol_siret")
    assert slots_set(await service.action(call))["sol_siret"] == SIRET
    given = complete(rejetee, sol_donnees={"motif": "Pièce manquante"}, sol_contact=None) | {"requested_slot": "sol_piece"}
    changed = slots_set(await service.action(button('/affirmer{"valeur": "numero_engagement=2024-55"}', **given)))
    assert changed["sol_donnees"] == {"motif": "Pièce manquante", "numero_engagement": "2024-55"}
    assert changed["requested_slot"] == "sol_piece", "the other pieces of the question are asked again"
    given = complete(rejetee, sol_contact=None) | {"requested_slot": "sol_contact"}
    changed = slots_set(await service.action(button('/affirmer{"valeur": "contact=a@exemple.fr"}', **given)))
    assert (changed["sol_contact"], changed["requested_slot"]) == ("a@exemple.fr", "sol_confirmation")


@pytest.mark.parametrize(
    ("asked", "said", "reason"),
    [
        ("siret", "732829320", "Ces 9 chiffres sont un SIREN"),
        ("numero_facture", "F-" + "1" * 30, "20 caractères au plus"),
        ("description", "bof", "Décrivez le problème"),
        ("contact", "par téléphone", "Cette adresse électronique n'est pas valable"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused_in_french_and_asked_again(
    service: Service, rejetee: Categorie, asked: str, said: str, reason: str
) -> None:
    changed, sentences = await fill(service, asked, said, slots={"sol_categorie": rejetee.id})
    assert changed == {f"sol_{asked}": None, "requested_slot": f"sol_{asked}"}
    [sentence] = sentences
    assert reason in sentence


async def test_a_piece_that_does_not_fit_is_refused_and_asked_again(service: Service, services: Services) -> None:
    changed, sentences = await fill(service, "piece", "mon adresse habituelle", slots={"sol_categorie": "activation"})
    assert changed == {"sol_piece": None, "requested_slot": "sol_piece"}
    assert "Exemple : prenom.nom@entreprise.fr" in sentences[0]
    changed, _ = await fill(service, "piece", "c'est jean@exemple.fr", slots={"sol_categorie": "activation"})
    assert changed["sol_donnees"] == {"adresse_connexion": "jean@exemple.fr"}


async def test_a_category_is_chosen_by_button_or_by_words(service: Service, services: Services, rejetee: Categorie) -> None:
    call = button(f'/preparer_sollicitation{{"sujet": "categorie:{rejetee.id}"}}', requested_slot="sol_categorie")
    answer = await service.action(call)
    assert slots_set(answer)["sol_categorie"] == rejetee.id
    assert rejetee.raison_route in answer["responses"][0]["text"]
    changed, _ = await fill(service, "categorie", "ma facture est suspendue")
    assert changed["sol_categorie"] == "facture_suspendue"
    changed, sentences = await fill(service, "categorie", "blabla")
    assert changed["sol_categorie"] is None
    assert sentences == [services.knowledge.textes["sol_categorie_inconnue"]]


async def test_choosing_the_subject_brings_its_fiches(service: Service, services: Services, rejetee: Categorie) -> None:
    call = button(f'/preparer_sollicitation{{"sujet": "categorie:{rejetee.id}"}}', requested_slot="sol_categorie")
    [_, notice] = (await service.action(call))["responses"]
    assert notice["text"] == services.knowledge.textes["sol_fiches"]
    assert [one["payload"] for one in notice["buttons"]] == [
        f'/fiche{{"sujet": "fiche:{fiche}"}}' for fiche in rejetee.fiches[:3]
    ]


async def test_the_description_brings_fiches_that_the_subject_did_not(service: Service, services: Services) -> None:
    autre = services.knowledge.categories["autre"]
    told = "je ne reçois pas le mail pour réinitialiser mon mot de passe"
    changed, sentences = await fill(service, "description", told, slots={"sol_categorie": autre.id})
    assert changed["sol_description"] == told
    assert sentences == [services.knowledge.textes["sol_fiches"]]


# --- interruptions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "intent", "said"),
    [
        ("siret", "definir_terme", "c'est quoi un SIRET ?"),
        ("numero_facture", "fiche", "où je trouve le numéro ?"),
        ("contact", "fiche", "comment créer un compte ?"),
        ("description", "fiche", "où trouver le code service ?"),
        ("piece", "fiche", "où est-ce que je vois le motif ?"),
        ("siret", "annuler", "annuler"),
        ("description", "au_revoir", "au revoir"),
        ("confirmation", "fiche", "combien de temps ça prend ?"),
    ],
)
async def test_a_question_or_a_stop_fills_nothing_and_says_nothing(
    service: Service, rejetee: Categorie, asked: str, intent: str, said: str
) -> None:
    given = {"sol_categorie": rejetee.id}
    if asked == "piece":
        given |= {"sol_siret": SIRET, "sol_numero_facture": "F-12"}
    changed, sentences = await fill(service, asked, said, intent=intent, slots=given)
    assert (changed, sentences) == ({}, [])


async def test_a_description_that_begins_like_a_question_is_a_description(service: Service, rejetee: Categorie) -> None:
    told = "Quand je dépose ma facture, un message d'erreur s'affiche depuis lundi"
    changed, _ = await fill(service, "description", told, intent="fiche", slots={"sol_categorie": rejetee.id})
    assert changed["sol_description"] == told


async def test_after_another_rule_has_answered_the_form_only_asks_again(service: Service, rejetee: Categorie) -> None:
    events = [{"event": "action", "name": "action_definir_terme", "timestamp": 3.0}]
    changed, sentences = await fill(
        service, "siret", "c'est quoi un SIRET ?", intent="definir_terme", slots={"sol_categorie": rejetee.id}, events=events
    )
    assert (changed, sentences) == ({"requested_slot": "sol_siret"}, [])


@pytest.mark.parametrize("asked", ["siret", "description", "contact"])
@pytest.mark.parametrize("payload", ["/affirmer", '/affirmer{"valeur": "motif=autre chose"}'])
async def test_a_button_of_an_earlier_question_is_not_taken_for_an_answer(
    service: Service, rejetee: Categorie, services: Services, asked: str, payload: str
) -> None:
    answer = await service.action(button(payload, sol_categorie=rejetee.id, requested_slot=f"sol_{asked}"))
    assert slots_set(answer) == {f"sol_{asked}": None, "requested_slot": f"sol_{asked}"}
    assert [one["text"] for one in answer["responses"]] == [services.knowledge.textes["sol_bouton_ancien"]]


async def test_a_value_offered_earlier_does_not_confirm_the_recap(service: Service, rejetee: Categorie) -> None:
    given = complete(rejetee) | {"requested_slot": "sol_confirmation"}
    changed = slots_set(await service.action(button(f'/affirmer{{"valeur": "siret={SIRET}"}}', **given)))
    assert changed == {"sol_confirmation": None, "requested_slot": "sol_confirmation"}


# --- corrections and confirmation -----------------------------------------------------------------------------------


async def test_yes_confirms_no_asks_what_to_change_and_anything_else_is_asked_again(service: Service, rejetee: Categorie) -> None:
    slots = complete(rejetee)
    changed, _ = await fill(service, "confirmation", "oui", intent="affirmer", slots=slots)
    assert changed == {"sol_confirmation": "oui", "requested_slot": None}
    changed, _ = await fill(service, "confirmation", "non", intent="nier", slots=slots)
    assert changed == {"sol_confirmation": None, "requested_slot": "sol_champ_a_modifier"}
    changed, sentences = await fill(service, "confirmation", "peut-être bien", slots=slots)
    assert changed == {"sol_confirmation": None, "requested_slot": "sol_confirmation"}
    assert sentences[0].startswith("Répondez « oui »")


async def test_a_correction_empties_the_field_it_names(service: Service, rejetee: Categorie) -> None:
    slots = complete(rejetee)
    changed, _ = await fill(service, "confirmation", "je me suis trompé d'adresse mail", intent="corriger", slots=slots)
    assert (changed["sol_contact"], changed["requested_slot"]) == (None, "sol_contact")
    changed, _ = await fill(service, "confirmation", "le motif n'est pas le bon", intent="corriger", slots=slots)
    assert changed["sol_donnees"]["motif"] == ""
    assert changed["requested_slot"] == "sol_piece"


async def test_even_what_the_subject_told_can_be_corrected(service: Service, rejetee: Categorie) -> None:
    slots = complete(rejetee)
    changed, _ = await fill(service, "confirmation", "le statut est faux", intent="corriger", slots=slots)
    assert changed["requested_slot"] == "sol_piece"
    slots |= changed
    changed, _ = await fill(service, "piece", "suspendue", slots=slots, entities={"statut": "SUSPENDUE"})
    assert changed["sol_donnees"]["statut"] == "Suspendue"
    assert changed["requested_slot"] == "sol_confirmation"


async def test_a_correction_takes_the_value_it_brings(service: Service, rejetee: Categorie) -> None:
    slots = complete(rejetee)
    changed, _ = await fill(
        service,
        "confirmation",
        "le numéro de facture est F-13",
        intent="corriger",
        slots=slots,
        entities={"numero_facture": "F-13"},
    )
    assert (changed["sol_numero_facture"], changed["requested_slot"]) == ("F-13", "sol_confirmation")
    changed, sentences = await fill(
        service,
        "confirmation",
        "le siret est 73282932000075",
        intent="corriger",
        slots=slots,
        entities={"siret": "73282932000075"},
    )
    assert (changed["sol_siret"], changed["requested_slot"]) == (None, "sol_siret")
    assert "clé de contrôle est fausse" in sentences[0]


async def test_a_correction_that_names_nothing_asks_what_to_change(service: Service, rejetee: Categorie) -> None:
    changed, _ = await fill(service, "confirmation", "je me suis trompé", intent="corriger", slots=complete(rejetee))
    assert changed["requested_slot"] == "sol_champ_a_modifier"
    changed, _ = await fill(service, "categorie", "je me suis trompé", intent="corriger")
    assert changed["requested_slot"] == "sol_categorie", "nothing was given yet: there is nothing to choose among"


@pytest.mark.parametrize(("champ", "slot"), [("motif", "piece"), ("siret", "siret"), ("description", "description")])
async def test_a_button_names_what_to_change(service: Service, rejetee: Categorie, champ: str, slot: str) -> None:
    given = complete(rejetee) | {"requested_slot": "sol_champ_a_modifier"}
    changed = slots_set(await service.action(button(f'/corriger{{"champ": "{champ}"}}', **given)))
    assert changed["requested_slot"] == f"sol_{slot}"


async def test_a_reason_that_sounds_like_a_correction_is_the_reason(service: Service, rejetee: Categorie) -> None:
    given = {"sol_categorie": rejetee.id, "sol_siret": SIRET, "sol_numero_facture": "F-12"}
    said = "Erreur dans le numéro d'engagement"
    changed, _ = await fill(service, "piece", said, intent="corriger", slots=given)
    assert changed["sol_donnees"] == {"motif": said}
    changed, _ = await fill(service, "piece", "je me suis trompé de siret", intent="corriger", slots=given)
    assert (changed["sol_siret"], changed["requested_slot"]) == (None, "sol_siret")
