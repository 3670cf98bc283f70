"""No test reaches beyond this machine, so that none depends on what answers there."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

pytestmark = pytest.mark.once

# Set aside for documentation (RFC 5737 and 3849): it belongs to nobody.
FARAWAY = [("192.0.2.1", 443), ("2001:db8::1", 443)]


# The refusal warns too, and is no mistake here.
@pytest.mark.filterwarnings("ignore:A test tried to use socket.socket.connect")
@pytest.mark.parametrize("address", FARAWAY, ids=["IPv4", "IPv6"])
def test_a_connection_beyond_this_machine_is_refused(address):
    with pytest.raises(SocketConnectBlockedError, match="allowed"):
        socket.create_connection(address, timeout=1)


@pytest.mark.filterwarnings("ignore:A test tried to use socket.socket.connect")
def test_an_unlisted_name_is_refused_like_an_unlisted_number():
    with socket.socket() as one, pytest.raises(SocketConnectBlockedError):
        one.connect(("example.com", 443))


def test_this_machine_answers():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
