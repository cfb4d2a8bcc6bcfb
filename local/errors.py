"""What can keep the local stack from starting; each message is the one sentence its user reads.

StartError
├── TemplateError      template.yaml is missing, or says something that cannot be served here
├── EmulatorError      the emulator did not start
├── FunctionError      a function's code cannot be loaded
├── PortError          the port is not a port, or another program has it
├── ClockError         the speed of the clock is no speed
└── SampleShopError    the stack runs, but refuses to create the sample shop
"""


class StartError(Exception):
    """The local stack cannot start."""


class TemplateError(StartError):
    """The template is missing, unreadable, or asks for what the local stack does not serve."""


class EmulatorError(StartError):
    """The emulator ended early or never answered."""


class FunctionError(StartError):
    """A function named by the template cannot be loaded."""


class PortError(StartError):
    """The port to serve on cannot be used."""


class ClockError(StartError):
    """The speed of the clock is not a number, or out of bounds."""


class SampleShopError(StartError):
    """A call that creates the sample shop was refused."""
