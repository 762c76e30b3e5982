"""Reads GraphQL documents as far as clients of the Admin API write them, and picks what they ask for.

https://spec.graphql.org/October2021/ — variables, aliases, arguments, fragments; neither directives nor comments that
mean something. What a document asks of a field that is not there is refused as Shopify refuses it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_TOKENS: Final = re.compile(
    r'(?P<space>[\s,\ufeff]+|#[^\n\r]*)|(?P<block>"""(?:.|\n)*?""")|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<spread>\.\.\.)|(?P<number>-?\d+(?:\.\d+)?)|(?P<variable>\$\w+)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[{}()\[\]:=!@])"
)
_WORDS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None}


class BadDocument(Exception):
    """The document cannot be read, or asks for what is not there; the text is for its writer."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is asked for, `alias` being its name in the answer; `on` is the type that a fragment is for."""

    name: str
    alias: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    fields: Sequence["Field"] = ()
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be done: a query or a mutation."""

    kind: str
    fields: Sequence[Field]


def read(document: str, variables: Mapping[str, Any], name: str | None = None) -> Operation:
    """Return the operation of a document, by its name where there are several. Raises BadDocument."""
    reader = _Reader(_tokens(document), variables)
    operations = reader.document()
    found = [one for known, one in operations if name in (None, known)]
    if len(found) != 1:
        raise BadDocument("Name the one operation of the document that is meant")
    return reader.spread(found[0])


def pick(value: Any, fields: Sequence[Field], kind: str) -> Any:
    """Return what `fields` ask for of a value: an object (a mapping), a list of them, None. Raises BadDocument."""
    if value is None:
        return None
    if isinstance(value, list):
        return [pick(one, fields, kind) for one in value]
    if not isinstance(value, Mapping):
        if fields:
            raise BadDocument(f"Selections can't be made on scalars (field '{kind}' returns a scalar)")
        return value
    if not fields:
        raise BadDocument(f"Field must have selections (field '{kind}' returns an object but has no selections)")
    answer: dict[str, Any] = {}
    for one in fields:
        if one.on is not None and one.on != value.get("__typename"):
            continue
        if one.name not in value:
            raise BadDocument(f"Field '{one.name}' doesn't exist on type '{value.get('__typename', kind)}'")
        answer[one.alias] = pick(value[one.name], one.fields, one.name)
    return answer


def _tokens(document: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(document):
        found = _TOKENS.match(document, at)
        if found is None:
            raise BadDocument(f"syntax error, unexpected {document[at]!r} at {at}")
        at = found.end()
        if found.lastgroup != "space":
            yield found.lastgroup or "", found[0]
    yield "end", "end of file"


class _Reader:
    """Reads one document by recursive descent."""

    def __init__(self, tokens: Iterator[tuple[str, str]], variables: Mapping[str, Any]) -> None:
        self._tokens = tokens
        self._kind, self._text = next(tokens)
        self._given = variables
        self._variables: dict[str, Any] = {}
        self._fragments: dict[str, tuple[str, list[Field]]] = {}

    def document(self) -> list[tuple[str | None, Operation]]:
        operations = []
        while self._kind != "end":
            if self._text == "fragment":
                self._fragment()
            else:
                operations.append(self._operation())
        return operations

    def spread(self, operation: Operation) -> Operation:
        """Return an operation with its named fragments put in place."""
        return Operation(operation.kind, self._spread(operation.fields))

    def _spread(self, fields: Sequence[Field]) -> list[Field]:
        done: list[Field] = []
        for one in fields:
            if one.name.startswith("..."):
                on, inner = self._fragments.get(one.name[3:], (None, None))
                if inner is None:
                    raise BadDocument(f"Fragment {one.name[3:]} was used, but not defined")
                done += [_on(entry, on) for entry in self._spread(inner)]
            else:
                done.append(Field(one.name, one.alias, one.arguments, self._spread(one.fields), one.on))
        return done

    def _operation(self) -> tuple[str | None, Operation]:
        if self._text == "{":
            return None, Operation("query", self._fields())
        kind = self._take("name")
        if kind not in ("query", "mutation"):
            raise BadDocument(f"syntax error, unexpected {kind!r}")
        name = self._take("name") if self._kind == "name" else None
        if self._text == "(":
            self._declare()
        return name, Operation(kind, self._fields())

    def _fragment(self) -> None:
        self._take("name")
        name = self._take("name")
        self._expect("on")
        self._fragments[name] = (self._take("name"), self._fields())

    def _declare(self) -> None:
        """Read `($id: ID!, $first: Int = 10)`."""
        self._expect("(")
        while self._text != ")":
            name = self._take("variable")[1:]
            self._expect(":")
            required = self._type()
            default = None
            if self._text == "=":
                self._next()
                default = self._value()
            if required and default is None and self._given.get(name) is None:
                raise BadDocument(f"Variable ${name} of type {required} was provided invalid value")
            self._variables[name] = self._given.get(name, default)
        self._next()

    def _type(self) -> str | None:
        """Return the type's name where a value must be given."""
        if self._text == "[":
            self._next()
            self._type()
            self._expect("]")
            name = "list"
        else:
            name = self._take("name")
        if self._text != "!":
            return None
        self._next()
        return f"{name}!"

    def _fields(self) -> list[Field]:
        self._expect("{")
        fields: list[Field] = []
        while self._text != "}":
            fields += self._field()
        self._next()
        return fields

    def _field(self) -> list[Field]:
        if self._kind == "spread":
            self._next()
            if self._text == "on":
                self._next()
                on = self._take("name")
                return [_on(one, on) for one in self._fields()]
            return [Field(f"...{self._take('name')}", "")]
        name = alias = self._take("name")
        if self._text == ":":
            self._next()
            name = self._take("name")
        arguments = self._arguments() if self._text == "(" else {}
        return [Field(name, alias, arguments, self._fields() if self._text == "{" else [])]

    def _arguments(self) -> dict[str, Any]:
        self._expect("(")
        return self._pairs(")")

    def _pairs(self, end: str) -> dict[str, Any]:
        pairs = {}
        while self._text != end:
            name = self._take("name")
            self._expect(":")
            pairs[name] = self._value()
        self._next()
        return pairs

    def _value(self) -> Any:
        kind, text = self._kind, self._text
        self._next()
        if text == "{":
            return self._pairs("}")
        if text == "[":
            return self._list()
        if kind == "variable":
            return self._variable(text[1:])
        if kind in ("string", "block"):
            quotes = 1 if kind == "string" else 3
            return text[quotes:-quotes].encode().decode("unicode_escape") if "\\" in text else text[quotes:-quotes]
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "name":
            return _WORDS.get(text, text)
        raise BadDocument(f"syntax error, unexpected {text!r}")

    def _list(self) -> list[Any]:
        values = []
        while self._text != "]":
            values.append(self._value())
        self._next()
        return values

    def _variable(self, name: str) -> Any:
        if name not in self._variables:
            raise BadDocument(f"Variable ${name} is used but not declared")
        return self._variables[name]

    def _next(self) -> None:
        if self._kind == "end":
            raise BadDocument("syntax error, unexpected end of file")
        self._kind, self._text = next(self._tokens)

    def _take(self, kind: str) -> str:
        text = self._text
        if self._kind != kind:
            raise BadDocument(f"syntax error, unexpected {text!r}, expecting a {kind}")
        self._next()
        return text

    def _expect(self, text: str) -> None:
        if self._text != text:
            raise BadDocument(f"syntax error, unexpected {self._text!r}, expecting {text!r}")
        self._next()


def _on(one: Field, kind: str | None) -> Field:
    return Field(one.name, one.alias, one.arguments, one.fields, one.on or kind)
