"""What the assistant knows: load, validate and search data/knowledge."""
