"""What the text of a plain PDF says: pages, fields proposed with their words, legal mentions. Nothing here is sure."""
