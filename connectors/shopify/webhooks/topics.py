"""The topics that are not about what is bought: whose data goes, and whether we are still in the shop.

https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
"""

from typing import Final

DATA_REQUEST: Final = "customers/data_request"
REDACT_CUSTOMER: Final = "customers/redact"
REDACT_SHOP: Final = "shop/redact"
UNINSTALLED: Final = "app/uninstalled"
SCOPES_UPDATE: Final = "app/scopes_update"

COMPLIANCE: Final = frozenset({DATA_REQUEST, REDACT_CUSTOMER, REDACT_SHOP})
PRIVACY: Final = COMPLIANCE | {UNINSTALLED, SCOPES_UPDATE}
