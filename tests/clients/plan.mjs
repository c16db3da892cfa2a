// "Plan next week: four runs, one with 6 x 800 m, the long one on Sunday", as a model goes about it. With TRANSCRIPT set the calls
// and answers are printed.
import { assert } from './owner.mjs';

const intervals = 'Warmup\n- 15m 65-75% Pace\n\n6x\n- 800mtr 100-104% Pace\n- 2m 60-65% Pace\n\nCooldown\n- 10m 65-70% Pace';

/** Plans, moves one and takes everything back; the calendar is then as it was. */
export async function planWeek(callTool) {
  const ask = async (name, given) => {
    const result = await callTool({ name, arguments: given });
    const text = (result.content ?? []).map((part) => part.text ?? '').join('');
    if (process.env.TRANSCRIPT) console.log(`> ${name} ${JSON.stringify(given)}\n${text}\n`);
    assert(!result.isError, `${name} failed: ${text}`);
    return text;
  };
  const before = await ask('list_events', { oldest: 'next_week', newest: 'next_week' });
  const monday = new Date(before.match(/Mon (\d{4}-\d\d-\d\d) to/)[1]);
  const day = (later) => new Date(monday.getTime() + later * 86_400_000).toISOString().slice(0, 10);
  const events = [
    { date: day(1), sport: 'Run', name: 'Easy hour', workout: '- 1h 65-72% Pace' },
    { date: day(2), sport: 'Run', name: '6 x 800 m', workout: intervals },
    { date: day(4), sport: 'Run', name: 'Shake-out', duration: '30m', load: 20 },
    { date: day(6), sport: 'Run', name: 'Long run, 1:50', workout: '- 1h50m 68-76% Pace' },
  ];
  await ask('validate_workout', { text: intervals, sport: 'Run' });
  const rehearsed = await ask('save_events', { events, dry_run: true });
  assert(/^Dry run, nothing written: 4 to create/.test(rehearsed), `the dry run says ${rehearsed}`);
  const saved = await ask('save_events', { events });
  assert(/: 4 created/.test(saved), `saving says ${saved}`);
  const again = await ask('save_events', { events });
  assert(/^Nothing to write/.test(again), `saving twice says ${again}`);
  const [, id] = saved.match(/Shake-out.*\(id (\d+)\)/);
  const moved = await ask('move_events', { ids: [id], shift_days: -1 });
  for (const answer of [moved, saved]) {
    const [, change] = answer.match(/Undo: undo_change (\w+)/);
    const undone = await ask('undo_change', { change_id: change });
    assert(/restored/.test(undone), `undoing says ${undone}`);
  }
  const after = await ask('list_events', { oldest: 'next_week', newest: 'next_week' });
  assert(after === before, `the calendar was\n${before}\nand is\n${after}`);
}
