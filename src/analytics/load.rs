//! How the load of days adds up, repeats itself and rises.

use super::baseline::mean;

/// Days of acute load.
pub const ACUTE: usize = 7;
/// Days of chronic load.
pub const CHRONIC: usize = 28;

/// Monotony: the mean of the daily loads of a week through their standard deviation. Days without load are in it as 0.
/// Foster, Med Sci Sports Exerc 30:1164, 1998.
///
/// The standard deviation is that of the population, since the seven days are the whole week. `None` for other than seven
/// days, and when all are alike, as in a week of rest.
#[must_use]
pub fn monotony(week: &[f64]) -> Option<f64> {
    if week.len() != ACUTE {
        return None;
    }
    let mean_load = mean(week)?;
    let squares: Vec<f64> = week.iter().map(|load| (load - mean_load).powi(2)).collect();
    let deviation = mean(&squares)?.sqrt();
    (deviation > 1e-9).then(|| mean_load / deviation)
}

/// Strain: the load of a week times its [`monotony`]. Foster 1998.
#[must_use]
pub fn strain(week: &[f64]) -> Option<f64> {
    monotony(week).map(|monotony| week.iter().sum::<f64>() * monotony)
}

/// The last `days` of `loads`, if there are so many.
#[must_use]
pub fn last(loads: &[f64], days: usize) -> Option<&[f64]> {
    loads.get(loads.len().checked_sub(days)?..)
}

/// Acute through chronic load: the mean of the last 7 days through that of the last 28, which hold those 7 (coupled).
/// Gabbett, Br J Sports Med 50:273, 2016.
///
/// It goes with injuries in team sports only loosely, and what follows from it is disputed: Impellizzeri, Tenan, Kempton,
/// Novak and Coutts, Int J Sports Physiol Perform 15:907, 2020. `None` under 28 days, and without any load in them.
#[must_use]
pub fn rolling_ratio(loads: &[f64]) -> Option<f64> {
    let acute = mean(last(loads, ACUTE)?)?;
    let chronic = mean(last(loads, CHRONIC)?)?;
    (chronic > 0.0).then(|| acute / chronic)
}

/// The same of exponentially weighted means, `x + (load - x) λ` with `λ = 2 / (days + 1)`, from the first load on:
/// Williams, West, Cross and Stokes, Br J Sports Med 51:209, 2017. `None` as [`rolling_ratio`].
#[must_use]
pub fn exponential_ratio(loads: &[f64]) -> Option<f64> {
    last(loads, CHRONIC)?;
    let acute = exponential_mean(loads, ACUTE)?;
    let chronic = exponential_mean(loads, CHRONIC)?;
    (chronic > 0.0).then(|| acute / chronic)
}

fn exponential_mean(loads: &[f64], days: usize) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a count of days")]
    let weight = 2.0 / (days as f64 + 1.0);
    let step = |before: f64, load: f64| before + (load - before) * weight;
    loads.iter().copied().reduce(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(ours: Option<f64>, expected: f64) {
        let ours = ours.unwrap();
        assert!((ours - expected).abs() < 5e-4, "{ours} is not {expected}");
    }

    #[test]
    fn monotony_and_strain_agree_with_a_calculation_by_hand() {
        // Loads of the training diary in Foster et al., J Strength Cond Res 15:109, 2001, Table 5, summed by day: 3400 in
        // all, mean 485.714, squared deviations 1,124,971 in all, over 7 = 160,710.2, root 400.887.
        let week = [940.0, 50.0, 1120.0, 180.0, 390.0, 50.0, 670.0];
        near(monotony(&week), 1.2116);
        near(
            strain(&week).map(|strain| strain / 3400.0),
            485.714 / 400.887,
        );
        // 100, 0, 50, 0, 100, 0, 50: mean 300/7, variance 25000/7 - (300/7)^2 = 1734.69, root 41.6497.
        near(
            monotony(&[100.0, 0.0, 50.0, 0.0, 100.0, 0.0, 50.0]),
            42.857_14 / 41.649_66,
        );
        // One session a week: mean x/7, deviation x √6 / 7.
        near(
            monotony(&[0.0, 0.0, 0.0, 120.0, 0.0, 0.0, 0.0]),
            1.0 / 6.0_f64.sqrt(),
        );
    }

    #[test]
    fn strain_is_the_load_of_the_week_times_its_monotony() {
        // Table 5 of the same paper: load 3400 and monotony 1.26 make a strain of 4284.
        assert!((3400.0_f64 * 1.26 - 4284.0).abs() < 1e-9);
        let week = [3.0, 1.0, 0.0, 0.0, 2.0, 5.0, 4.0];
        near(strain(&week), 15.0 * monotony(&week).unwrap());
    }

    #[test]
    fn a_week_without_variation_has_no_monotony() {
        assert_eq!(monotony(&[50.0; 7]), None);
        assert_eq!(monotony(&[0.0; 7]), None);
        assert_eq!(monotony(&[10.0, 20.0]), None, "two days are no week");
    }

    #[test]
    fn the_rolling_ratio_agrees_with_a_calculation_by_hand() {
        // 21 days of 50 and 7 of 100: 100 / (1750 / 28) = 1.6.
        let mut loads = vec![50.0; 21];
        loads.extend([100.0; 7]);
        near(rolling_ratio(&loads), 1.6);
        // Coupled: nothing but the last week is 28 / 7.
        let mut only = vec![0.0; 21];
        only.extend([4.0; 7]);
        near(rolling_ratio(&only), 4.0);
        assert_eq!(rolling_ratio(&loads[1..]), None, "27 days are too few");
        assert_eq!(rolling_ratio(&[0.0; 40]), None);
    }

    #[test]
    fn the_exponential_ratio_agrees_with_a_calculation_by_hand() {
        // λ is 2/8 and 2/29. Of a load of 100 on the last day after 27 days of rest a share of λ is left in each.
        let mut spike = vec![0.0; 27];
        spike.push(100.0);
        near(exponential_ratio(&spike), (2.0 / 8.0) / (2.0 / 29.0));
        // 21 days of 50, then 7 of 100: 50 is left with (1 - λ)^7, which is 0.133484 and 0.606380.
        let mut loads = vec![50.0; 21];
        loads.extend([100.0; 7]);
        near(
            exponential_ratio(&loads),
            (100.0 - 50.0 * 0.133_484) / (100.0 - 50.0 * 0.606_380),
        );
        near(exponential_ratio(&[70.0; 60]), 1.0);
        assert_eq!(exponential_ratio(&loads[1..]), None);
        assert_eq!(exponential_ratio(&[0.0; 40]), None);
    }
}
