"""The outcome of a simulation goes in; tables for the terminal, JSON, and a page with plots come out."""
