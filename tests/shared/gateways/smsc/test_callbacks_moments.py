"""When it happened that SMSC tells of: in seconds since 1970, or by Moscow's clock."""

import pytest

from connectors.shared.clock import DAY, SECOND
from connectors.shared.gateways.smsc.callbacks import read_moment

NOW = 1_795_270_000 * SECOND  # 21.11.2026 17:06:40 in Moscow


@pytest.mark.parametrize(
    ("values", "moment"),
    [
        ({"ts": "1795269999", "time": "01.01.2001 00:00:00"}, NOW - SECOND),
        ({"time": "21.11.2026 17:06:39"}, NOW - SECOND),
        ({"time": "21.11.2026 21:06:39"}, None),  # Novosibirsk's clock: in the future, by Moscow's
        ({"ts": str((NOW - 3 * DAY) // SECOND)}, None),
        ({"ts": "9" * 400, "time": "31.02.2026 00:00:00"}, None),
        ({}, None),
    ],
)
def test_when_it_came(values: dict[str, str], moment: int | None) -> None:
    assert read_moment(values, NOW) == moment
