//! Fitness and fatigue: `x += (load − x)·(1 − e^(−1/τ))`, once a day.

/// Days over which fitness and fatigue are averaged.
pub const CTL_DAYS: f64 = 42.0;
pub const ATL_DAYS: f64 = 7.0;
/// Where both stand before the first day.
pub const START: f64 = 45.0;

/// Fitness and fatigue at the end of a day.
#[derive(Clone, Copy, Debug)]
pub struct Fitness {
    pub ctl: f64,
    pub atl: f64,
}

impl Fitness {
    pub const BEFORE: Self = Self {
        ctl: START,
        atl: START,
    };

    /// The next day's values after a day's load.
    #[must_use]
    pub fn after(self, load: f64) -> Self {
        Self {
            ctl: self.ctl + (load - self.ctl) * (1.0 - (-1.0 / CTL_DAYS).exp()),
            atl: self.atl + (load - self.atl) * (1.0 - (-1.0 / ATL_DAYS).exp()),
        }
    }
}

/// The values at the end of each day of a series of daily loads.
pub fn series(loads: &[u32]) -> Vec<Fitness> {
    let mut now = Fitness::BEFORE;
    loads
        .iter()
        .map(|load| {
            now = now.after(f64::from(*load));
            now
        })
        .collect()
}
