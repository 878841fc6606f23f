"""What every test stands on: no network, derandomized properties, and the sources where they are."""

import ipaddress
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_guard = pytest.MonkeyPatch()


def pytest_configure() -> None:
    """A person's genome never leaves the machine: any address but loopback fails, at import and in every fixture too."""
    for name in ("connect", "connect_ex", "sendto"):
        _guard.setattr(socket.socket, name, _to_loopback_only(getattr(socket.socket, name)))


def pytest_unconfigure() -> None:
    _guard.undo()


def _to_loopback_only(call: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *given: Any) -> Any:
        address = given[-1]
        # Sockets within the machine have a path for an address, not a tuple.
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise AssertionError(f"a connection to {address[0]} was tried")
        return call(self, *given)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of upstream files, or a skip that says why."""
    folder = os.environ.get("GARROD_SOURCES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("GARROD_SOURCES does not name a folder of sources")
    return Path(folder)
