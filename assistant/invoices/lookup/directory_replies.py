"""What a public body demands, and what became of a flux, in words."""

from collections.abc import Iterator

from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.invoices.lookup.replies import Replies, payload
from assistant.invoices.lookup.schemas import FluxError, FluxReport, StructureFacts
from assistant.invoices.lookup.texts import FollowUpTexts
from assistant.invoices.lookup.wording import day, quoted
from assistant.knowledge.answers import NOT_VERIFIED, as_steps
from assistant.knowledge.load import Knowledge
from assistant.sollicitations.siret import format_siret

MAX_SERVICES = 12
MAX_ERRORS = 6


def demands(found: StructureFacts, texts: FollowUpTexts, replies: Replies) -> Reply:
    """Code service, engagement: what this structure wants, and its services."""
    parts = [texts.say("structure", nom=quoted(found.nom) or "—", siret=format_siret(found.siret))]
    if found.active is False:
        parts.append(texts.say("structure_inactive"))
    parts.append(texts.say(_demand(found)))
    active = [service for service in found.services if service.actif is not False]
    strict = [service for service in active if service.engagement]
    if strict and found.engagement is not True:
        parts.append(
            texts.say("exige_par_service", services=", ".join(quoted(service.code) for service in strict[:MAX_SERVICES]))
        )
    if found.engagement is not True and any(service.engagement is None for service in active):
        parts.append(texts.say("exige_par_service_inconnu"))
    if active:
        named = [f"{quoted(s.code)} ({quoted(s.libelle)})" if s.libelle else quoted(s.code) for s in active[:MAX_SERVICES]]
        parts.append(texts.say("services_actifs", services=", ".join(named)))
        total = max(found.services_total, len(found.services))
        if len(active) > MAX_SERVICES or total > len(found.services):
            parts.append(texts.say("services_en_plus", montres=len(named), total=total))
    return replies.make(Kind.ANSWER, parts, sources=[texts.sources["exigences"]], buttons=[_directory_button(texts)])


def no_structure(siret: str, texts: FollowUpTexts, replies: Replies) -> Reply:
    """No such structure among those that may be shown."""
    return replies.nothing(
        [texts.say("structure_introuvable", siret=format_siret(siret))],
        sources=[texts.sources["exigences"]],
        buttons=[_directory_button(texts)],
    )


def flux(found: FluxReport, knowledge: Knowledge, texts: FollowUpTexts, replies: Replies) -> Reply:
    """State of a flux, what it means, what its report says."""
    statut = knowledge.statuts.get(found.etat)
    parts = [
        texts.say(
            "flux",
            numero=quoted(found.numero),
            fichier=texts.say("flux_fichier", fichier=quoted(found.fichier)) if found.fichier else "",
            statut=statut.libelle if statut else quoted(found.etat),
            depuis=texts.say("flux_depuis", jour=day(found.depuis)) if found.depuis else "",
        ),
        texts.say("flux_depose", jour=day(found.depose_le)) if found.depose_le else "",
        statut.sens if statut else texts.say("statut_inconnu", code=quoted(found.etat)),
        *_errors(found, texts),
    ]
    if statut is not None and not statut.action.startswith(NOT_VERIFIED):
        parts.append(texts.say("action", action=as_steps(statut.action)))
    sources = [*([statut.source] if statut else []), texts.sources["flux"]]
    buttons = [] if statut is not None and statut.code == "IN_INTEGRE" else [replies.request_button()]
    return replies.make(Kind.ANSWER, parts, sources=sources, buttons=buttons)


def no_flux(number: str, texts: FollowUpTexts, replies: Replies) -> Reply:
    """No such flux among those that may be shown."""
    return replies.nothing(
        [texts.say("flux_introuvable", numero=quoted(number))],
        sources=[texts.sources["flux"]],
        buttons=[ReplyButton(title=texts.say("bouton_portail"), payload=payload("fiche", sujet="fiche:suivi-flux"))],
    )


def _demand(found: StructureFacts) -> str:
    if found.l_un_ou_l_autre:
        return "exige_l_un"
    match found.code_service, found.engagement:
        case True, True:
            return "exige_les_deux"
        case True, False:
            return "exige_service"
        case False, True:
            return "exige_engagement"
        case False, False:
            return "exige_rien"
    # Half known is not known: nobody must leave out what is demanded.
    return "exige_inconnu"


def _errors(found: FluxReport, texts: FollowUpTexts) -> Iterator[str]:
    if not found.erreurs:
        return
    yield texts.say("flux_erreurs")
    yield "\n".join(_error(error, texts) for error in found.erreurs[:MAX_ERRORS])
    if len(found.erreurs) > MAX_ERRORS:
        yield texts.say("flux_erreurs_en_plus", nombre=len(found.erreurs) - MAX_ERRORS)


def _error(error: FluxError, texts: FollowUpTexts) -> str:
    return texts.say(
        "flux_erreur",
        facture=f"facture {quoted(error.facture)} : " if error.facture else "",
        code=f"{quoted(error.code)} : " if error.code else "",
        message=quoted(error.message),
    )


def _directory_button(texts: FollowUpTexts) -> ReplyButton:
    return ReplyButton(title=texts.say("bouton_annuaire"), payload=payload("fiche", sujet="fiche:services-annuaire"))
