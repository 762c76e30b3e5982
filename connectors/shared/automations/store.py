"""Automations of an owner: found, changed, shown and tried."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Final

import orjson
from marshmallow import ValidationError
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.accounts.senders import Sender
from connectors.shared.automations.checking import faults, variables
from connectors.shared.automations.definitions import DEFAULT_CHANNEL, Automation, Condition, Kept, Owner, Trigger
from connectors.shared.automations.locales import merged
from connectors.shared.automations.schemas import AutomationChangesSchema
from connectors.shared.automations.senders import sender_of_owner
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.automations.tables import automations
from connectors.shared.automations.texts import choose, fill, in_locale, sender_id
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.errors import NotFound, NotUnderstood
from connectors.shared.messages.composing import check_text
from connectors.shared.templates.store import by_name_or_id
from connectors.shared.templates.tables import templates
from connectors.shared.web.bodies import InvalidFields, invalid_fields

Row = Mapping[str, Any]

_PLAIN_COLUMNS: Final = ("after", "consent", "hours", "channel", "sender_id", "entity_id", "template_id")


def get_automation(connection: Connection, owner: Owner, trigger: Trigger) -> Automation:
    """Return a trigger as its owner has it; off, and as the connector proposes it, where they never said anything."""
    return list_automations(connection, owner, {trigger.name: trigger})[0]


def list_automations(connection: Connection, owner: Owner, triggers: Mapping[str, Trigger]) -> list[Automation]:
    """Return all of them, in the connector's order."""
    decided = select(automations).where(automations.c.owner == owner.name, automations.c.trigger.in_(triggers))
    rows = {row["trigger"]: dict(row) for row in connection.execute(decided).mappings()}
    kept = kept_templates(connection, owner, {row["kept_template_id"] for row in rows.values()})
    return [assembled(trigger, rows.get(trigger.name, {}), kept) for trigger in triggers.values()]


def kept_templates(connection: Connection, owner: Owner, ids: Collection[str | None]) -> dict[str, Row]:
    """Return the templates of an owner's account that have these ids."""
    wanted = [each for each in ids if each is not None]
    if not wanted:
        return {}
    statement = select(templates).where(templates.c.account_id == owner.account_id, templates.c.id.in_(wanted))
    return {row["id"]: dict(row) for row in connection.execute(statement).mappings()}


def assembled(trigger: Trigger, row: Row, kept: Mapping[str, Row]) -> Automation:
    """Return a trigger with what its owner decided (a row's columns); `kept` are the templates they may use."""
    template_id = row.get("kept_template_id")
    used = kept.get(template_id) if template_id else None
    own_text = row.get("template") if template_id is None else used["text"] if used else ""
    first, *_ = trigger.texts.values()
    translations = orjson.loads(row.get("translations") or "{}")
    delay_ms = row.get("delay_ms")
    return Automation(
        trigger=trigger.name,
        enabled=bool(row.get("enabled")),
        template=first if own_text is None else own_text,
        # Whoever wrote a text of their own has not seen what we would say in other languages.
        translations=merged(translations, dict(list(trigger.texts.items())[1:]) if own_text is None else {}),
        delay_ms=trigger.delay_ms if delay_ms is None else delay_ms,
        after=row.get("after"),
        consent=Consent(row.get("consent") or trigger.consent),
        hours=Hours(row.get("hours") or trigger.hours),
        channel=row.get("channel") or DEFAULT_CHANNEL,
        conditions=tuple(Condition(**each) for each in orjson.loads(row.get("conditions") or "[]")),
        sender_id=row.get("sender_id"),
        entity_id=row.get("entity_id"),
        template_id=row.get("template_id"),
        is_own_text=own_text is not None,
        kept=None if used is None else Kept(**{column.name: used[column.name] for column in fields(Kept)}),
    )


def put_automation(connection: Connection, owner: Owner, trigger: Trigger, given: Mapping[str, Any]) -> Automation:
    """Change what is given (the fields of `AutomationChangesSchema`), keep the rest, and return it.

    None clears a field: it is the connector's own again. Raises InvalidFields.
    """
    columns = _columns(connection, owner, _read(given))
    row = _decided(connection, owner, trigger, locked=True)
    automation = _changed(connection, owner, trigger, row, columns)
    # Whatever is wrong with it, it can be turned off.
    if columns.keys() != {"enabled"} or automation.enabled:
        _check(automation, trigger, sender_of_owner(connection, owner))
    _keep(connection, owner, trigger, columns)
    return automation


