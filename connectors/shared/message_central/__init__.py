"""The client of Message Central: HTTP in, typed answers out. Knows no database, no web framework."""

from connectors.shared.message_central.answers import Answer, TokenAnswer
from connectors.shared.message_central.client import BASE_URL, MessageCentral
from connectors.shared.message_central.credentials import Credentials, Token
from connectors.shared.message_central.outcomes import OUTCOME_OF_CODE, Outcome
from connectors.shared.message_central.sms import (
    CARRIED_FLOW_TYPES,
    MAX_VARIABLES,
    ManySms,
    SingleSms,
    UnsupportedFlowType,
    WorkbookRow,
    WorkbookSms,
)

__all__ = [
    "BASE_URL",
    "CARRIED_FLOW_TYPES",
    "MAX_VARIABLES",
    "OUTCOME_OF_CODE",
    "Answer",
    "Credentials",
    "ManySms",
    "MessageCentral",
    "Outcome",
    "SingleSms",
    "Token",
    "TokenAnswer",
    "UnsupportedFlowType",
    "WorkbookRow",
    "WorkbookSms",
]
