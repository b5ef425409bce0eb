"""Conversations: the record of what was said, the tokens that open it, the buttons that may come back (docs/adr/0003)."""
