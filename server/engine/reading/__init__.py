"""From a document to an operation: selections, arguments, and what is declared of each field."""
