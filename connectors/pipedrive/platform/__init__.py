"""Pipedrive as we call it: OAuth, tokens of each user, calls of its API, and what is remembered of answers."""
