//! A number that no quantity of sport reaches was not measured.

use serde_json::{Map, Value, json};

use super::{Ask, every, has, ids, objects};
use crate::support::{Caller, altered};

/// Makes every quantity of some objects one that there cannot be.
fn madden(body: &mut Value) {
    let mut count = 0;
    objects(body, &mut |members: &mut Map<String, Value>| {
        count += 1;
        let numbers = members
            .iter_mut()
            .filter(|(name, value)| value.is_number() && *name != "id" && !name.ends_with("_id"));
        for (place, (_, value)) in numbers.enumerate() {
            match (count + place) % 6 {
                0 => *value = json!(1e308),
                1 => *value = json!(-1e308),
                2 => *value = json!("1e300"),
                _ => {}
            }
        }
    });
}

fn longest_number(text: &str) -> &str {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers
        .max_by_key(|digits| digits.len())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_number_beyond_all_sport_stands_in_no_answer() {
    let ids = ids().await;
    let (_demo, server) = altered(|path, body| {
        let is_list = ["/activities", "/wellness", "/events"];
        if is_list.iter().any(|list| path.ends_with(list)) || path.contains("/activity/") {
            madden(body);
        }
    })
    .await;
    let caller = Caller::owner(&server);
    let mut asks = every(&caller, &ids).await;
    let trend = asks.iter().find(|ask| ask.tool == "analyze_trend").unwrap();
    let metrics = [
        "hrv",
        "weight",
        "form",
        "load",
        "efficiency_factor",
        "pace",
        "CaffeineMg",
    ];
    let trends: Vec<Ask> = metrics
        .iter()
        .flat_map(|metric| {
            let ask = trend.with("metric", *metric);
            [ask.with("versus", "load"), ask.with("versus", "decoupling")]
        })
        .collect();
    asks.extend(trends);
    for ask in asks {
        let said = ask.ask(&caller).await;
        for word in ["inf", "-inf", "NaN", "Infinity"] {
            assert!(!has(&said.text, word), "{ask:?}: {word}: {}", said.text);
        }
        let number = longest_number(&said.text);
        assert!(number.len() <= 12, "{ask:?}: {number}: {}", said.text);
    }
}
