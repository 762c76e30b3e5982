"""`/pipedrive/install` and `/pipedrive/callback`: how the app comes in, and how it goes."""

from flask import Blueprint

blueprint = Blueprint("pipedrive-install", __name__, url_prefix="/pipedrive", template_folder="pages")
