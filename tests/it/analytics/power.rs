//! Normalized power of six workouts against what the live service planned for them, its numbers retyped.

use intervals_mcp_server::analytics::normalized_power::normalized_power;
use intervals_mcp_server::analytics::recording::Recording;

/// A stretch of so many seconds from one power to another.
type Stretch = (u32, f64, f64);

const fn flat(seconds: u32, watts: f64) -> Stretch {
    (seconds, watts, watts)
}

fn times(n: usize, inner: &[Stretch]) -> Vec<Stretch> {
    inner.repeat(n)
}

/// One value a second.
fn stream(stretches: &[Stretch]) -> Vec<f64> {
    let mut watts = Vec::new();
    for (seconds, from, to) in stretches {
        watts.extend((0..*seconds).map(|second| {
            let along = (f64::from(second) + 0.5) / f64::from(*seconds);
            from + (to - from) * along
        }));
    }
    watts
}

fn normalized(watts: &[f64]) -> f64 {
    let second = |index: usize| u32::try_from(index).ok().map(f64::from);
    let recording = Recording::new(watts.len(), &second, &|_| None);
    normalized_power(&recording, 0..watts.len(), &|index| Some(watts[index])).unwrap()
}

#[test]
fn planned_workouts_have_the_normalized_power_that_the_service_gives_them() {
    let block = times(3, &[flat(150, 325.0), flat(60, 160.0)]);
    let rest = vec![flat(600, 160.0)];
    let sets = [
        vec![flat(900, 190.0)],
        block.clone(),
        rest.clone(),
        block.clone(),
        rest,
        block,
        vec![flat(300, 160.0)],
    ];
    // A target range is ridden in its middle. NP and average in W, as the service answered.
    for (stretches, np, average) in [
        (
            [
                vec![flat(720, 181.5)],
                times(3, &[flat(900, 264.0), flat(240, 160.0)]),
                vec![flat(600, 145.0)],
            ]
            .concat(),
            235.0,
            221.0,
        ),
        (
            vec![(1200, 130.0, 200.0), flat(4500, 227.5), flat(900, 150.0)],
            213.0,
            206.0,
        ),
        (
            [
                vec![(600, 130.0, 235.0), flat(120, 270.0), flat(180, 150.0)],
                times(3, &[flat(60, 410.0), flat(240, 150.0)]),
                vec![flat(600, 130.0)],
            ]
            .concat(),
            225.0,
            179.0,
        ),
        (sets.concat(), 250.0, 218.0),
        (
            [
                vec![(720, 160.0, 256.0), flat(30, 355.0), flat(60, 160.0)],
                vec![flat(30, 355.0), flat(60, 160.0)],
                times(4, &[flat(30, 394.0), flat(120, 370.0), flat(240, 158.0)]),
                vec![flat(600, 160.0)],
            ]
            .concat(),
            261.0,
            217.0,
        ),
        (
            [
                vec![flat(1200, 212.5)],
                times(3, &[flat(600, 252.5), flat(180, 165.0)]),
                vec![flat(720, 212.5), flat(300, 150.0)],
            ]
            .concat(),
            225.0,
            219.0,
        ),
    ] {
        let watts = stream(&stretches);
        let found = normalized(&watts);
        #[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
        let mean = watts.iter().sum::<f64>() / watts.len() as f64;
        // Sometimes it rounds, sometimes it cuts.
        assert!((found - np).abs() < 1.0, "{found} against {np}");
        assert!((mean - average).abs() < 1.0, "{mean} against {average}");
    }
}

#[test]
fn the_mean_of_the_30_seconds_matters_and_not_the_seconds_alone() {
    // 3 x 1 min at 410 W: without the rolling mean it would be 233 W, 8 W more than the service says.
    let sprints = [
        vec![(600, 130.0, 235.0), flat(120, 270.0), flat(180, 150.0)],
        times(3, &[flat(60, 410.0), flat(240, 150.0)]),
        vec![flat(600, 130.0)],
    ];
    let watts = stream(&sprints.concat());
    #[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
    let plain = (watts.iter().map(|w| w.powi(4)).sum::<f64>() / watts.len() as f64).powf(0.25);
    assert!(plain - normalized(&watts) > 8.0);
}
