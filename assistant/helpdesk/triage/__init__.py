"""Help to triage: proposals computed for each sollicitation, each with reasons that a person understands (docs/triage.md)."""
