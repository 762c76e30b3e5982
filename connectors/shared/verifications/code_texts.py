"""What our own codes are sent with: a sentence that fits one SMS, in the reader's language."""

import math
from typing import Final

from connectors.shared.automations.locales import matching

ENGLISH: Final = "en"

# The code first: a notification shows no more than the beginning. Words are chosen that GSM-7 can spell ("codigo" with
# its accent it cannot), and "min" because it has no plural to get wrong.
TEXTS: Final[dict[str, str]] = {
    "en": "{code} is your verification code. It is valid for {minutes} min.",
    "da": "{code} er din bekræftelseskode. Den gælder i {minutes} min.",
    "de": "{code} ist Ihr Bestätigungscode. Er gilt {minutes} Min.",
    "es": "{code} es la clave para confirmar su teléfono. Vale {minutes} min.",
    "fi": "{code} on vahvistuskoodisi. Se on voimassa {minutes} min.",
    "fr": "{code} est votre code de vérification. Il est valable {minutes} min.",
    "hi": "{code} आपका सत्यापन कोड है। यह {minutes} मिनट तक मान्य है।",
    "it": "{code} è il codice di verifica. Vale {minutes} min.",
    "nb": "{code} er bekreftelseskoden din. Den gjelder i {minutes} min.",
    "nl": "{code} is uw verificatiecode. Deze is {minutes} min. geldig.",
    "pl": "{code} to kod do potwierdzenia numeru. Wygasa za {minutes} min.",
    "pt": "{code} confirma seu telefone. Vale por {minutes} min.",
    "ru": "{code}: ваш код подтверждения. Действует {minutes} мин.",
    "sv": "{code} är din verifieringskod. Den gäller i {minutes} min.",
}

# Beside a PIN that the vendor adds itself; it does not say where.
PIN_TEXTS: Final[dict[str, str]] = {
    "en": "Your verification code. It is valid for {minutes} min.",
    "da": "Din bekræftelseskode. Den gælder i {minutes} min.",
    "de": "Ihr Bestätigungscode. Er gilt {minutes} Min.",
    "es": "La clave para confirmar su teléfono. Vale {minutes} min.",
    "fi": "Vahvistuskoodisi. Se on voimassa {minutes} min.",
    "fr": "Votre code de vérification. Il est valable {minutes} min.",
    "hi": "आपका सत्यापन कोड। यह {minutes} मिनट तक मान्य है।",
    "it": "Il codice di verifica. Vale {minutes} min.",
    "nb": "Bekreftelseskoden din. Den gjelder i {minutes} min.",
    "nl": "Uw verificatiecode. Deze is {minutes} min. geldig.",
    "pl": "Kod do potwierdzenia numeru. Wygasa za {minutes} min.",
    "pt": "A senha confirma seu telefone. Vale por {minutes} min.",
    "ru": "Ваш код подтверждения. Действует {minutes} мин.",
    "sv": "Din verifieringskod. Den gäller i {minutes} min.",
}

_SAME: Final = {"no": "nb", "nn": "nb"}


def code_text(code: str, language: str | None, seconds: float) -> str:
    """Return the sentence with a code that is good for so long; `language` as the caller writes it (`pt_BR`)."""
    return TEXTS[_language(language)].format(code=code, minutes=_minutes(seconds))


def pin_text(language: str | None, seconds: float) -> str:
    """Return the sentence for a PIN that is not known yet."""
    return PIN_TEXTS[_language(language)].format(minutes=_minutes(seconds))


def _language(wanted: str | None) -> str:
    found = matching((*TEXTS, *_SAME), wanted)
    return ENGLISH if found is None else _SAME.get(found, found)


def _minutes(seconds: float) -> int:
    # Nobody is told that it is good for longer than it is, but below a minute.
    return max(1, math.floor(seconds / 60))
