"""What the person is told, whatever the source."""

import asyncio
from collections.abc import Set
from datetime import date, timedelta
from decimal import Decimal

import pytest

from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.invoices.lookup.follow_up import InvoiceFollowUp
from assistant.invoices.lookup.replies import MAX_CHOICES, MAX_LISTED
from assistant.invoices.lookup.schemas import (
    FluxError,
    FluxReport,
    HistoryEntry,
    Invoice,
    InvoicePage,
    InvoiceSummary,
    StructureFacts,
)
from assistant.invoices.payment_time import BuyerKind
from assistant.invoices.timeline import Mark
from tests.support.lookups import MENUISERIE, TODAY, Failing, Given, follow_up, guarded_demonstration

LABEL = "**Données de démonstration**"


@pytest.fixture
def demo() -> InvoiceFollowUp:
    return follow_up(guarded_demonstration())


def real(*steps: tuple[str, int, str], **changes: object) -> InvoiceFollowUp:
    """A follow-up whose source holds one invoice; steps are (status, days ago, comment)."""
    invoice = an_invoice(*steps, **changes)
    return follow_up(Given(page=InvoicePage(factures=[invoice.resume], total=1), invoice=invoice))


def an_invoice(*steps: tuple[str, int, str], **changes: object) -> Invoice:
    summary = InvoiceSummary(
        key="k1", numero="R-1", vendeur_siret=MENUISERIE, client_nom="Mairie", statut=steps[-1][0], montant_ttc=Decimal("100.50")
    )
    entries = [HistoryEntry(statut=code, le=TODAY - timedelta(days=ago), commentaire=said) for code, ago, said in steps]
    return Invoice(resume=summary, historique=entries, **{"acheteur": BuyerKind.GENERAL, **changes})  # type: ignore[arg-type]


async def everything(invoices: InvoiceFollowUp) -> list[Reply]:
    """One reply of each kind, found and not found."""
    told = [
        *[await invoices.by_number(number, about) for number in ("2026-0147", "FA-204", "rien") for about in ABOUTS],
        await invoices.by_key("demo-00020001400017-2026-0147", "suivre_facture"),
        await invoices.by_key("k0", "motif_facture"),
        invoices.which(),
        await invoices.listing(["SUSPENDUE"]),
        await invoices.listing(["MANDATEE", "ABANDONNEE"]),
        await invoices.listing([]),
        await invoices.listing(["SUPPRIMEE"]),
    ]
    bare = [await invoices.demands(siret) for siret in (None, "21000001400014", "55210055400013")]
    fluxes = [await invoices.flux(n) for n in (None, "CPP0000000000000000000002", "CPP0000000000000000000001", "CPP9")]
    return [*[item.reply for item in told], *bare, *fluxes]


ABOUTS = ("suivre_facture", "motif_facture", "delai_facture")


async def test_every_answer_of_the_demonstration_says_that_it_is_one(demo: InvoiceFollowUp) -> None:
    replies = await everything(demo)
    assert len(replies) > 20
    assert all(reply.text.startswith(LABEL) for reply in replies)
    assert all("démonstration" in reply.timeline.titre for reply in replies if reply.timeline)


async def test_a_real_answer_never_says_demonstration_and_off_looks_nothing_up() -> None:
    for invoices in (follow_up(Given()), follow_up(None)):
        assert not [reply for reply in await everything(invoices) if "démonstration" in reply.text]
    for reply in await everything(follow_up(None)):
        assert reply.kind is Kind.NOTICE
        assert reply.text.startswith("Ici, je ne peux pas consulter vos factures")
        assert reply.sources and reply.buttons


async def test_a_state_says_since_when_who_must_move_the_reason_and_the_next_steps(demo: InvoiceFollowUp) -> None:
    told = await demo.by_number("2026-0147", "suivre_facture")
    text = told.reply.text
    assert "**Suspendue** depuis le 12/11/2026 (12 jours)" in text
    assert "« Il manque le bon de livraison signé du 18. Merci de le joindre. »" in text
    assert "**Qui doit agir ?** Vous." in text
    assert "1. Acquittez le message d'alerte" in text
    assert "interrompu depuis le 12/11/2026" in text and "(estimation)" in text
    assert [button.title for button in told.reply.buttons][:2] == ["Pourquoi ?", "Quand serai-je payé ?"]
    assert any("R2192-10" in source.titre for source in told.reply.sources)
    assert told.about is not None and told.about.numero == "2026-0147"


