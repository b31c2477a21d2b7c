"""Staff manuals: a workspace goes in; a document for the whole of it, or for one role, comes out, section by section."""
