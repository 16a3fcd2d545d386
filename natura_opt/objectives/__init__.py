"""What is to be best: one module per objective, each with three spellings."""

from __future__ import annotations

from ..laws.law import Law
from .assortment import ASSORTMENT
from .fulfilment import FULFILMENT
from .least_resources import LEAST_RESOURCES

#: Every objective, by the name a question calls it.
OBJECTIVES: dict[str, Law] = {"least-resources": LEAST_RESOURCES, "assortment": ASSORTMENT, "fulfilment": FULFILMENT}
