"""A comparison of two versions goes in; a page for the terminal, a comment for a pull request, JSON or a document comes out."""
