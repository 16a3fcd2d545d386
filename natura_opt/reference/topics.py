"""The topics of the reference, in the order in which they are listed."""

from __future__ import annotations

from .blocks import BLOCKS
from .errors import ERRORS
from .exit_codes import EXIT_CODES
from .json_fields import JSON_FIELDS
from .methods import METHOD_TOPIC
from .names import NAMES
from .objectives import OBJECTIVE_TOPIC
from .settings import SETTINGS
from .statuses import STATUSES
from .tables import TABLES
from .topic import Topic

_EVERY = (TABLES, OBJECTIVE_TOPIC, METHOD_TOPIC, SETTINGS, BLOCKS, STATUSES, JSON_FIELDS, EXIT_CODES, ERRORS, NAMES)

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _EVERY}