async def test_the_timeline_of_a_state_ends_with_what_is_to_be_done(demo: InvoiceFollowUp) -> None:
    timeline = (await demo.by_number("2026-0147", "suivre_facture")).reply.timeline
    assert timeline is not None
    assert [step.code for step in timeline.etapes] == ["DEPOSEE", "MISE_A_DISPOSITION", "SUSPENDUE"]
    assert [step.marque for step in timeline.etapes] == [Mark.PASSE, Mark.PASSE, Mark.A_FAIRE]


async def test_several_invoices_of_one_number_are_a_choice(demo: InvoiceFollowUp) -> None:
    told = await demo.by_number("FA-204", "motif_facture")
    assert (told.reply.kind, told.about) == (Kind.CHOICES, None)
    assert len(told.reply.buttons) == 2
    assert all(button.payload.startswith('/motif_facture{"facture": "demo-') for button in told.reply.buttons)


async def test_an_unknown_number_is_said_with_the_way_on_the_portal(demo: InvoiceFollowUp) -> None:
    reply = (await demo.by_number("ZZ-99", "suivre_facture")).reply
    assert reply.kind is Kind.UNKNOWN
    assert "« ZZ-99 »" in reply.text and "Recherche" in reply.text and "Suivi des flux" in reply.text


async def test_a_late_payment_shows_dates_interest_and_indemnity_as_an_estimate(demo: InvoiceFollowUp) -> None:
    reply = (await demo.by_number("2026-0075", "delai_facture")).reply
    for words in ("25/09/2026", "25/10/2026", "30 jours", "10,40", "52,31", "40,00", "C'est une estimation", "Banque de France"):
        assert words in reply.text
    assert {"R2192-31", "Moniteur"} <= {
        word for source in reply.sources for word in ("R2192-31", "Moniteur") if word in source.titre
    }


async def test_an_unknown_kind_of_buyer_gets_the_three_dates() -> None:
    reply = (await real(("MISE_A_DISPOSITION", 10, ""), acheteur=None).by_number("R-1", "delai_facture")).reply
    start = TODAY - timedelta(days=10)
    for days in (30, 50, 60):
        assert f"{start + timedelta(days=days):%d/%m/%Y}" in reply.text


async def test_the_reason_is_the_comment_of_the_history_and_nothing_is_made_up_without_one() -> None:
    steps = [("MISE_A_DISPOSITION", 20, ""), ("REJETEE", 3, "Doublon de la R-0.")]
    said = (await real(*steps).by_number("R-1", "motif_facture")).reply.text
    assert "« Doublon de la R-0. »" in said and "rejetée le 21/11/2026" in said
    steps[-1] = ("REJETEE", 3, "")
    assert "ne contient pas de motif lisible" in (await real(*steps).by_number("R-1", "motif_facture")).reply.text


async def test_an_invoice_that_goes_well_has_no_reason_but_an_earlier_one_is_told(demo: InvoiceFollowUp) -> None:
    text = (await demo.by_number("2026-0139", "motif_facture")).reply.text
    assert "il n'y a pas de motif à lire" in text
    assert "suspendue le 25/10/2026" in text and "« Préciser la date de la pose. »" in text


async def test_a_comment_is_shown_without_markup_and_without_bank_details() -> None:
    comment = "Voir [ici](https://faux.test) **vite**\n\n# IBAN FR76 3000 6000 0112 3456 7890 189"
    text = (await real(("SUSPENDUE", 1, comment)).by_number("R-1", "suivre_facture")).reply.text
    assert "[ici]" not in text and "**vite**" not in text and "\n#" not in text
    assert "3000 6000 0112" not in text


