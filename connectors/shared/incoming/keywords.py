"""The words by which people say that they want no messages any more, or want them again.

A message counts only where the word is all of it: "stop by at six" is no STOP.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Keyword(StrEnum):
    """What a message asks for."""

    STOP = "stop"
    START = "start"


LONGEST: Final = 40
"""Characters of a message that can be a keyword, with what stands around it."""

# English: what carriers in the United States require, and what large services take beside it
# (https://help.twilio.com/articles/223134027). The others: Spanish BAJA and ALTA are what operators in Spain and Latin
# America ask for; Russian, Ukrainian, Kazakh, Portuguese, French, German, Dutch, Italian, Polish, Turkish, Hindi,
# Indonesian, Arabic and Chinese have the plain words for it, for the countries that the gateways serve.
STOP_WORDS: Final = frozenset(
    {
        *("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "REMOVE"),
        *("OPTOUT", "OPT OUT", "OPT-OUT"),
        *("СТОП", "ОТПИСАТЬСЯ", "ОТПИСКА", "ОТПИСАТЬ", "ОТМЕНА", "ОТКАЗ"),
        *("СТОП ВСЕ", "ВІДПИСАТИСЯ", "ВІДПИСКА", "ТОҚТАТУ"),
        *("BAJA", "ALTO", "CANCELAR", "SALIR", "PARAR", "DETENER", "SAIR", "DESCADASTRAR"),
        *("ARRET", "ARRÊT", "ARRÊTER", "ARRETER", "DESABONNER", "DÉSABONNER"),
        *("STOPP", "ABMELDEN", "ABBESTELLEN", "AFMELDEN", "ANNULLA", "REZYGNUJĘ", "DUR", "İPTAL", "IPTAL", "RET"),
        *("रोकें", "रुकें", "बंद", "BERHENTI", "إيقاف", "توقف", "الغاء", "إلغاء", "退订", "退訂", "停止"),
    }
)
START_WORDS: Final = frozenset(
    {
        *("START", "YES", "UNSTOP", "SUBSCRIBE", "RESUME", "OPTIN", "OPT IN", "OPT-IN"),
        *("СТАРТ", "ПОДПИСАТЬСЯ", "ПІДПИСАТИСЯ"),
        *("ALTA", "INICIAR", "SUSCRIBIR", "COMENZAR", "ENTRAR", "DEMARRER", "DÉMARRER", "ANMELDEN", "AANMELDEN"),
        *("शुरू", "MULAI", "BAŞLA", "اشتراك"),
    }
)

_SPACES = re.compile(r"\s+")
_LETTERS = frozenset("LMN")
# Accents, which are often left out, and what emoji are varied by. No others: without its marks a word of Hindi is
# another word.
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u065f\u20d0-\u20ff\ufe00-\ufe0f]")


def keyword_of(text: str) -> Keyword | None:
    """Return what a message asks for, None where it is any other text."""
    word = text.strip()
    return _BY_WORD.get(_plain(word)) if len(word) <= LONGEST else None


def _plain(text: str) -> str:
    """Return a text as words are compared: without case, accents, and the spaces, signs and emoji around it."""
    # Decomposed by compatibility: full-width letters are letters, and a space that does not break is a space.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    seen = "".join(" " if character.isspace() else character for character in folded if not _is_invisible(character))
    bare = _ACCENTS.sub("", seen)
    letters = [index for index, character in enumerate(bare) if _is_letter(character)]
    return _SPACES.sub(" ", bare[letters[0] : letters[-1] + 1]) if letters else ""


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc") and not character.isspace()


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in _LETTERS


_BY_WORD: Final = {_plain(word): Keyword.STOP for word in STOP_WORDS} | {
    _plain(word): Keyword.START for word in START_WORDS
}
