"""The help-desk that runs Choriste: its people, their queues, their help to triage, what they learn."""
