//! What is read of a text, by example.

use intervals_mcp_server::workout;

use super::outline;

fn read(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(outline(text), *expected, "{text:?}");
    }
}

#[test]
fn lengths_are_durations_and_distances() {
    read(&[
        ("- 1h", "3600 s"),
        ("- 10m", "600 s"),
        ("- 45s", "45 s"),
        ("- 1h2m30s", "3750 s"),
        ("- 1h30s", "3630 s"),
        ("- 0m10s", "10 s"),
        ("- 5' 30\"", "330 s"),
        ("- 1'30\"", "90 s"),
        ("- 20'", "1200 s"),
        ("- 1m30", "90 s"),
        ("- 2KM", "2000 m"),
        ("- 0.8km", "800 m"),
        ("- 1mi", "1609.34 m"),
        ("- 400mtr", "400 m"),
        ("- 100yrd", "91.44 m"),
        ("- 100y", "91.44 m"),
        ("- 400m", "24000 s"),
    ]);
}

#[test]
fn targets_are_percentages_watts_zones_and_paces() {
    read(&[
        ("- 1m 75%", "60 s %ftp 75"),
        ("- 1m 70.5%", "60 s %ftp 70.5"),
        ("- 1m 95-105%", "60 s %ftp 95..105"),
        ("- 1m 95%-105%", "60 s %ftp 95..105"),
        ("- 1m 220W", "60 s w 220"),
        ("- 1m 160w-256w", "60 s w 160..256"),
        ("- 1m 160-256w", "60 s w 160..256"),
        ("- 1m z2", "60 s power_zone 2"),
        ("- 1m Z2-Z3", "60 s power_zone 2..3"),
        ("- 1m 90% MMP 5m", "60 s %mmp 90"),
        ("- 1m SS", "60 s %ftp 84..97"),
        ("- 1m Z2 HR", "60 s hr_zone 2"),
        ("- 1m Z3-Z4 hr", "60 s hr_zone 3..4"),
        ("- 1m 75-82% LTHR", "60 s %lthr 75..82"),
        ("- 1m 81.5% HR", "60 s %hr 81.5"),
        ("- 1m 95-100% Pace", "60 s %pace 95..100"),
        ("- 1m Z2-Z3 Pace", "60 s pace_zone 2..3"),
        ("- 1m 5:00/km Pace", "60 s secs/km 300"),
        ("- 1km 4:00/km-4:10/km pace", "1000 m secs/km 240..250"),
        ("- 1km 4:00-4:10/km Pace", "1000 m secs/km 240..250"),
        ("- 1mi 5:55/mi Pace", "1609.34 m secs/mi 355"),
        ("- 100mtr 1:40/100m Pace", "100 m secs/100m 100"),
        ("- 100y 1:30/100y Pace", "91.44 m secs/100y 90"),
        ("- 500mtr 2:00/500m Pace", "500 m secs/500m 120"),
        ("- 5m freeride", "300 s freeride"),
        ("- 5m free", "300 s freeride"),
        ("- 30s maxeffort", "30 s maxeffort"),
        ("- 5m 60% 90rpm", "300 s %ftp 60 rpm 90"),
        ("- 5m 60% 85-95rpm", "300 s %ftp 60 rpm 85..95"),
        ("- 10m 75% 80% LTHR", "600 s %ftp 75 %lthr 80"),
    ]);
}

#[test]
fn flags_stand_in_any_order_and_case() {
    read(&[
        ("- 10m ramp 50-75%", "600 s %ftp 50..75 ramp"),
        ("- 10m 60-45% Ramp", "600 s %ftp 60..45 ramp"),
        (
            "- 10m z1 power=1s press LAP",
            "600 s power_zone 1 by 1s until_lap_press",
        ),
        ("- Press lap 1m Z2", "60 s power_zone 2 until_lap_press"),
        ("- 1m 80% HR hr=lap", "60 s %hr 80 by lap"),
        (
            "- 1m 80% power=30s hidepower",
            "60 s %ftp 80 by 30s hidepower",
        ),
        ("- 2m 50% intensity=REST", "120 s %ftp 50 rest"),
        ("- 2m 50% intensity=recovery", "120 s %ftp 50 recovery"),
        ("- 100mtr 85% Pace 15s rest", "100 m %pace 85"),
    ]);
}

#[test]
fn of_each_kind_the_last_one_counts() {
    read(&[
        ("- 10m 5m 60% 70%", "300 s %ftp 70"),
        ("- 10m Z2 180w", "600 s w 180"),
        ("- 1km 5m", "300 s"),
        ("- 10m 60% Z2 HR Z3 HR", "600 s %ftp 60 hr_zone 3"),
        ("- 10m 90rpm 60% 80rpm", "600 s %ftp 60 rpm 80"),
    ]);
}

