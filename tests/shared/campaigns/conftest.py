"""The ledger's own fixtures: campaigns are tested on the same services and the same scripted vendor."""

from tests.shared.messages.conftest import log, open_service, sending, tenant, vendor

__all__ = ["log", "open_service", "sending", "tenant", "vendor"]
