"""A file before anything is known of it: what it is, by its content, and whether it may be read safely."""
