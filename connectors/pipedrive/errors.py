"""What can go wrong between Pipedrive and us, in words for the person at the page.

PipedriveError
├── Disconnected   no grant of this user's, or one that is good no more: they connect anew
├── NotAllowed     the user may not do this: in Pipedrive, or here
├── Gone           Pipedrive has no such thing, or the user may not see it
├── Refused        Pipedrive does not take it as it is, and never will
├── RateLimited    Pipedrive asks us to wait; nothing was done
├── Unreachable    no connection was made: nothing was done
└── InDoubt        it went out, and no answer came that makes sense: it may have been done
"""

from connectors.shared.errors import ConnectorsError


class PipedriveError(ConnectorsError):
    """An error whose text a person may read; it holds no token and nobody's number."""


class Disconnected(PipedriveError):
    """There is nothing to ask Pipedrive with."""


class NotAllowed(PipedriveError):
    """This user may not do this."""


class Gone(PipedriveError):
    """Not there, or not for this user's eyes."""


class Refused(PipedriveError):
    """Pipedrive refuses it for good."""


class RateLimited(PipedriveError):
    """Nothing was done; `seconds` from now it is worth another try."""

    def __init__(self, words: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(words)


class Unreachable(PipedriveError):
    """Nothing was done, and it is worth another try."""


class InDoubt(PipedriveError):
    """Perhaps it was done. What only reads may be tried again."""
