"""What is told of one order, one checkout and one customer, from first to last."""

from tests.shopify.automations.planned import PLACED_AT, SHIPPED_AT, Told, after
from tests.shopify.payloads import CHECKOUT, CUSTOMER, ORDER, PARCEL, REFUND, SECOND_PARCEL

OF_ORDER, OF_PARCEL, OF_SECOND = f"order:{ORDER}", f"fulfillment:{PARCEL}", f"fulfillment:{SECOND_PARCEL}"
OF_CHECKOUT, OF_CUSTOMER, OF_REFUND = f"checkout:{CHECKOUT}", f"customer:{CUSTOMER}", f"refund:{REFUND}"
OF_RIDE = "fulfillment_event:9900112233446"
DELIVERED_AT = after(SHIPPED_AT, days=2)
ABANDONED_AT = after(PLACED_AT, minutes=-20)

CREATED = Told("orders_create", PLACED_AT)
CREATED_PAID = Told("orders_create__paid", PLACED_AT)
PAID_AT_ONCE = Told("orders_paid", after(PLACED_AT, minutes=1))
PAID_LATER = Told("orders_paid", after(PLACED_AT, hours=3), {"updated_at": "2026-11-20T21:04:11+05:30"})
UPDATED = Told("orders_updated", after(PLACED_AT, minutes=5))
CANCELLED = Told("orders_cancelled", after(PLACED_AT, hours=1))
UPDATED_CANCELLED = Told("orders_updated__cancelled", after(PLACED_AT, hours=1))
REFUNDED = Told("refunds_create", after(PLACED_AT, days=1))
SHIPPED = Told("fulfillments_create", SHIPPED_AT)
SHIPPED_UNTRACKED = Told("fulfillments_create__no_tracking", SHIPPED_AT)
LINKED = Told("fulfillments_update", after(SHIPPED_AT, minutes=4))
SHIPPED_SECOND = Told("fulfillments_create__second", after(SHIPPED_AT, days=1))
FULFILLED = Told("orders_fulfilled", after(SHIPPED_AT, minutes=1))
OUT = Told("fulfillment_events_create__out_for_delivery", after(SHIPPED_AT, days=1.9))
DELIVERED = Told("fulfillment_events_create__delivered", DELIVERED_AT)
OUT_BY_PARCEL = Told("fulfillments_update__out_for_delivery", after(SHIPPED_AT, days=1.91))
DELIVERED_BY_PARCEL = Told("fulfillments_update__delivered", after(DELIVERED_AT, minutes=1))
LEFT = Told("checkouts_create", ABANDONED_AT)
TYPED = Told("checkouts_update", after(ABANDONED_AT, minutes=5))
COMPLETED = Told("checkouts_update__completed", PLACED_AT)
GONE = Told("checkouts_delete", PLACED_AT)
YES = Told("customers_marketing_consent_update", ABANDONED_AT)
NO = Told("customers_marketing_consent_update__unsubscribed", after(PLACED_AT, days=1))
