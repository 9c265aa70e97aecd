"""What is kept, one deep module each: conversations, vault, consent, operations, audit, results.

SQL lives here and nowhere above; transactions come from ``discreet.storage``.
"""
