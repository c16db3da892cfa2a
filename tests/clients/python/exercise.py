"""What every client must be able to do with the demo athlete: the same as in exercise.mjs."""

import re
from urllib.parse import quote

from mcp.types import PromptReference, ResourceTemplateReference
from plan import plan_week

ACTIVITY = "intervals://activity/{id}"


def wire(result):
    """A result as it was on the wire; the attributes have other names in each major version."""
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def text_of(result):
    return "".join(part.get("text", "") for part in result.get("content", []))


def expand(template, value):
    """`{id}` replaced as RFC 6570 has it: everything is encoded but letters, digits and `-._~`."""
    return template.replace("{id}", quote(value, safe=""))


async def call_tools(client):
    tools = wire(await client.list_tools())["tools"]
    names = [tool["name"] for tool in tools]
    for name in ("get_today", "list_activities"):
        assert name in names, f"{name} is not offered: {names}"
    steps = []

    async def on_progress(progress, total, message):
        steps.append((progress, total))

    today = wire(await client.call_tool("get_today", {}, progress_callback=on_progress))
    activities = wire(await client.call_tool("list_activities", {}))
    for result in (today, activities):
        assert not result.get("isError"), f"a tool failed: {result}"
        assert len(text_of(result).strip()) > 40, f"a tool said nothing: {result}"
    rising = all(before[0] < after[0] for before, after in zip([(0, 0), *steps], steps))
    assert rising and all(progress < total for progress, total in steps), f"the progress of get_today was {steps}"
    refused = wire(await client.call_tool("list_activities", {"oldest": "soon"}))
    assert refused.get("isError"), f"a wrong date was accepted: {refused}"
    assert "oldest" in text_of(refused), f"the refusal does not name the argument: {refused}"
    return tools, steps


async def complete(client, ref, name, value):
    values = wire(await client.complete(ref, {"name": name, "value": value}))["completion"]["values"]
    assert values, f"nothing completes {name} of {ref}"
    return values


async def read(client, uri):
    contents = wire(await client.read_resource(uri))["contents"]
    assert [content["uri"] for content in contents] == [uri], f"{uri} led to {contents}"
    assert len(contents[0]["text"].strip()) > 40, f"{uri} says nothing: {contents}"
    return contents[0]["text"]


async def read_resources(client):
    resources = wire(await client.list_resources())["resources"]
    templates = wire(await client.list_resource_templates())["resourceTemplates"]
    uris = [resource["uri"] for resource in resources]
    assert uris[0] == "intervals://help/workout-syntax", f"the first resource is {uris[0]}"
    assert "intervals://athlete/profile" in uris, f"no profile is offered: {uris}"
    await read(client, uris[0])
    await read(client, "intervals://athlete/profile")
    assert ACTIVITY in [template["uriTemplate"] for template in templates], f"no activity is offered: {templates}"
    values = await complete(client, ResourceTemplateReference(type="ref/resource", uri=ACTIVITY), "id", "")
    value = next((value for value in values if not value.isascii()), values[0])
    identifier, date = value.split(" ")[:2]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", date), f"nobody recognises an activity by {value}"
    bare = await read(client, expand(ACTIVITY, identifier))
    whole = await read(client, expand(ACTIVITY, value))
    # Only the first line: notes further down are fenced with a new random mark each time.
    first = whole.splitlines()[0]
    assert bare.startswith(f"{first}\n") and identifier in first, f"{identifier} and {value} are not the same activity"
    return resources, templates, value


async def start_prompts(client, value):
    prompts = wire(await client.list_prompts())["prompts"]
    names = [prompt["name"] for prompt in prompts]
    assert "weekly_review" in names, f"no weekly_review is offered: {names}"
    [review] = wire(await client.get_prompt("weekly_review", {}))["messages"]
    assert review["role"] == "user", f"nobody asks: {review}"
    assert len(review["content"]["text"]) > 20, f"weekly_review says nothing: {review}"
    identifier = value.split(" ")[0]
    ref = PromptReference(type="ref/prompt", name="how_did_it_go")
    completed = await complete(client, ref, "activity", identifier)
    assert value in completed, f"{identifier} is not completed to {value}: {completed}"
    [asked] = wire(await client.get_prompt("how_did_it_go", {"activity": value}))["messages"]
    assert identifier in asked["content"]["text"], f"how_did_it_go forgot {identifier}: {asked}"
    return prompts


async def exercise(client):
    """Everything, on a server that has answered nobody yet. Returns what was found, for the summary."""
    tools, steps = await call_tools(client)
    resources, templates, value = await read_resources(client)
    prompts = await start_prompts(client, value)

    async def ask(tool, given):
        result = wire(await client.call_tool(tool, given))
        assert not result.get("isError"), f"{tool} failed: {result}"
        return text_of(result)

    await plan_week(ask)
    found = f"{len(tools)} tools, {len(resources)} resources, {len(templates)} templates, {len(prompts)} prompts"
    return f"{found}, {len(steps)} steps of progress" if steps else found
