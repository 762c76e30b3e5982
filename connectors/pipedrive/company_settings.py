"""`/pipedrive/api/…`: The company's settings."""

from connectors.pipedrive.blueprint import api_blueprint

blueprint = api_blueprint("settings")
