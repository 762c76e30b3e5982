"""A caller of the sandbox that does no more than the vendor's documents say."""

import base64
from typing import Any

import requests

from connectors.sandbox.server import SandboxServer

NUMBER = {"countryCode": "91", "mobileNumber": "9816111111"}
MESSAGE = {"type": "SMS", "flowType": "SMS", "senderId": "UTOMOB", "message": "Your order is on its way."}


class Caller:
    """Calls Message Central as customer C-1."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        self.authenticate()

    def authenticate(self) -> None:
        self.session.headers["authToken"] = self.token("C-1", "secret").json()["token"]

    def token(self, customer_id: str, password: str) -> requests.Response:
        key = base64.b64encode(password.encode()).decode()
        return self.get(
            "/auth/v1/authentication/token",
            customerId=customer_id,
            key=key,
            scope="NEW",
            country="91",
            email="ann@example.com",
        )

    def send(self, **parameters: str) -> requests.Response:
        """Send one message; a parameter set to "" is left out."""
        return self.post({**MESSAGE, **NUMBER, **parameters})

    def send_to(self, mobile: str, text: str = MESSAGE["message"]) -> requests.Response:
        return self.send(mobileNumber=mobile, message=text)

    def send_many(self, *mobiles: str) -> requests.Response:
        return self.post({**MESSAGE, "phoneNumbers": ", ".join(f"91 {mobile}" for mobile in mobiles)})

    def post(self, parameters: dict[str, str], **options: Any) -> requests.Response:
        given = {name: value for name, value in parameters.items() if value}
        return self.session.post(f"{self.server.url}/verification/v3/send", params=given, timeout=10, **options)

    def get(self, path: str, **parameters: str) -> requests.Response:
        return self.session.get(f"{self.server.url}{path}", params=parameters, timeout=10)

    def control(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, f"{self.server.url}/sandbox{path}", timeout=10, **options)

    def close(self) -> None:
        self.session.close()
