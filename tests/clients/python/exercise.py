"""What every client must be able to do with the demo athlete: the same as in exercise.mjs."""


def wire(result):
    """A result as it was on the wire; the attributes have other names in each major version."""
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def text_of(result):
    return "".join(part.get("text", "") for part in result.get("content", []))


async def call_tools(client):
    names = [tool["name"] for tool in wire(await client.list_tools())["tools"]]
    heard = []

    async def on_progress(progress, total, message):
        heard.append(progress)

    for name in ("get_today", "list_activities"):
        assert name in names, f"{name} is not offered: {names}"
        result = wire(await client.call_tool(name, {}, progress_callback=on_progress))
        assert not result.get("isError"), f"{name} failed: {result}"
        assert len(text_of(result).strip()) > 40, f"{name} said nothing: {result}"
    refused = wire(await client.call_tool("list_activities", {"oldest": "soon"}))
    assert refused.get("isError"), f"a wrong date was accepted: {refused}"
    assert "oldest" in text_of(refused), f"the refusal does not name the argument: {refused}"
    return len(names)


async def exercise(client):
    """Returns what was found, for the summary."""
    tools = await call_tools(client)
    return f"{tools} tools"
