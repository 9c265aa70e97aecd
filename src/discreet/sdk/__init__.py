"""What skills are written with: the only package that imports rasa_sdk.

from discreet.sdk import GuardedAction, GuardedForm, Turn
"""

from discreet.sdk.action import GuardedAction
from discreet.sdk.form import GuardedForm
from discreet.sdk.turn import ConsentWithdrawn, Services, Turn

__all__ = ["ConsentWithdrawn", "GuardedAction", "GuardedForm", "Services", "Turn"]
