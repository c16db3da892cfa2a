"""The Python SDK 1.x: its own discovery, registration, PKCE and token exchange; the handshake of 2025."""

from importlib.metadata import version

import anyio
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from app import SERVER, App, prove


async def main():
    app = App(lambda callback: (callback["code"], callback["state"]))
    async with (
        create_mcp_http_client(auth=app.provider()) as http,
        streamable_http_client(SERVER, http_client=http) as (read, write, _),
        ClientSession(read, write) as client,
    ):
        started = await client.initialize()
        await prove(version("mcp"), app, client, started.protocolVersion, "2025-11-25")


anyio.run(main)
