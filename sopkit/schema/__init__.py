"""A tree goes in; what the language's schema says against it comes out. The only importer of jsonschema."""

from sopkit.schema.judgement import check
from sopkit.schema.skeleton import skeleton
from sopkit.schema.validators import identity

__all__ = ["check", "identity", "skeleton"]
