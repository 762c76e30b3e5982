"""A number is verified by SMS: by the vendor's one-time codes, or by ours that the gateway carries."""

from connectors.shared.clock import DAY, set_ahead
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.verifier import CheckVerdict, CodeRequest, StartResult, StartVerdict
from tests.shared.gateways.conformance.bench import Line, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.vendor import Mood

DIGITS = 6


def _by_sms(features: Features) -> bool:
    return "SMS" in features.verification_channels


def _vendors(features: Features) -> bool:
    return _by_sms(features) and features.vendors_codes


class _Verification:
    """A code that a phone was sent."""

    def __init__(self, stand: Stand, line: Line) -> None:
        self.stand, self.line, self.to = stand, line, stand.recipient()
        request = CodeRequest(self.to.country_code, self.to.national, "SMS", DIGITS)
        self.started: StartResult = stand.built.verifier.start(line.connection_id, request)

    @property
    def code(self) -> str:
        return self.stand.vendor.code_for(self.to.digits)

    def check(self, code: str, vendor_id: str | None = None) -> CheckVerdict:
        """Have a code checked."""
        known_by = vendor_id or self.started.vendor_id or ""
        return self.stand.built.verifier.check(self.line.connection_id, known_by, code, None).verdict


@check(_by_sms)
def the_right_code_verifies_once(stand: Stand) -> None:
    verification = _Verification(stand, stand.connect())
    assert verification.started.verdict is StartVerdict.TAKEN
    assert verification.started.vendor_id
    code = verification.code
    assert len(code) == DIGITS
    wrong = f"{(int(code) + 1) % 10**DIGITS:0{DIGITS}}"
    assert verification.check(wrong) is CheckVerdict.WRONG
    assert verification.check(code) is CheckVerdict.RIGHT
    assert verification.check(code) is not CheckVerdict.RIGHT, "a code is good once"


@check(_by_sms)
def a_code_is_of_one_number(stand: Stand) -> None:
    """Somebody else's code, or the right code under somebody else's connection, is none."""
    line, stranger = stand.connect(), stand.connect()
    one, other = _Verification(stand, line), _Verification(stand, line)
    if one.code != other.code:
        assert one.check(other.code) is CheckVerdict.WRONG
    one.line = stranger
    assert one.check(one.code) is not CheckVerdict.RIGHT
    assert one.check(one.code, "987654321") is not CheckVerdict.RIGHT


@check(_by_sms)
def a_code_runs_out(stand: Stand) -> None:
    verification = _Verification(stand, stand.connect())
    code = verification.code
    set_ahead(DAY)
    try:
        assert verification.check(code) is CheckVerdict.EXPIRED
    finally:
        set_ahead(0)


@check(_by_sms)
def a_code_that_may_have_gone_out_is_checked_or_in_doubt(stand: Stand) -> None:
    """Of a vendor's code that got no answer nobody knows what to ask for; one of ours can still be checked."""
    line = stand.connect()
    stand.vendor.mood = Mood.HANGS_UP
    verification = _Verification(stand, line)
    if stand.bench.kind.features.vendors_codes:
        assert verification.started.verdict is StartVerdict.IN_DOUBT
    else:
        assert verification.started.verdict in (StartVerdict.TAKEN, StartVerdict.IN_DOUBT)
    if verification.started.verdict is StartVerdict.TAKEN:
        assert verification.check(verification.code) is CheckVerdict.RIGHT


@check(_by_sms)
def no_code_is_sent_while_the_vendor_is_away(stand: Stand) -> None:
    line = stand.connect()
    stand.vendor.leave()
    assert _Verification(stand, line).started.verdict is StartVerdict.UNAVAILABLE
    stand.vendor.come_back()
    assert _Verification(stand, line).started.verdict is StartVerdict.TAKEN


@check(_by_sms)
def codes_for_a_refused_account_are_refused(stand: Stand) -> None:
    line = stand.connect()
    stand.vendor.accounts[line.login.login] = "quite another secret"
    assert _Verification(stand, line).started.verdict is StartVerdict.ACCOUNT_REFUSED


@check(_vendors)
def a_vendor_that_is_away_decides_no_code(stand: Stand) -> None:
    """Nobody is verified for it, and nobody's tries are used up."""
    verification = _Verification(stand, stand.connect())
    code = verification.code
    stand.vendor.leave()
    assert verification.check(code) is CheckVerdict.UNAVAILABLE
