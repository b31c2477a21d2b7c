"""Spreadsheets as teams keep them: a file goes in, playbooks come out, with an account of what was read; and the way back."""
