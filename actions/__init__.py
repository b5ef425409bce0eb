"""Dialogue adapter: Rasa custom actions. Thin: read slots, call assistant, answer."""
