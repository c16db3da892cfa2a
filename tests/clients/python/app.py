"""An app on a Python SDK: what a host program adds to it, which is a memory for OAuth and the order of the steps."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata

from exercise import exercise, wire

SERVER = os.environ["MCP_URL"]
REDIRECT = "http://127.0.0.1:41999/callback"
EXPIRY = sys.argv[1:] == ["expiry"]


class App:
    """The storage and the two handlers that the SDK's OAuth asks for; the owner approves at once."""

    def __init__(self, answer):
        self.answer = answer
        self.approvals = 0
        self.tokens = None
        self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client

    async def open(self, url):
        assert parse_qs(urlsplit(url).query)["code_challenge_method"] == ["S256"], "no PKCE"
        self.approvals += 1
        owner = Path(__file__).parent.parent / "approve.mjs"
        approved = await anyio.run_process(["node", str(owner), url], stderr=None)
        query = parse_qs(urlsplit(approved.stdout.decode().strip()).query)
        self.callback = {name: values[0] for name, values in query.items()}

    async def called_back(self):
        return self.answer(self.callback)

    def provider(self):
        metadata = OAuthClientMetadata(
            client_name="Client test",
            redirect_uris=[REDIRECT],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            token_endpoint_auth_method="none",
        )
        return OAuthClientProvider(SERVER, metadata, self, self.open, self.called_back)


async def outlive(app, call_tool):
    """Calls once more when the access token has expired: the SDK must refresh it, and the owner must not be asked again."""
    before = app.tokens
    assert before.expires_in <= 5, f"the access token lives {before.expires_in} s, too long to wait for its end"
    await anyio.sleep(before.expires_in + 1)
    result = wire(await call_tool("list_activities", {}))
    assert not result.get("isError"), f"list_activities failed: {result}"
    assert app.tokens.access_token != before.access_token, "the access token is still the expired one"
    assert app.tokens.refresh_token not in (None, before.refresh_token), "the refresh token was not rotated"
    assert app.approvals == 1, f"the owner was asked {app.approvals} times"


async def prove(sdk, app, client, negotiated, expected):
    """Goes through everything with one SDK: `expiry` as the script's argument lives through an access token's end instead."""
    assert negotiated == expected, f"{negotiated} was negotiated instead of {expected}"
    assert app.approvals == 1, f"the owner was asked {app.approvals} times"
    assert app.tokens.refresh_token, "no refresh token"
    name = f"mcp {sdk} for Python, protocol {negotiated}"
    if EXPIRY:
        await outlive(app, client.call_tool)
        print(f"ok   {name}: refreshed an expired access token by itself")
    else:
        print(f"ok   {name}: {await exercise(client)}")
