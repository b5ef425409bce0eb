"""Rasa graph components. The only package that runs on the Rasa side (Python 3.10); imports nothing else of ours."""
