//! Fitness and fatigue of a real account over 60 days in a row, of which the first gives the start.

use intervals_mcp_server::analytics::fitness::{Fitness, Load, Model};
use intervals_mcp_server::analytics::projection::project;

fn days() -> Vec<(Load, Fitness)> {
    let rows = include_str!("fitness_60_days.csv").lines().skip(1);
    let rows = rows.map(|row| {
        let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
        let (ctl, atl) = (cells[1], cells[2]);
        (Load::even(cells[0]), Fitness { ctl, atl })
    });
    rows.collect()
}

#[test]
fn sixty_days_come_out_as_the_service_has_them() {
    let days = days();
    let loads = days[1..].iter().map(|(load, _)| (Model::USUAL, *load));
    let computed = project(days[0].1, loads);
    assert_eq!(days.len(), 60);
    for (day, (computed, (_, served))) in computed.iter().zip(&days[1..]).enumerate() {
        // Nothing is taken from the service in between: an error would grow.
        let off = (computed.evening.ctl - served.ctl).abs();
        assert!(off < 1e-3, "CTL of day {day} is off by {off}");
        let off = (computed.evening.atl - served.atl).abs();
        assert!(off < 1e-3, "ATL of day {day} is off by {off}");
    }
}

#[test]
fn the_time_constants_of_the_service_are_read_from_its_figures() {
    let days = days();
    let steps: Vec<_> = days
        .windows(2)
        .map(|pair| (pair[0].1, pair[1].1, pair[1].0))
        .collect();
    assert_eq!(Model::observed(&steps), Some(Model::USUAL));
}
