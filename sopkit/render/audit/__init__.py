"""The report of a compliance audit, as a document and as JSON."""
