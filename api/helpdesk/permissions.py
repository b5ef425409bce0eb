"""Who may call what under /helpdesk. What is not here is refused to everybody: a new route begins closed."""

from assistant.helpdesk.enums import Role

ORDER = (Role.AGENT, Role.SUPERVISEUR, Role.ADMINISTRATEUR)

# No account is needed: the log-in itself.
PUBLIC: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/helpdesk/connexion"),
        ("POST", "/helpdesk/connexion"),
        ("GET", "/helpdesk/oidc/depart"),
        ("GET", "/helpdesk/oidc/retour"),
    }
)

# Open to a person who has a one-time password and must change it first.
BEFORE_FIRST_PASSWORD: frozenset[tuple[str, str]] = frozenset(
    {("GET", "/helpdesk/mot-de-passe"), ("POST", "/helpdesk/mot-de-passe"), ("POST", "/helpdesk/deconnexion")}
)

# What a page does by itself: it does not keep a session alive.
WITHOUT_ACTIVITY: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/helpdesk/flux"),
        ("POST", "/helpdesk/direct/signe"),
        ("POST", "/helpdesk/sollicitations/{numero}/presence"),
    }
)

_SOLLICITATION = "/helpdesk/sollicitations/{numero}"
_AGENT = (
    *BEFORE_FIRST_PASSWORD,
    *WITHOUT_ACTIVITY,
    ("GET", "/helpdesk"),
    ("GET", "/helpdesk/compte"),
    ("POST", "/helpdesk/compte/sessions"),
    ("GET", "/helpdesk/raccourcis"),
    ("GET", "/helpdesk/files/{file}"),
    ("POST", "/helpdesk/lot"),
    ("GET", "/helpdesk/sollicitations"),
    ("GET", _SOLLICITATION),
    ("GET", _SOLLICITATION + "/pieces/{piece_id}"),
    ("GET", _SOLLICITATION + "/fusion"),
    ("POST", _SOLLICITATION + "/fusion"),
    ("POST", _SOLLICITATION + "/defusion"),
    ("POST", _SOLLICITATION + "/triage"),
    ("POST", _SOLLICITATION + "/{geste}"),
    ("GET", "/helpdesk/direct"),
    ("POST", "/helpdesk/direct/disponibilite"),
    ("GET", "/helpdesk/direct/{conversation_id}"),
    ("POST", "/helpdesk/direct/{conversation_id}/prendre"),
    ("POST", "/helpdesk/direct/{conversation_id}/messages"),
    ("POST", "/helpdesk/direct/{conversation_id}/rendre"),
    ("GET", "/helpdesk/direct/{conversation_id}/flux"),
)
_SUPERVISEUR = (
    ("GET", "/helpdesk/supervision"),
    ("GET", "/helpdesk/supervision.csv"),
    ("GET", "/helpdesk/apprentissage"),
    ("POST", "/helpdesk/apprentissage/propositions"),
    ("GET", "/helpdesk/apprentissage/revue"),
    ("POST", "/helpdesk/apprentissage/revue/{revue_id}"),
    ("GET", "/helpdesk/apprentissage/export"),
)
_ADMINISTRATEUR = (
    ("GET", "/helpdesk/administration"),
    ("POST", "/helpdesk/administration/agents"),
    ("POST", "/helpdesk/administration/agents/{agent_id}"),
)

LEAST_ROLE: dict[tuple[str, str], Role] = {
    **dict.fromkeys(_AGENT, Role.AGENT),
    **dict.fromkeys(_SUPERVISEUR, Role.SUPERVISEUR),
    **dict.fromkeys(_ADMINISTRATEUR, Role.ADMINISTRATEUR),
}


def may(role: Role, least: Role) -> bool:
    """Each role may do what those before it may."""
    return ORDER.index(Role(role)) >= ORDER.index(least)
