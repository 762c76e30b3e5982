"""Gateways that tell what nobody may read, around one that keeps it to itself."""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import replace

import structlog

from connectors.shared.gateways.base import Outgoing, Recipient, SendResult
from tests.shared.gateways.conformance.broken import Around


class LeaksTheText(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        structlog.get_logger().debug("sending", text=outgoing.text)
        return super().send(connection_id, outgoing, recipients)


class LeaksTheNumber(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        logging.getLogger("urllib3.connectionpool").debug("POST /send?to=%s", recipients[0].digits)
        return super().send(connection_id, outgoing, recipients)


class LeaksTheSecret(Around):
    """In the words for a person."""

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        tokens = getattr(self.good, "_tokens")  # noqa: B009 - as careless as the class is
        token = tokens.get(connection_id).token
        return replace(result, explanation=f"Refused with {token}") if result.explanation else result


class WarnsOfTheText(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        warnings.warn(f"odd: {outgoing.text}", stacklevel=2)
        return super().send(connection_id, outgoing, recipients)


class PrintsTheNumber(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        print(recipients[0].national)  # noqa: T201 - that is what is wrong with it
        return super().send(connection_id, outgoing, recipients)
