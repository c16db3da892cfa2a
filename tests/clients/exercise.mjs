// What every client must be able to do with the demo athlete.
import { assert } from './owner.mjs';

const textOf = (result) => (result.content ?? []).map((part) => part.text ?? '').join('');

async function callTools(client, callTool) {
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  const heard = [];
  for (const name of ['get_today', 'list_activities']) {
    assert(names.includes(name), `${name} is not offered: ${names}`);
    const result = await callTool({ name, arguments: {} }, { onprogress: (step) => heard.push(step) });
    assert(!result.isError, `${name} failed: ${textOf(result)}`);
    assert(textOf(result).trim().length > 40, `${name} said nothing: ${JSON.stringify(result).slice(0, 300)}`);
  }
  const refused = await callTool({ name: 'list_activities', arguments: { oldest: 'soon' } });
  assert(refused.isError, `a wrong date was accepted: ${textOf(refused).slice(0, 300)}`);
  assert(/oldest/.test(textOf(refused)), `the refusal does not name the argument: ${textOf(refused)}`);
  return names.length;
}

/** `callTool` takes a request's parameters and the SDK's options. Returns what was found, for the summary. */
export async function exercise(client, callTool) {
  const tools = await callTools(client, callTool);
  return `${tools} tools`;
}
