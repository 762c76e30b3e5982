"""`/pipedrive/api/…`: One SMS to a contact, and the history of a contact."""

from connectors.pipedrive.blueprint import api_blueprint

blueprint = api_blueprint("messages")
