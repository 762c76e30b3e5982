"""`/pipedrive/settings`, `/panel`, `/campaign`, `/report`: light pages for Pipedrive's iframes."""

from flask import Blueprint

blueprint = Blueprint("pipedrive-pages", __name__, url_prefix="/pipedrive", template_folder="pages")
