"""A company whose Pipedrive is slow leaves threads to the others."""

from dataclasses import replace

import pytest
from flask import Flask

from connectors.pipedrive.context import Context, put_context
from connectors.pipedrive.crowds import LEFT_TO_OTHERS, Crowds
from connectors.pipedrive.errors import RateLimited
from connectors.sandbox.server import SandboxServer
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import install
from tests.pipedrive.problems import problem_of


def test_a_company_is_counted_for_itself() -> None:
    crowds = Crowds(LEFT_TO_OTHERS + 2)
    for _ in range(2):
        crowds.enter(1)
    with pytest.raises(RateLimited, match="Try again in a few seconds"):
        crowds.enter(1)
    crowds.enter(2)
    crowds.leave(1)
    crowds.enter(1)


def test_whoever_comes_beyond_is_asked_to_come_again(app: Flask, parts: Context, outside: SandboxServer) -> None:
    for company_id in (1, 2):
        install(parts, outside, company_id)
    crowds = Crowds(LEFT_TO_OTHERS + 1)
    put_context(app, replace(parts, crowds=crowds))
    viewer, other = (Viewer(app.test_client(), outside, company_id) for company_id in (1, 2))
    for _ in range(3):  # each request gives its place back, refused ones too
        assert viewer.get("/settings").status_code == 200
        assert viewer.get("/messages", person_id="nobody").status_code == 422
    crowds.enter(1)
    refused = viewer.get("/settings")
    problem_of(refused, 503)
    assert refused.headers["Retry-After"] == "2"
    assert other.get("/settings").status_code == 200
