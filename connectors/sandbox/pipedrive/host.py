"""Pages that look and act as Pipedrive does around the app: a list of people, a contact, and the app's settings."""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from connectors.sandbox.answers import json_answer
from connectors.sandbox.pipedrive import gate, uninstalling, viewing
from connectors.sandbox.pipedrive.answers import Refusal
from connectors.sandbox.pipedrive.grants import Holder
from connectors.sandbox.pipedrive.oauth import registered_callback
from connectors.sandbox.pipedrive.viewing import Viewer
from connectors.sandbox.state import current_sandbox

blueprint = Blueprint("pipedrive-host", __name__)


@blueprint.after_request
def harden(response: Response) -> Response:
    app = urlsplit(app_url())
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"frame-src {app.scheme}://{app.netloc}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(Refusal)
def refuse(refusal: Refusal) -> Response:
    return make_response(render_template("pipedrive_refused.html", wrong=str(refusal)), refusal.status)


@blueprint.get("/pipedrive")
def home() -> Reply:
    return redirect(url_for(".people", **request.args.to_dict()))  # type: ignore[arg-type]  # all of it is words


@blueprint.get("/pipedrive/people")
def people() -> str:
    """The list of people, a hundred a page."""
    seen_by = viewing.viewer()
    tabs = viewing.tabs(seen_by.company)
    tab = next((one for one in tabs if one.key == request.args.get("tab")), tabs[0])
    found = viewing.people_of(seen_by, tab)
    page = max(1, request.args.get("page", 1, type=int))
    pages = max(1, -(-len(found) // viewing.PAGE))
    return render(
        "pipedrive_people.html",
        seen_by,
        tabs=tabs,
        tab=tab,
        people=found[(page - 1) * viewing.PAGE : page * viewing.PAGE],
        total=len(found),
        page=page,
        pages=pages,
        organizations=seen_by.company.organizations,
    )


@blueprint.get("/pipedrive/people/<int:person_id>")
def person(person_id: int) -> str:
    """A contact, with the app's panel."""
    seen_by = viewing.viewer()
    found = viewing.person_of(seen_by, person_id)
    organization = seen_by.company.organizations.get(found.org_id or 0)
    fields = [
        (field.name, dict(field.options).get(found.custom_fields[code], found.custom_fields[code]))
        for code, field in list(seen_by.company.fields.items())
        if found.custom_fields.get(code) is not None
    ]
    return render("pipedrive_person.html", seen_by, person=found, organization=organization, fields=fields)


@blueprint.get("/pipedrive/people/<int:person_id>/timeline")
def timeline(person_id: int) -> Response:
    """What the app wrote about a person, for the contact's page to keep itself up to date."""
    seen_by = viewing.viewer()
    return json_answer({"items": viewing.timeline(seen_by, viewing.person_of(seen_by, person_id))})


@blueprint.get("/pipedrive/settings")
def settings() -> str:
    """The app's settings, where Tools and apps has them."""
    return render("pipedrive_settings.html", viewing.viewer(), told=request.args.get("told"))


@blueprint.get("/settings/marketplace/app/<client_id>/app-settings")
def marketplace_settings(client_id: str) -> Reply:
    """The address that Pipedrive itself gives an app's settings; apps send people there once they are installed."""
    return redirect(url_for(".settings"))


@blueprint.get("/pipedrive/token")
def token() -> Response:
    """A fresh token for a page of the app."""
    who = viewing.viewer()
    return json_answer({"token": gate.book().signed_token(who.company.id, who.user.id)})


@blueprint.post("/pipedrive/uninstall")
def uninstall() -> Reply:
    """Take the app away from the viewer, and tell it."""
    who = viewing.viewer()
    gate.book().permissions.uninstall(Holder(who.company.id, who.user.id))
    status = uninstalling.tell(registered_callback(), who.holder)
    told = f"The app was told, and answered {status}." if status else "The app could not be told: it did not answer."
    return redirect(f"{url_for('.settings')}?{urlencode({**who.query, 'told': told})}")


def render(template: str, seen_by: Viewer, **values: object) -> str:
    """Return a page with its frame of Pipedrive's around."""
    return render_template(
        template,
        viewer=seen_by,
        users=list(seen_by.company.users.values()),
        app_url=app_url(),
        keep=seen_by.query,
        **values,
    )


def app_url() -> str:
    """Return where the app is that the pages frame."""
    return current_sandbox().settings.pipedrive_app_url.rstrip("/")
