"""All actions, registered as instances with their services (rasa-sdk's own scan would instantiate them without)."""

from rasa_sdk.executor import ActionExecutor

from actions import answering, doubt, sollicitations
from actions.base import ChoristeAction, Services

ACTIONS: tuple[type[ChoristeAction], ...] = (
    answering.ActionRepondreFiche,
    answering.ActionExpliquerStatut,
    answering.ActionExpliquerAnomalie,
    answering.ActionExpliquerCadre,
    answering.ActionDefinirTerme,
    answering.ActionComparerTermes,
    answering.ActionContinuerSujet,
    doubt.ActionProposerChoix,
    doubt.ActionNoterIdentifiants,
    sollicitations.ActionPreparerSollicitation,
    sollicitations.ActionReprendreSollicitation,
    sollicitations.ActionSuspendreSollicitation,
    sollicitations.ActionDeposerSollicitation,
    sollicitations.ValidateSollicitationForm,
    sollicitations.ActionAskCategorie,
    sollicitations.ActionAskSiret,
    sollicitations.ActionAskNumeroFacture,
    sollicitations.ActionAskDescription,
    sollicitations.ActionAskContact,
    sollicitations.ActionAskChampAModifier,
    sollicitations.ActionAskConfirmation,
)


def build_executor(services: Services) -> ActionExecutor:
    """The executor that the webhook runs."""
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(services))
    return executor
