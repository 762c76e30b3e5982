"""Calls to URLs that others gave us: only where the operator allows, only to public addresses, never onwards.

Whoever may store a URL here could else have us call the machines beside us (server-side request forgery):
https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from connectors.shared.outbound.allowed_hosts import AllowedHosts, ForbiddenUrl
from connectors.shared.outbound.session import GuardedSession, OutboundAnswer
from connectors.shared.outbound.turns import Turns

__all__ = ["AllowedHosts", "ForbiddenUrl", "GuardedSession", "OutboundAnswer", "Turns"]
