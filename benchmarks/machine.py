"""What ran where: facts that a ratio may depend on, without the name of the machine or a path on it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: Packages whose version may matter to a ratio.
PACKAGES = (
    "numpy", "scipy", "numba", "pandas", "highspy", "pyomo", "cvxpy", "linopy", "xarray", "pyoptinterface", "highsbox",
)  # fmt: skip


def machine_facts() -> dict[str, object]:
    """Return the CPU's model, the cores this process may use, the version of Python and of the packages."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def facts_line(facts: dict[str, object]) -> str:
    """Return the facts as one line."""
    packages = facts["packages"]
    assert isinstance(packages, dict)
    listed = ", ".join(f"{name} {found}" for name, found in packages.items())
    return (
        f"{facts['cpu']}, {facts['cores']} cores (load {facts['load']}), {facts['system']}, "
        f"Python {facts['python']}; {listed}"
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