def shown(automation: Automation, trigger: Trigger) -> dict[str, Any]:
    """Return an automation as `AutomationSchema` dumps it."""
    chosen = choose(automation, trigger, None)
    return {
        "trigger": trigger.name,
        "title": trigger.title,
        "about": trigger.about,
        "enabled": automation.enabled,
        "template": automation.kept.name if automation.kept else automation.template,
        "text": automation.template,
        "translations": dict(automation.translations),
        "locales": [*([chosen.locale] if chosen.locale else []), *automation.translations],
        "delay_seconds": _seconds(automation.delay_ms),
        "after": automation.after,
        "consent": automation.consent.value,
        "hours": automation.hours.value,
        "channel": automation.channel,
        "conditions": [asdict(condition) for condition in automation.conditions],
        "sender_id": automation.sender_id,
        "entity_id": automation.entity_id,
        "template_id": automation.template_id,
        "variables": variables(trigger),
    }


def preview(
    connection: Connection, owner: Owner, trigger: Trigger, given: Mapping[str, Any], values: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what somebody would get: the automation with `given` changes, filled in with values or the sample.

    `given` may have a `locale` beside the changes; what `values` lack of whole things (order, shop) is the sample's.
    Returns {"trigger", "text", "locale", "sender_id", "encoding", "segments", "characters"}. Raises InvalidFields.
    """
    changes = {name: value for name, value in given.items() if name in AutomationChangesSchema().fields}
    columns = _columns(connection, owner, _read(changes))
    automation = _changed(connection, owner, trigger, _decided(connection, owner, trigger), columns)
    sender = sender_of_owner(connection, owner)
    # One that is not sent yet may have no sender id either.
    _check(replace(automation, enabled=False), trigger, sender)
    chosen = choose(automation, trigger, given.get("locale"))
    try:
        text = fill(automation, chosen, _sample(trigger, given.get("locale")) | dict(values or {}))
        segments = check_text(text)
    except NotUnderstood as error:
        field = f"translations.{chosen.locale}" if chosen.is_translation else "template"
        raise InvalidFields({field: [str(error)]}) from None
    return {
        "trigger": trigger.name,
        "text": text,
        "locale": chosen.locale,
        "sender_id": sender_id(automation) or sender.sender_id,
        "encoding": segments.encoding,
        "segments": segments.count,
        "characters": list(segments.unicode_characters),
    }


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Read changes as the API would, wherever they come from. Raises InvalidFields."""
    try:
        read: dict[str, Any] = AutomationChangesSchema().load(dict(given))
    except ValidationError as error:
        raise invalid_fields(error) from None
    return read


def _columns(connection: Connection, owner: Owner, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that changes are kept in."""
    columns = {name: given[name] for name in _PLAIN_COLUMNS if name in given}
    if "enabled" in given:
        columns["enabled"] = bool(given["enabled"])
    if "template" in given:
        kept_id = _kept_id(connection, owner, given["template"])
        columns |= {"template": given["template"] if kept_id is None else None, "kept_template_id": kept_id}
    if "delay_seconds" in given:
        seconds = given["delay_seconds"]
        columns["delay_ms"] = None if seconds is None else round(seconds * SECOND)
    for name in ("translations", "conditions"):
        if name in given:
            columns[name] = None if given[name] is None else orjson.dumps(given[name]).decode()
    return columns


def _kept_id(connection: Connection, owner: Owner, name_or_id: str | None) -> str | None:
    """Return the id of the kept template that is meant, the owner's own before the account's; None: it is a text."""
    for whose in (owner.name, ""):
        try:
            if name_or_id is not None:
                return str(by_name_or_id(connection, owner.account_id, name_or_id, whose)["id"])
        except NotFound:
            continue
    return None


def _decided(connection: Connection, owner: Owner, trigger: Trigger, *, locked: bool = False) -> Row:
    statement = select(automations).where(automations.c.owner == owner.name, automations.c.trigger == trigger.name)
    row = connection.execute(statement.with_for_update() if locked else statement).mappings().first()
    return {} if row is None else dict(row)


def _changed(connection: Connection, owner: Owner, trigger: Trigger, row: Row, columns: Row) -> Automation:
    changed = {**row, **columns}
    return assembled(trigger, changed, kept_templates(connection, owner, [changed.get("kept_template_id")]))


def _check(automation: Automation, trigger: Trigger, sender: Sender) -> None:
    if found := faults(automation, trigger, sender):
        raise InvalidFields(found)


def _keep(connection: Connection, owner: Owner, trigger: Trigger, columns: Row) -> None:
    # An upsert of what was given alone: two first changes at once are both kept.
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    now = now_ms()
    new = {"owner": owner.name, "trigger": trigger.name, "enabled": False, "created_at": now, "updated_at": now}
    statement = upsert(automations).values({**new, **columns})
    keys = [automations.c.owner, automations.c.trigger]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_={**columns, "updated_at": now}))


def _sample(trigger: Trigger, locale: str | None) -> dict[str, Any]:
    return dict(trigger.sample if locale is None else in_locale(trigger.sample, locale))


def _seconds(milliseconds: int | None) -> int | float | None:
    if milliseconds is None:
        return None
    return milliseconds // SECOND if milliseconds % SECOND == 0 else milliseconds / SECOND
