"""The Python SDK 2.x: asks what the server speaks and must end on the stateless protocol of 2026."""

from importlib.metadata import version

import anyio
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from app import SERVER, App, prove


async def main():
    # With `iss`, which the SDK compares (RFC 9207).
    app = App(lambda callback: AuthorizationCodeResult(**callback))
    async with (
        create_mcp_http_client(auth=app.provider()) as http,
        Client(streamable_http_client(SERVER, http_client=http)) as client,
    ):
        await prove(version("mcp"), app, client, client.protocol_version, "2026-07-28")


anyio.run(main)
