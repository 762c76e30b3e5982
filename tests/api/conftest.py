import pytest
from flask import Flask
from flask.testing import FlaskClient

from connectors.app import app_for
from connectors.service import Service
from tests.api.ledger import Tenant, add_tenant


@pytest.fixture
def app(service: Service) -> Flask:
    return app_for(service)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service, "C-ONE")


@pytest.fixture
def stranger(service: Service, tenant: Tenant) -> Tenant:
    return add_tenant(service, "C-TWO")
