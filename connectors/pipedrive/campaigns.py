"""`/pipedrive/api/…`: SMS campaigns on a selection of the people list, and their reports."""

from connectors.pipedrive.blueprint import api_blueprint

blueprint = api_blueprint("campaigns")
