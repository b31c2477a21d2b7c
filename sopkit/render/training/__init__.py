"""Training packs: a role's book and its manual go in; reading list, questions, answer key, sign-off and record sheets come out."""
