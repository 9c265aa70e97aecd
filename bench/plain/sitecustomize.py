"""Gives the server that the bench starts a second, unguarded front, and counts how often its model reads a message.

Python imports this at its start when its folder is on PYTHONPATH. ``BENCH_PARSES`` names a file that one byte is
appended to a time, ``BENCH_PLAIN_PORT`` the front's port.
"""

import functools
import importlib.abc
import importlib.machinery
import os
import sys


def _counted(module):
    file = os.open(os.environ["BENCH_PARSES"], os.O_WRONLY | os.O_APPEND)
    parse = module.MessageProcessor._parse_message_with_graph

    @functools.wraps(parse)
    def counting(self, *arguments, **options):
        os.write(file, b".")
        return parse(self, *arguments, **options)

    module.MessageProcessor._parse_message_with_graph = counting


def _with_a_second_front(module):
    import unguarded

    of_the_page = module.WebChannel.blueprint

    @functools.wraps(of_the_page)
    def blueprint(self, on_new_message):
        made = of_the_page(self, on_new_message)

        @made.listener("after_server_start")
        async def start(app, _loop):
            app.ctx.agent.tracker_store._tracker_store._require_guard = False
            await unguarded.serve(on_new_message, int(os.environ["BENCH_PLAIN_PORT"]))

        return made

    module.WebChannel.blueprint = blueprint


_CHANGED = {"rasa.core.processor": _counted, "discreet.rasa.web": _with_a_second_front}


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, _target=None):
        if name not in _CHANGED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            _CHANGED[name](module)

        spec.loader.exec_module = exec_module
        return spec


if os.environ.get("BENCH_PARSES"):
    sys.meta_path.insert(0, _Finder())
