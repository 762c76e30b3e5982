"""The errors that cross rooms: what happened in words for a person, and nothing secret in them.

ConnectorsError
├── NotUnderstood      the caller's input is at fault; the words say what to do
├── NotFound           not there, or not the caller's
├── WrongState         the thing is there but has moved on
├── StoreUnavailable   the database cannot take it now; try again
└── SettingsError      a variable of the operator's is missing or cannot be read
"""


class ConnectorsError(Exception):
    """An error whose text may be shown to the person who caused or meets it."""


class NotUnderstood(ConnectorsError):
    """The input cannot be used as it is."""


class NotFound(ConnectorsError):
    """There is no such thing, or it belongs to somebody else."""


class WrongState(ConnectorsError):
    """The thing exists and is past the point where this could be done."""


class StoreUnavailable(ConnectorsError):
    """The database did not take a write in time; nothing was kept."""


class SettingsError(ConnectorsError):
    """A variable is missing or cannot be read; the text names it."""
