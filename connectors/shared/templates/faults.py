"""What can be wrong with a template or with the values for it."""

from connectors.shared.errors import NotUnderstood


class TemplateUnreadable(NotUnderstood):
    """The text cannot be read, or cannot be filled in with these values; the words say where and what to do."""


class MissingVariables(NotUnderstood):
    """Values that the text needs are missing or blank; `names` are the variables, as a person reads them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"The text needs a value for {', '.join(names)}.")


def unreadable(text: str, index: int, words: str) -> TemplateUnreadable:
    """Return the error about what stands at an index of a text."""
    return TemplateUnreadable(f"Line {text.count(chr(10), 0, index) + 1} of the text: {words}")


class InvalidTemplate(NotUnderstood):
    """A template cannot be kept like this; `field` is what has to be changed."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)
