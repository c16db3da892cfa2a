// What every client must be able to do with the demo athlete.
import { assert } from './owner.mjs';
import { planWeek } from './plan.mjs';

const activity = 'intervals://activity/{id}';
const excerpt = (answer) => JSON.stringify(answer).slice(0, 300);
const textOf = (result) => (result.content ?? []).map((part) => part.text ?? '').join('');

/** `{id}` replaced as RFC 6570 has it: everything is encoded but letters, digits and `-._~`. */
function expand(template, id) {
  const reserved = (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return template.replace('{id}', encodeURIComponent(id).replace(/[!'()*]/g, reserved));
}

async function callTools(client, callTool) {
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  for (const name of ['get_today', 'list_activities']) {
    assert(names.includes(name), `${name} is not offered: ${names}`);
  }
  const heard = [];
  const today = await callTool({ name: 'get_today', arguments: {} }, { onprogress: (step) => heard.push(step) });
  const activities = await callTool({ name: 'list_activities', arguments: {} });
  for (const result of [today, activities]) {
    assert(!result.isError, `a tool failed: ${textOf(result)}`);
    assert(textOf(result).trim().length > 40, `a tool said nothing: ${excerpt(result)}`);
  }
  const rising = heard.every(({ progress, total }, n) => progress > (heard[n - 1]?.progress ?? 0) && progress < total);
  assert(rising, `the progress of get_today was ${excerpt(heard)}`);
  const refused = await callTool({ name: 'list_activities', arguments: { oldest: 'soon' } });
  assert(refused.isError, `a wrong date was accepted: ${excerpt(refused)}`);
  assert(/oldest/.test(textOf(refused)), `the refusal does not name the argument: ${excerpt(refused)}`);
  return { tools, heard };
}

async function complete(client, ref, name, value) {
  const { completion } = await client.complete({ ref, argument: { name, value } });
  assert(completion.values.length > 0, `nothing completes ${name} of ${JSON.stringify(ref)}`);
  return completion.values;
}

async function read(client, uri) {
  const { contents } = await client.readResource({ uri });
  assert(contents.length === 1 && contents[0].uri === uri, `${uri} led to ${excerpt(contents)}`);
  assert(contents[0].text.trim().length > 40, `${uri} says nothing: ${excerpt(contents)}`);
  return contents[0].text;
}

async function readResources(client) {
  const { resources } = await client.listResources();
  const { resourceTemplates } = await client.listResourceTemplates();
  const uris = resources.map((resource) => resource.uri);
  assert(uris[0] === 'intervals://help/workout-syntax', `the first resource is ${uris[0]}`);
  assert(uris.includes('intervals://athlete/profile'), `no profile is offered: ${uris}`);
  await read(client, uris[0]);
  await read(client, 'intervals://athlete/profile');
  const templates = resourceTemplates.map((template) => template.uriTemplate);
  assert(templates.includes(activity), `no activity is offered: ${templates}`);
  const values = await complete(client, { type: 'ref/resource', uri: activity }, 'id', '');
  const value = values.find((value) => /[^\x20-\x7e]/.test(value)) ?? values[0];
  const [id, date] = value.split(' ');
  assert(/^\d{4}-\d\d-\d\d$/.test(date), `nobody recognises an activity by ${value}`);
  const bare = await read(client, expand(activity, id));
  const whole = await read(client, expand(activity, value));
  // Only the first line: notes further down are fenced with a new random mark each time.
  const [first] = whole.split('\n');
  assert(bare.startsWith(`${first}\n`) && first.includes(id), `${id} and ${value} are not the same activity`);
  return { resources, resourceTemplates, value };
}

async function startPrompts(client, value) {
  const { prompts } = await client.listPrompts();
  const names = prompts.map((prompt) => prompt.name);
  assert(names.includes('weekly_review'), `no weekly_review is offered: ${names}`);
  const review = await client.getPrompt({ name: 'weekly_review', arguments: {} });
  assert(review.messages[0].role === 'user', `nobody asks: ${excerpt(review)}`);
  assert(review.messages[0].content.text.length > 20, `weekly_review says nothing: ${excerpt(review)}`);
  const [id] = value.split(' ');
  const ref = { type: 'ref/prompt', name: 'how_did_it_go' };
  const completed = await complete(client, ref, 'activity', id);
  assert(completed.includes(value), `${id} is not completed to ${value}: ${completed}`);
  const asked = await client.getPrompt({ name: 'how_did_it_go', arguments: { activity: value } });
  assert(asked.messages[0].content.text.includes(id), `how_did_it_go forgot ${id}: ${excerpt(asked)}`);
  return prompts;
}

/**
 * Everything, on a server that has answered nobody yet. `callTool` takes a request's parameters and, for a client that can show
 * progress, `{ onprogress }`. Returns what was found, for the summary.
 */
export async function exercise(client, callTool) {
  const { tools, heard } = await callTools(client, callTool);
  const { resources, resourceTemplates, value } = await readResources(client);
  const prompts = await startPrompts(client, value);
  await planWeek(callTool);
  const found = `${tools.length} tools, ${resources.length} resources, ${resourceTemplates.length} templates, ${prompts.length} prompts`;
  return heard.length > 0 ? `${found}, ${heard.length} steps of progress` : found;
}
