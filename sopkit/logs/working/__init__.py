"""Rules on steps, syncs, KPIs and experiments, asked of the logs."""
