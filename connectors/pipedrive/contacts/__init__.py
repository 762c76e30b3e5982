"""People of Pipedrive: who they are, their numbers in order, and what texts may say of them."""
