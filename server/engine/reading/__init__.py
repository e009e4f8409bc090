"""Reading: from a document to an operation, with its selections, arguments and declarations."""
