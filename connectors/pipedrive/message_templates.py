"""`/pipedrive/api/…`: The company's templates, and what texts may be filled in with."""

from connectors.pipedrive.blueprint import api_blueprint

blueprint = api_blueprint("templates")
