"""Sollicitations: draft, route, mask, store."""
