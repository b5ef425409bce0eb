"""HTTP adapter: public API, action webhook, pages, health."""
