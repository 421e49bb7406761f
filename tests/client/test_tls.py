"""Encrypted ways to a server, and certificates that nobody vouches for."""

import pytest

from tfcoseg.client import Client, RequestError


def test_https_with_a_certificate_that_is_trusted(
    secure_rest, certificate, pair, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with Client(secure_rest.url) as client:
        assert client.predict(*pair).score == 0.75


def test_https_with_a_certificate_that_is_not(secure_rest, pair):
    with Client(secure_rest.url, retries=3) as client:
        with pytest.raises(RequestError, match="CERTIFICATE_VERIFY_FAILED") as caught:
            client.predict(*pair)
    assert caught.value.kind == "unreachable" and secure_rest.seen == []


def test_grpcs_with_a_certificate_that_is_not(secure_grpc, pair):
    with Client(secure_grpc.url, retries=0, timeout=10) as client:
        with pytest.raises(RequestError) as caught:
            client.predict(*pair)
    assert caught.value.kind == "unreachable" and secure_grpc.seen == []


def test_https_asked_of_a_port_without(rest, pair):
    with Client(rest.url.replace("http", "https"), timeout=10) as client:
        with pytest.raises(
            RequestError, match=rf"no TLS; is it {rest.url} \?"
        ) as caught:
            client.predict(*pair)
    assert caught.value.kind == "port"


def test_grpcs_asked_of_a_port_without(grpc_server, pair):
    url = grpc_server.url.replace("grpc", "grpcs")
    with Client(url, timeout=10) as client:
        with pytest.raises(RequestError, match=rf"no TLS; is it {grpc_server.url} \?"):
            client.predict(*pair)
