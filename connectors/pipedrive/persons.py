"""`/pipedrive/api/…`: A contact: who they are and which numbers they have."""

from connectors.pipedrive.blueprint import api_blueprint

blueprint = api_blueprint("persons")
