"""Switches one defence of a server off, for the canary test's controls: a scan that cannot fail proves nothing.

Python imports this module at its start when its folder is on PYTHONPATH. ``DISCREET_TEST_CONTROL`` names the defence.
Nothing of the product knows of it.
"""

import importlib.abc
import importlib.machinery
import os
import sys


def _no_redaction(module):
    module.Redactor.ingress = lambda self, text, seal, **_: module.Redacted(text)


def _no_entity_sealing(module):
    module.Understanding._is_raw = lambda self, entity: False


def _no_record_encryption(module):
    module.DataKey.seal = lambda self, place, body, random=None: bytes((1, 0)) + bytes(12) + place.previous_hash + body


def _no_vault_encryption(module):
    module.VaultPublicKey.seal = lambda self, key, **fields: fields["value"].encode()


def _no_log_formatter(module):
    import logging

    module.Record = logging.LogRecord
    module.Formatter.format = lambda self, record: logging.Formatter().format(record)


def _no_stripping(module):
    stripped = module.stripped

    def with_text(payload):
        kept = stripped(payload)
        kept["tracker"]["latest_message"]["text"] = payload["tracker"]["latest_message"]["text"]
        return kept

    module.stripped = with_text


_CONTROLS = {
    "redaction": {
        "discreet.redaction.redact": _no_redaction,
        "discreet.rasa.understanding": _no_entity_sealing,
    },
    "record encryption": {"discreet.crypto.envelope": _no_record_encryption},
    "vault encryption": {"discreet.crypto.sealed": _no_vault_encryption},
    "log formatter": {"discreet.logs": _no_log_formatter},
    "stripped action calls": {"discreet.rasa.action_endpoint": _no_stripping},
}


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, patches):
        self._patches = patches

    def find_spec(self, name, path, target=None):
        if name not in self._patches:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            self._patches[name](module)

        spec.loader.exec_module = exec_module
        return spec


if os.environ.get("DISCREET_TEST_CONTROL"):
    sys.meta_path.insert(0, _Finder(_CONTROLS[os.environ["DISCREET_TEST_CONTROL"]]))
