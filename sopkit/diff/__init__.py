"""Two versions of a workspace go in; what the change does to customers, staff, proofs and the law comes out. No files, no clock."""
