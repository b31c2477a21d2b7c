"""Event logs and a compiled workspace go in; what was done against what is declared comes out: counts, rates, first cases."""
