"""All actions, registered as instances with their services (rasa-sdk's own scan would instantiate them without)."""

from rasa_sdk.executor import ActionExecutor

from actions import (
    answering,
    continuing,
    doubt,
    invoice_report,
    invoices,
    journey_turns,
    journeys,
    relay,
    sollicitation_questions,
    sollicitation_turns,
    sollicitations,
)
from actions.base import ChoristeAction, Services

ACTIONS: tuple[type[ChoristeAction], ...] = (
    answering.ActionRepondreFiche,
    answering.ActionExpliquerStatut,
    answering.ActionExpliquerAnomalie,
    answering.ActionExpliquerCadre,
    answering.ActionDefinirTerme,
    answering.ActionComparerTermes,
    continuing.ActionContinuerSujet,
    continuing.ActionCorriger,
    doubt.ActionProposerChoix,
    doubt.ActionDeclinerHorsSujet,
    doubt.ActionNoterIdentifiants,
    relay.ActionParlerHumain,
    invoices.ActionSuivreFacture,
    invoices.ActionMotifFacture,
    invoices.ActionDelaiFacture,
    invoices.ActionListerFactures,
    invoices.ActionExigencesClient,
    invoices.ActionSuivreFlux,
    invoice_report.ActionVerifierFacture,
    sollicitations.ActionPreparerSollicitation,
    sollicitations.ActionReprendreSollicitation,
    sollicitations.ActionSuspendreSollicitation,
    sollicitations.ActionDeposerSollicitation,
    sollicitation_turns.ValidateSollicitationForm,
    sollicitation_questions.ActionAskCategorie,
    sollicitation_questions.ActionAskSiret,
    sollicitation_questions.ActionAskNumeroFacture,
    sollicitation_questions.ActionAskPiece,
    sollicitation_questions.ActionAskDescription,
    sollicitation_questions.ActionAskContact,
    sollicitation_questions.ActionAskChampAModifier,
    sollicitation_questions.ActionAskConfirmation,
    journeys.ActionCommencerParcours,
    journeys.ActionCommencerDepot,
    journeys.ActionCommencerQuiz,
    journeys.ActionSuspendreParcours,
    journeys.ActionConclureParcours,
    journeys.ActionAskParcoursTour,
    journey_turns.ValidateParcoursForm,
)


def build_executor(services: Services) -> ActionExecutor:
    """The executor that the webhook runs."""
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(services))
    return executor
