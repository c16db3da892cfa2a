"""A week that is planned, changed and taken back: the same as in plan.mjs."""

import re
from datetime import date, timedelta

INTERVALS = "Warmup\n- 15m 65-75% Pace\n\n6x\n- 800mtr 100-104% Pace\n- 2m 60-65% Pace\n\nCooldown\n- 10m 65-70% Pace"


async def plan_week(ask):
    """`ask` calls a tool and returns its text, or fails."""
    week = {"oldest": "next_week", "newest": "next_week"}
    before = await ask("list_events", week)
    monday = date.fromisoformat(re.search(r"Mon (\d{4}-\d\d-\d\d) to", before).group(1))

    def run(later, name, **what):
        return {"date": str(monday + timedelta(days=later)), "sport": "Run", "name": name, **what}

    events = [
        run(1, "Easy hour", workout="- 1h 65-72% Pace"),
        run(2, "6 x 800 m", workout=INTERVALS),
        run(4, "Shake-out", duration="30m", load=20),
        run(6, "Long run, 1:50", workout="- 1h50m 68-76% Pace"),
    ]
    await ask("validate_workout", {"text": INTERVALS, "sport": "Run"})
    rehearsed = await ask("save_events", {"events": events, "dry_run": True})
    assert rehearsed.startswith("Dry run, nothing written: 4 to create"), rehearsed
    saved = await ask("save_events", {"events": events})
    assert ": 4 created" in saved, saved
    again = await ask("save_events", {"events": events})
    assert again.startswith("Nothing to write"), again
    event = re.search(r"Shake-out.*\(id (\d+)\)", saved).group(1)
    moved = await ask("move_events", {"ids": [event], "shift_days": -1})
    for answer in (moved, saved):
        change = re.search(r"Undo: undo_change (\w+)", answer).group(1)
        undone = await ask("undo_change", {"change_id": change})
        assert "restored" in undone, undone
    after = await ask("list_events", week)
    assert after == before, f"the calendar was\n{before}\nand is\n{after}"
