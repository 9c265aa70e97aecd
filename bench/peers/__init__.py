"""What runs inside the peers' own environments: one module a peer, and ``serve``, which asks it."""