async def test_a_status_that_is_not_in_the_tables_is_admitted() -> None:
    reply = (await real(("STATUT_DE_DEMAIN", 1, "")).by_number("R-1", "suivre_facture")).reply
    assert "« STATUT_DE_DEMAIN », que je ne connais pas" in reply.text
    assert "pas de source sûre" in reply.text


async def test_a_client_that_never_reports_payments_is_not_called_late() -> None:
    reply = (await real(("MISE_A_DISPOSITION", 90, ""), paiement_remonte=False).by_number("R-1", "delai_facture")).reply
    assert "dépassée" not in reply.text and "vérifiez votre compte bancaire" in reply.text


async def test_a_long_list_is_cut_and_its_true_length_said() -> None:
    summaries = [InvoiceSummary(key=f"k{n}", numero=f"N-{n}", vendeur_siret=MENUISERIE, statut="SUSPENDUE") for n in range(20)]
    reply = (await follow_up(Given(page=InvoicePage(factures=summaries, total=57))).listing(["SUSPENDUE"])).reply
    assert "**57 factures**" in reply.text and f"Les {MAX_LISTED} plus récentes sur 57" in reply.text
    assert len(reply.buttons) == MAX_CHOICES


async def test_the_only_invoice_of_a_list_is_then_the_one_in_question(demo: InvoiceFollowUp) -> None:
    told = await demo.listing(["A_RECYCLER"])
    assert told.about is not None and told.about.numero == "2026-0112"
    assert (await demo.listing(["SUSPENDUE"])).about is None


@pytest.mark.parametrize(
    ("service", "engagement", "either", "words"),
    [
        (True, True, False, "un **code service** et un **numéro d'engagement**"),
        (True, False, False, "un **code service**, pas de numéro d'engagement"),
        (False, True, False, "un **numéro d'engagement**, pas de code service"),
        (False, False, False, "**ni code service, ni numéro d'engagement**"),
        (True, True, True, "**l'un ou l'autre**"),
        (None, False, False, "Je n'ai pas pu lire"),
        (True, None, False, "Je n'ai pas pu lire"),
    ],
)
async def test_what_a_client_demands_is_said_and_half_known_is_not_known(
    service: bool | None, engagement: bool | None, either: bool, words: str
) -> None:
    facts = StructureFacts(
        siret="21000001400014", nom="Mairie", publique=True, code_service=service, engagement=engagement, l_un_ou_l_autre=either
    )
    assert words in (await follow_up(Given(structure=facts)).demands("21000001400014")).text


async def test_services_that_want_an_engagement_by_themselves_are_named(demo: InvoiceFollowUp) -> None:
    text = (await demo.demands("21000001400014")).text
    assert "à eux seuls : BATIMENTS" in text
    assert "ECOLES" in text and "FETES" not in text


async def test_a_flux_says_its_state_its_errors_and_what_to_do(demo: InvoiceFollowUp) -> None:
    text = (await demo.flux("cpp0000000000000000000003")).text
    assert "**Flux intégré partiellement**" in text
    assert "facture 2026-0149 : Le code service" in text
    assert "Redéposez uniquement celles-là" in text


async def test_many_errors_of_a_flux_are_counted() -> None:
    report = FluxReport(numero="CPP1", etat="IN_REJETE", depuis=date(2026, 11, 1), erreurs=[FluxError(message="m")] * 9)
    assert "Et 3 autres lignes" in (await follow_up(Given(flux=report)).flux("CPP1")).text


FAILURES = {
    "indisponible": "ne répond pas pour l'instant",
    "trop_lent": "met trop de temps",
    "quota": "Trop de consultations",
    "acces_refuse": "refuse cette consultation au compte technique",
    "identification": "L'accès de ce service à Chorus Pro est refusé",
    "reponse_illisible": "je ne sais pas lire",
    "demande_refusee": "n'a pas accepté ma demande",
    "metier": "n'a pas pu donner cette information",
}


@pytest.mark.parametrize(("kind", "words"), FAILURES.items())
async def test_a_source_that_fails_is_said_in_its_own_words_with_a_way_on(kind: str, words: str) -> None:
    invoices = follow_up(Failing(kind))
    replies = [
        (await invoices.by_number("1234", "suivre_facture")).reply,
        (await invoices.by_key("k", "motif_facture")).reply,
        (await invoices.listing([])).reply,
        await invoices.demands("21000001400014"),
        await invoices.flux("CPP1"),
    ]
    for reply in replies:
        assert reply.kind is Kind.ERROR
        assert words in reply.text
        assert "secret detail" not in reply.text
        assert reply.buttons


