"""Erasures reach what is kept of people here: names, and which number is whose."""

from connectors.service import Service


def listen(service: Service) -> None:
    """Have names go with the messages and numbers that they belong to."""
