"""`connectors smsc confirm-call`: which number somebody has to call, to show that a phone is theirs."""

import click

from connectors.shared.clock import MINUTE, now_ms, to_rfc3339
from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.smsc.commands.asking import answered, asking
from connectors.shared.gateways.smsc.commands.options import asking_options, phone_option
from connectors.shared.gateways.smsc.commands.showing import print_json, tell

GOOD_FOR = 15
"""Minutes, as the document says: https://smscentre.com/api/http/miscellaneous/waitcall."""


@click.command()
@phone_option("The number to be confirmed.")
@asking_options
@click.pass_obj
def confirm_call(open_house: Opener, phone: str, customer_id: str | None, as_json: bool) -> None:
    """Ask which number a person has to call within 15 minutes.

    The call is told to the callback's URL. To have it checked for you, start a verification instead:
    `connectors otp send --channel CALL`.
    """
    with asking(open_house, customer_id) as asked:
        found = answered(asked.smsc.wait_call(asked.connection_id, phone))
    if as_json:
        expires_at = to_rfc3339(now_ms() + GOOD_FOR * MINUTE)
        every = [f"+{each}" for each in found.all_phones]
        print_json({"phone": f"+{phone}", "number": f"+{found.phone}", "all_numbers": every, "expires_at": expires_at})
        return
    tell(f"Call +{found.phone} from +{phone} within {GOOD_FOR} minutes.")
