"""The assistant's skills: one module a skill, one stem in data, actions and tests."""

from discreet.sdk.registry import require_guarded_server

require_guarded_server()
