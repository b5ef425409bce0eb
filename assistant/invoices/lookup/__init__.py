"""Where an invoice stands: one port, the built-in demonstration set or the operator's own account behind it, and the answers."""
