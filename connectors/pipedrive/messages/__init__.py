"""One SMS to a contact, its history, and the company's templates."""
