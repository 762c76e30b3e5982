"""A recipients' file that cannot be used, and why, in words for the person who made it."""

from connectors.shared.errors import NotUnderstood

TOO_LARGE = "too_large"


class SheetRefused(NotUnderstood):
    """The file as a whole cannot be used. `code` is for programs: `too_large`, or what else is wrong with it."""

    def __init__(self, message: str, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code
