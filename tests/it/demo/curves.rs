//! Best efforts over periods, as the service tells them.

use reqwest::Method;
use serde_json::Value;

use super::service::{Service, number, text};

fn place(curve: &Value, axis: &str, at: f64) -> usize {
    let places = curve[axis].as_array().unwrap();
    let found = places.iter().position(|place| number(place) == at);
    found.unwrap_or_else(|| panic!("no {at} in {places:?}"))
}

#[tokio::test]
async fn a_point_is_the_best_effort_of_the_activity_that_set_it() {
    let service = Service::start().await;
    let set = service
        .mine("/power-curves?type=Ride&curves=42d,1y&now=2026-03-18")
        .await;
    for (curve, days) in set["list"].as_array().unwrap().iter().zip([43, 366]) {
        assert_eq!(curve["days"], days);
        for secs in [5, 60, 300, 1200] {
            let at = place(curve, "secs", f64::from(secs));
            let id = text(&curve["activity_id"][at]);
            let best = service
                .get(&format!(
                    "/activity/{id}/best-efforts?stream=watts&duration={secs}&count=1"
                ))
                .await;
            let best = number(&best["efforts"][0]["average"]);
            let held = number(&curve["values"][at]);
            assert!((best - held).abs() < 1.0, "{secs}: {held}, not {best}");
            assert_eq!(text(&set["activities"][id]["id"]), id);
        }
    }
    let same = service
        .mine("/power-curves?type=Ride&curves=42d,1y&now=2026-03-18")
        .await;
    assert_eq!(set, same);
}

#[tokio::test]
async fn series_are_as_long_as_one_another_and_fall_in_the_long_run() {
    let service = Service::start().await;
    for (path, axis) in [
        ("/power-curves?type=Ride&curves=1y,1y-kj0", "secs"),
        ("/hr-curves?type=Run&curves=all", "secs"),
        ("/pace-curves?type=Run&curves=all", "distance"),
        ("/pace-curves?type=Swim&curves=all", "distance"),
    ] {
        let set = service.mine(path).await;
        for curve in set["list"].as_array().unwrap() {
            let of = |key: &str| curve[key].as_array().unwrap().len();
            assert!(of(axis) > 10, "{path}");
            assert_eq!(
                [of("values"), of("activity_id"), of("start_index")],
                [of(axis); 3]
            );
            let values: Vec<f64> = curve["values"]
                .as_array()
                .unwrap()
                .iter()
                .map(number)
                .collect();
            // Between two times of which one is a multiple of the other no longer effort is the better.
            let at = |at: f64| values[place(curve, axis, at)];
            match axis {
                "secs" => assert!(
                    [1.0, 30.0, 60.0, 600.0, 3600.0]
                        .map(at)
                        .is_sorted_by(|a, b| a >= b)
                ),
                _ => assert!(values.is_sorted(), "{path}: {values:?}"),
            }
        }
    }
}

#[tokio::test]
async fn work_costs_power_and_stubs_stay_stubs() {
    let service = Service::start().await;
    let set = service
        .mine("/power-curves?type=Ride&curves=1y,1y-kj0,1y-kj1")
        .await;
    let at = |curve: usize| {
        let curve = &set["list"][curve];
        number(&curve["values"][place(curve, "secs", 60.0)])
    };
    assert!(at(0) > at(1));
    assert_eq!(set["list"][1]["after_kj"], 1500);
    // Nobody went that far.
    assert_eq!(set["list"][2]["after_kj"], 2500);
    assert!(set["list"][2]["values"].as_array().unwrap().is_empty());
    let stub = service
        .rows("/activities?oldest=2026-03-01&newest=2026-03-18")
        .await;
    let stub = stub.iter().find(|row| row["source"] == "STRAVA").unwrap();
    let day = &text(&stub["start_date_local"])[..10];
    let set = service
        .mine(&format!("/power-curves?type=Ride&curves=r.{day}.{day}"))
        .await;
    let told = &set["activities"][text(&stub["id"])];
    assert!(
        told["name"].is_null() && told["source"] == "STRAVA",
        "{set}"
    );
}

#[tokio::test]
async fn what_is_no_curve_is_refused() {
    let service = Service::start().await;
    for path in [
        "/power-curves?curves=1y",
        "/power-curves?type=Ride&curves=lately",
        "/power-curves?type=Ride&curves=42d-kj7",
        "/power-curves?type=Ride&curves=r.2026-03-18.2026-01-01",
        "/power-curves?type=Cycling&curves=1y",
        "/power-curves?type=Ride&curves=1y&f1=%5B%5D",
        "/power-curves?type=Ride&pmType=BEST",
        "/hr-curves?type=Ride&curves=1y-kj0",
        "/pace-curves?type=Run&gap=maybe",
    ] {
        let path = format!("/athlete/0{path}");
        let (status, said) = service.refused(Method::GET, &path, None).await;
        assert_eq!(status, 422, "{path}: {said}");
    }
}

#[tokio::test]
async fn a_sport_without_power_has_an_empty_curve() {
    let service = Service::start().await;
    let set = service.mine("/power-curves?type=Run&curves=1y").await;
    assert_eq!(set["list"][0]["values"].as_array().unwrap().len(), 0);
    assert!(set["activities"].as_object().unwrap().is_empty());
}
