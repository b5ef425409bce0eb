"""What each kind of request needs, and what a value must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge.load import ALWAYS_ASKED, Knowledge
from assistant.knowledge.schemas import Besoin, Saisie
from assistant.masking import MASK
from assistant.sollicitations import checklist
from assistant.sollicitations.checklist import ChecklistError, check, check_donnees, missing, pieces, values_of
from assistant.sollicitations.schemas import SollicitationCreate

SIRET = "73282932000074"
# Above this, one question after the other tires: the rest must come in one.
MOST_ONE_AT_A_TIME = 4


# --- the data -------------------------------------------------------------------------------------------------------


def test_a_rejected_invoice_needs_its_number_its_status_and_the_reason(knowledge: Knowledge) -> None:
    asked = {piece.besoin.cle for piece in pieces(knowledge, knowledge.categories["facture_rejetee"]) if piece.essentiel}
    assert {"numero_facture", "statut", "motif"} <= asked


def test_a_lost_activation_mail_needs_the_connexion_address(knowledge: Knowledge) -> None:
    asked = [piece.besoin.cle for piece in pieces(knowledge, knowledge.categories["activation"]) if piece.essentiel]
    assert asked == ["adresse_connexion"]


def test_no_list_tires(knowledge: Knowledge) -> None:
    for categorie in knowledge.categories.values():
        essential = [
            piece for piece in pieces(knowledge, categorie) if piece.essentiel and piece.besoin.cle not in categorie.deduits
        ]
        assert len(essential) <= MOST_ONE_AT_A_TIME, categorie.id


def test_every_piece_has_its_words_and_serves_somewhere(knowledge: Knowledge) -> None:
    used = {cle for categorie in knowledge.categories.values() for cle in categorie.besoins}
    assert set(knowledge.besoins) - used <= {checklist.PRECISIONS, "code_service"}
    for besoin in knowledge.besoins.values():
        assert besoin.question.endswith(("?", ".")), besoin.cle
        assert besoin.mots, besoin.cle
        if besoin.cle != checklist.PRECISIONS:
            assert besoin.aide, besoin.cle


def test_what_a_category_tells_by_itself_is_a_value_that_fits(knowledge: Knowledge) -> None:
    for categorie in knowledge.categories.values():
        assert check_donnees(knowledge=knowledge, categorie=categorie, donnees=categorie.deduits) == categorie.deduits


# --- what is missing ------------------------------------------------------------------------------------------------


def test_missing_pieces_come_essential_ones_first(knowledge: Knowledge) -> None:
    categorie = knowledge.categories["facture_rejetee"]
    request = SollicitationCreate(
        categorie=categorie.id,
        siret=SIRET,
        description="La facture est rejetée.",
        contact="a@exemple.fr",
        donnees={"statut": "Rejetée"},
    )
    names = [besoin.cle for besoin in missing(knowledge=knowledge, categorie=categorie, values=values_of(request))]
    assert names == ["numero_facture", "motif", "siret_destinataire", "date", "numero_engagement"]


@given(data=st.data())
def test_what_is_given_and_what_is_missing_are_the_whole_list(knowledge: Knowledge, data: st.DataObject) -> None:
    categorie = data.draw(st.sampled_from(list(knowledge.categories.values())))
    asked = {piece.besoin.cle for piece in pieces(knowledge, categorie)}
    given_ = data.draw(st.sets(st.sampled_from(sorted(asked))))
    names = {besoin.cle for besoin in missing(knowledge=knowledge, categorie=categorie, values=dict.fromkeys(given_, "x"))}
    assert names | given_ == asked and not names & given_
    assert not asked & ALWAYS_ASKED


# --- checks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cle", "typed", "kept"),
    [
        ("siret_destinataire", "732 829 320 00074", SIRET),
        ("adresse_connexion", " Jean@Exemple.fr ", "Jean@exemple.fr"),
        ("statut", "suspendu", "Suspendue"),
        ("statut", "« MISE A DISPOSITION »", "Mise à disposition du destinataire"),
        ("statut", "bloquée depuis hier", "bloquée depuis hier"),
        ("date", "le 31/12/2025 à 10 h", "le 31/12/2025 à 10 h"),
        ("date", "depuis lundi", "depuis lundi"),
        ("numero_engagement", "  2024   55 ", "2024 55"),
        ("motif", "Ligne 1\nLigne 2", "Ligne 1\nLigne 2"),
        ("message_erreur", "Erreur. Mon mot de passe est Toto2024", f"Erreur. Mon mot de passe est {MASK}"),
        ("environnement", "API en production", "API en production"),
    ],
)
def test_a_good_value_is_kept_as_it_is_meant(knowledge: Knowledge, cle: str, typed: str, kept: str) -> None:
    assert check(knowledge, knowledge.besoins[cle], typed) == kept
    assert check(knowledge, knowledge.besoins[cle], kept) == kept, "checking twice changes nothing"


@pytest.mark.parametrize(
    ("cle", "typed", "said"),
    [
        ("siret_destinataire", "732829320", "Ces 9 chiffres sont un SIREN"),
        ("adresse_connexion", "jean", "Exemple : prenom.nom@entreprise.fr"),
        ("date", "le 31/02/2026", "Le 31/02/2026 n'existe pas"),
        ("numero_engagement", "---", "« Numéro d'engagement » : écrivez au moins un mot ou un numéro."),
        ("numero_engagement", "x" * 61, "60 caractères au plus"),
        ("motif", "x" * 1001, "1000 caractères au plus"),
    ],
)
def test_a_wrong_value_is_refused_in_french(knowledge: Knowledge, cle: str, typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check(knowledge, knowledge.besoins[cle], typed)


def test_all_that_does_not_fit_is_told_at_once_and_empty_values_are_dropped(knowledge: Knowledge) -> None:
    categorie = knowledge.categories["facture_rejetee"]
    with pytest.raises(ChecklistError) as refusal:
        check_donnees(
            knowledge=knowledge,
            categorie=categorie,
            donnees={"siret_destinataire": "1", "date": "31/02/2026", "motif": "  ", "invente": "x", "siret": SIRET},
        )
    assert set(refusal.value.erreurs) == {"siret_destinataire", "date", "invente", "siret"}
    assert check_donnees(knowledge=knowledge, categorie=categorie, donnees={"motif": " ", "precisions": "Voilà."}) == {
        "precisions": "Voilà."
    }


def _checked(knowledge: Knowledge, besoin: Besoin, value: str) -> tuple[str | None, str | None]:
    try:
        return check(knowledge, besoin, value), None
    except ValueError as error:
        return None, str(error)


@given(value=st.text(max_size=1500))
def test_whatever_is_typed_is_kept_within_its_bounds_or_refused_with_a_sentence(knowledge: Knowledge, value: str) -> None:
    for besoin in knowledge.besoins.values():
        kept, refusal = _checked(knowledge, besoin, value)
        assert refusal is None or refusal.endswith((".", "entreprise.fr")), besoin.cle
        if kept is None:
            continue
        assert kept
        assert len(kept) <= checklist.MAX_CHARACTERS.get(besoin.saisie, 320)
        if besoin.saisie is not Saisie.TEXTE_LONG:
            assert "\n" not in kept


# --- display --------------------------------------------------------------------------------------------------------


def test_what_is_sensitive_is_offered_half_hidden(knowledge: Knowledge) -> None:
    besoins = knowledge.besoins
    assert checklist.half_hidden(besoins["adresse_connexion"], "jean.dupont@exemple.fr") == "j•••@exemple.fr"
    assert checklist.half_hidden(besoins["siret_destinataire"], SIRET) == "732 829 320 00074"
    assert checklist.half_hidden(besoins["numero_engagement"], "2024-55") == "2024-55"