#[test]
fn a_label_ends_at_the_first_number_with_a_unit() {
    read(&[
        ("- Warm up 20m 54-66%", "1200 s 'Warm up' %ftp 54..66"),
        ("-Warm up 20m", "1200 s 'Warm up'"),
        ("- Build 2 30s 355w", "30 s 'Build 2' w 355"),
        ("- Ramp 1 1m 200w", "60 s 'Ramp 1' w 200"),
        ("- Ramp to failure 1m 140w", "60 s 'Ramp to failure' w 140"),
        ("- As best 60s 2m", "120 s 'As best'"),
        (
            "- Ceiling 150w (easy) 45m 120w-150w",
            "2700 s 'Ceiling' w 120..150",
        ),
        (
            "- Beat 23.21s a lap 30s 550w",
            "30 s 'Beat 23.21s a lap' w 550",
        ),
        (
            "- Gear 52x14, 165 mm cranks 20m",
            "1200 s 'Gear 52x14, 165 mm cranks'",
        ),
        ("- Below <90% 30m 150w", "1800 s 'Below &lt;' w 150"),
        (
            "- Cruise Pace 1km 95% Pace",
            "1000 m 'Cruise Pace' %pace 95",
        ),
        ("- 10m Steady 60%", "600 s %ftp 60"),
        (
            "- Twice 10min then 20m 60%",
            "1200 s 'Twice 10min then' %ftp 60",
        ),
    ]);
}

#[test]
fn a_zone_before_the_length_clears_the_label_and_one_behind_does_not() {
    read(&[
        ("-Z2 2h", "7200 s power_zone 2"),
        ("- Easy Z2 1h", "3600 s power_zone 2"),
        ("- Easy 1h Z2", "3600 s 'Easy' power_zone 2"),
        ("- Z2 — steady (180w) 1h15m 170w-190w", "4500 s w 170..190"),
    ]);
}

#[test]
fn a_dash_that_is_no_hyphen_cuts_a_range() {
    read(&[
        ("- 10m 60% 85\u{2013}95rpm", "600 s %ftp 60 rpm 85"),
        ("- 10m 150\u{2013}180w", "600 s w 150"),
    ]);
}

#[test]
fn what_has_no_length_is_no_step() {
    read(&[
        ("- stay hydrated", ""),
        ("- 75%", ""),
        ("- 0s 75%", ""),
        ("- 5:00 75%", ""),
        ("- 10min 75%", ""),
        ("- 1.5h 75%", ""),
        ("---\n- 5m", "300 s"),
    ]);
}

#[test]
fn a_repeat_is_a_block_of_its_own() {
    let steps = "- Hard 1m 120%\n- 2m 50%";
    let repeat = "4x[60 s 'Hard' %ftp 120 + 120 s %ftp 50]";
    read(&[
        (&format!("4x\n{steps}"), repeat),
        (&format!("Main set 4X\n{steps}"), repeat),
        (&format!("3 × 1min @ 105% 4x\n{steps}\n"), repeat),
        (
            &format!("- 10m\n\n4x\n{steps}\n\n- 5m"),
            &format!("600 s | {repeat} | 300 s"),
        ),
        // Without the blank line below it the step belongs to it.
        ("2x\n- 1m\n- 2m\n- 5m", "2x[60 s + 120 s + 300 s]"),
        // Without the blank line above it there is no repeat.
        ("- 10m\n2x\n- 1m\n- 2m", "600 s | 60 s | 120 s"),
        // Nor with one between.
        ("2x\n\n- 1m", "60 s"),
        // Prose that happens to end like one.
        ("Do it 3x\n\nWarmup\n- 10m", "600 s warmup"),
    ]);
}

#[test]
fn indented_steps_move_to_the_end_and_out_of_their_repeat() {
    read(&[(
        "- 10m\nMain 2x\n  - 1m 120%\n  - 2m 50%\n- 5m",
        "600 s | 300 s | 60 s %ftp 120 | 120 s %ftp 50",
    )]);
}

#[test]
fn warmup_and_cooldown_hold_until_the_next_blank_line() {
    read(&[
        (
            "Prose first.\n\nWarmup\n- 10m\n- 5m\n\n- 30s 127%\n\nCooldown\n- 10m",
            "600 s warmup | 300 s warmup | 30 s %ftp 127 | 600 s cooldown",
        ),
        ("warmup\n- 10m\nMain set\n- 5m", "600 s warmup | 300 s"),
        ("Warmup\n\n- 10m", "600 s"),
    ]);
}

#[test]
fn timed_prompts_are_the_label_whatever_they_hold() {
    read(&[(
        "- Sit up 33^Stand for 10s <!> 10m ramp 50-75%",
        "600 s 'Sit up 33^Stand for 10s' %ftp 50..75 ramp",
    )]);
}

#[test]
fn options_are_lines_of_their_own() {
    let text = "Pool length: 25m\nCategory: Endurance\n\n- 400mtr 80% Pace";
    let read = workout::parse(text).workout;
    assert_eq!(read.pool_length.as_deref(), Some("25m"));
    assert_eq!(read.category.as_deref(), Some("Endurance"));
    assert_eq!(outline(text), "400 m %pace 80");
}

#[test]
fn line_ends_and_marks_of_other_systems_do_not_matter() {
    read(&[(
        "\u{feff}Warmup\r\n- 10m 50%\r\n\r\n2x\r\n- 1m\r\n",
        "600 s %ftp 50 warmup | 2x[60 s]",
    )]);
}
