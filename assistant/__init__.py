"""What Choriste knows and can do: no HTTP, no dialogue (see docs/architecture.md)."""
