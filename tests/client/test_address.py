"""Addresses of servers, and what becomes of them."""

import pytest

from tfcoseg.client.address import Address, Target, chosen_model, parse_url


@pytest.mark.parametrize(
    "url, address",
    [
        ("http://localhost:8501", Address("localhost", 8501, False, "", False)),
        ("http://localhost:8501/", Address("localhost", 8501, False, "", False)),
        ("https://example.org", Address("example.org", 443, True, "", False)),
        ("http://example.org/a b", Address("example.org", 80, False, "/a%20b", False)),
        ("grpc://localhost", Address("localhost", 8500, False, "", True)),
        ("grpcs://example.org", Address("example.org", 443, True, "", True)),
        ("http://[::1]:8501", Address("::1", 8501, False, "", False)),
        (
            "http://localhost:8501/v1/models/coseg",
            Address("localhost", 8501, False, "", False, "coseg"),
        ),
        (
            "https://example.org/x/v1/models/a%20b/",
            Address("example.org", 443, True, "/x", False, "a b"),
        ),
    ],
)
def test_addresses(url, address):
    assert parse_url(url) == address


def test_an_http_address_may_be_that_of_a_grpc_port():
    assert parse_url("http://localhost:8500", grpc=True).grpc
    secure = parse_url("https://example.org", grpc=True)
    assert secure.secure and secure.port == 443


def test_how_an_address_is_written():
    assert str(parse_url("http://[::1]:8501")) == "[::1]:8501"
    assert str(parse_url("http://localhost:8501/x")) == "localhost:8501"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8501",
        "ftp://localhost",
        "http://",
        "http://localhost:port",
        "http://localhost:99999",
        "http://me:secret@localhost",
        "http://localhost?x=1",
        "http://[::1",
        "http://localhost:8501/v1/models/coseg:predict",
        "http://localhost:8501/v1/models/coseg/versions/1",
        "http://localhost:8501/v1/models/",
        "grpc://localhost:8500/path",
        "grpc://localhost:8500/v1/models/coseg",
    ],
)
def test_what_is_no_address(url):
    with pytest.raises(ValueError, match="must be like http://localhost:8501"):
        parse_url(url)


@pytest.mark.parametrize(
    "path, model, chosen",
    [
        ("", None, "coseg"),
        ("", "mine", "mine"),
        ("/v1/models/mine", None, "mine"),
        ("/v1/models/mine", "mine", "mine"),
        ("", "", ""),  # which is refused where the rest of the target is checked
    ],
)
def test_the_model_is_named_by_itself_or_by_the_address(path, model, chosen):
    assert chosen_model(parse_url(f"http://localhost:8501{path}"), model) == chosen


def test_two_names_for_a_model_are_one_too_many():
    address = parse_url("http://localhost:8501/v1/models/mine")
    with pytest.raises(ValueError, match="names the model 'mine'.*Received: 'coseg'"):
        chosen_model(address, "coseg")


@pytest.mark.parametrize(
    "target, path",
    [
        (Target("coseg", "s"), "/v1/models/coseg:predict"),
        (Target("coseg", "s", version=3), "/v1/models/coseg/versions/3:predict"),
        (Target("coseg", "s", version=0), "/v1/models/coseg/versions/0:predict"),
        (Target("a/b", "s", label="x y"), "/v1/models/a%2Fb/labels/x%20y:predict"),
    ],
)
def test_paths(target, path):
    assert target.path == path
