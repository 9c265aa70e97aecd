"""Keys and the four things done with them: keyed ids, envelopes, sealed values, signatures.

Primitives come from ``cryptography`` (OpenSSL); this package decides formats and bindings only. The formats
are specified in ``docs/spec/``.
"""
