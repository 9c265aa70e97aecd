"""Which actions exist: every one guarded, and agreed with privacy.yml, or the server does not start."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from contextvars import ContextVar
from types import ModuleType

from rasa_sdk import Action

from discreet.errors import PolicyError, SettingsError
from discreet.policy import Policy
from discreet.sdk.action import GuardedAction
from discreet.sdk.form import GuardedForm

_loading: ContextVar[bool] = ContextVar("discreet_loading", default=False)


def require_guarded_server() -> None:
    """Called by the actions package: raises SettingsError when anything but our action server imports it."""
    # Tests import skills one by one; a variable of the environment, which a child inherits, must not open this.
    if not _loading.get() and "pytest" not in sys.modules:
        raise SettingsError(
            "these actions run only behind signed calls: start them with `make run`, not with `rasa run actions`"
        )


def load_actions(package: str, policy: Policy) -> dict[str, GuardedAction]:
    """Every action of the package, by name. Raises PolicyError for one that is not guarded or not agreed."""
    token = _loading.set(True)
    try:
        root = importlib.import_module(package)
        modules = [importlib.import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(root.__path__)]
    finally:
        _loading.reset(token)
    found = [cls for module in modules for cls in _own_actions(module)]
    return {cls.name_: _agreed(cls, policy) for cls in found}


def _own_actions(module: ModuleType) -> list[type[Action]]:
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Action)]
    return [cls for cls in classes if cls.__module__ == module.__name__]


def _agreed(cls: type[Action], policy: Policy) -> GuardedAction:
    if not issubclass(cls, GuardedAction):
        raise PolicyError(f"{cls.__name__} is not a GuardedAction; every custom action must be one")
    if policy.actions.get(cls.name_) != cls.purpose:
        raise PolicyError(f"privacy.yml and the class {cls.__name__} name different purposes for {cls.name_!r}")
    if cls.run is not GuardedAction.run or cls.guarded not in (GuardedAction.guarded, GuardedForm.guarded):
        raise PolicyError(f"{cls.__name__} replaces run or guarded, which hold the gate; write act instead")
    level = policy.assurance_of(cls.name_, cls.opens)
    if issubclass(cls, GuardedForm) and (cls.name_ in policy.assurance or (level and cls.opens)):
        raise PolicyError(f"{cls.name_} is a form, which only collects; give the assurance to the action after it")
    for slot in cls.opens:
        category = policy.category_of_slot(slot)
        if category is None or category.name not in policy.purpose(cls.purpose).data:
            raise PolicyError(f"{cls.name_} opens {slot}, which its purpose {cls.purpose} does not cover")
    if issubclass(cls, GuardedForm):
        for slot, purpose in cls.steps.items():
            policy.purpose(purpose)
            policy.category_of_slot(slot)
    return cls()
