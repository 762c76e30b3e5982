"""What each automation says where its owner says nothing else, one module for each language.

Every text says who writes, works without the buyer's name, and is in GSM-7 with all its own words: a single letter of
another alphabet would more than halve what fits into an SMS. What is marketing ends with how to hear no more: STOP
where answers arrive, the shop itself where they do not (as in India, where promotional sender ids take none).
"""

from collections.abc import Mapping
from typing import Final

from connectors.shopify.automations.texts import (
    danish,
    dutch,
    english,
    finnish,
    french,
    german,
    italian,
    norwegian,
    polish,
    portuguese,
    spanish,
    swedish,
)

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": english.TEXTS,
    "de": german.TEXTS,
    "fr": french.TEXTS,
    "es": spanish.TEXTS,
    "it": italian.TEXTS,
    "nl": dutch.TEXTS,
    "pt": portuguese.TEXTS,
    "sv": swedish.TEXTS,
    "da": danish.TEXTS,
    "nb": norwegian.TEXTS,
    "no": norwegian.TEXTS,  # what Shopify called it, and browsers still do
    "fi": finnish.TEXTS,
    "pl": polish.TEXTS,
}


def texts_of(trigger: str) -> Mapping[str, str]:
    """Return a trigger's text by language, English first."""
    return {language: texts[trigger] for language, texts in LANGUAGES.items()}
