"""What we remember of orders, parcels, checkouts and customers: as much as a text needs."""
