"""Guided journeys: setting up an account, depositing a complex invoice, quizzes."""