async def test_a_source_that_never_answers_is_said_to_be_too_slow() -> None:
    class Silent(Given):
        async def find_invoices(self, *, numero: str | None = None, statuts: Set[str] = frozenset()) -> InvoicePage:
            await asyncio.Event().wait()
            raise AssertionError("nobody waits so long")

    reply = (await follow_up(Silent(), max_seconds=0.01).by_number("1", "suivre_facture")).reply
    assert (reply.kind, FAILURES["trop_lent"] in reply.text) == (Kind.ERROR, True)


# --- going on with the invoice just spoken of -----------------------------------------------------------------------


async def test_what_comes_next_says_who_must_move_why_and_what_to_do(demo: InvoiceFollowUp) -> None:
    told = await demo.by_key("demo-00020001400017-2026-0147", "suite_facture")
    text = told.reply.text
    assert "Facture 2026-0147" in text and "**Qui doit agir ?** Vous." in text
    assert "bon de livraison signé" in text and "1. Acquittez le message d'alerte" in text
    assert "estimation" not in text and told.about is not None
    [request] = [button for button in told.reply.buttons if button.payload.startswith("/preparer_sollicitation")]
    assert '"sujet": "statut:SUSPENDUE"' in request.payload and '"numero_facture": "2026-0147"' in request.payload


async def test_who_did_it_in_vain_is_offered_a_sollicitation(demo: InvoiceFollowUp) -> None:
    text = (await demo.by_key("demo-00020001400017-2026-0147", "echec_facture")).reply.text
    assert "Vous l'avez déjà fait, sans effet ?" in text


async def test_since_when_is_a_day_a_duration_and_the_history(demo: InvoiceFollowUp) -> None:
    reply = (await demo.by_key("demo-00020001400017-2026-0147", "depuis_facture")).reply
    assert "**Suspendue** depuis le 12/11/2026 (12 jours)" in reply.text
    assert reply.timeline is not None and len(reply.timeline.etapes) == 3


async def test_a_day_that_the_history_does_not_tell_is_not_made_up() -> None:
    invoice = an_invoice(("DEPOSEE", 5, ""))
    unsaid = invoice.model_copy(update={"resume": invoice.resume.model_copy(update={"statut": "SUSPENDUE"})})
    source = Given(invoice=unsaid)
    text = (await follow_up(source).by_key("k1", "depuis_facture")).reply.text
    assert "ne dit pas depuis quand" in text and "(5 jours)" not in text


async def test_without_an_invoice_the_payment_time_in_general_is_one_press_away(demo: InvoiceFollowUp) -> None:
    asked = demo.which("delai_facture").reply
    assert asked.kind is Kind.QUESTION and "2026-0147" in asked.text
    assert asked.buttons[0].payload == '/fiche{"sujet": "fiche:paiement-delai-legal"}'


def test_a_history_given_latest_first_is_turned_round_even_within_one_day() -> None:
    same_day = [HistoryEntry(statut=code, le=TODAY) for code in ("MISE_A_DISPOSITION", "DEPOSEE")]
    summary = InvoiceSummary(key="k", numero="N", vendeur_siret=MENUISERIE, statut="MISE_A_DISPOSITION")
    assert [entry.statut for entry in Invoice(resume=summary, historique=same_day).historique] == [
        "DEPOSEE",
        "MISE_A_DISPOSITION",
    ]
    suspended = summary.model_copy(update={"statut": "SUSPENDUE"})
    earlier = [entry.model_copy(update={"le": TODAY - timedelta(days=5)}) for entry in same_day]
    turned = Invoice(resume=suspended, historique=[HistoryEntry(statut="SUSPENDUE", le=TODAY), *earlier])
    assert [entry.statut for entry in turned.historique] == ["DEPOSEE", "MISE_A_DISPOSITION", "SUSPENDUE"]
