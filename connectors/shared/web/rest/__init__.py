"""What a resource of the REST API is made of; every connector may add its own below `/api/v1`."""
