//! A weekday is that of its date: nobody should have to work it out, and nobody can when it is wrong.

use jiff::civil::Date;

use super::{every, ids};
use crate::support::World;

/// The dates in `text` that carry a weekday.
fn named(text: &str) -> Vec<(String, Date)> {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .filter(|pair| ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&pair[0]))
        .filter_map(|pair| {
            // Without a year it is that of today.
            let date = match pair[1].len() {
                5 => format!("2026-{}", pair[1]),
                _ => pair[1].to_owned(),
            };
            Some((pair[0].to_owned(), date.parse().ok()?))
        })
        .collect()
}

#[tokio::test]
async fn every_date_stands_with_its_own_weekday() {
    let world = World::start().await;
    let caller = world.owner();
    let mut found = 0;
    for ask in every(&caller, &ids().await).await {
        let text = ask.ask(&caller).await.ok();
        for (weekday, date) in named(&text) {
            let expected = format!("{:?}", date.weekday());
            assert!(expected.starts_with(&weekday), "{ask:?}: {weekday} {date}");
            found += 1;
        }
    }
    assert!(found > 300, "{found}");
}
