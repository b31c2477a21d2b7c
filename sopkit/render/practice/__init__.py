"""What is known of practice goes in; the report on it comes out, in every form."""
