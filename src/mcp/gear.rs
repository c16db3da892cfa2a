//! Which bike or pair of shoes is meant.

use crate::intervals::gear::GearItem;
use crate::mcp::text;

/// The gear with this id or name, or the only one whose name holds the text.
///
/// # Errors
/// A sentence that lists the gear.
pub fn find<'g>(all: &'g [GearItem], wanted: &str) -> Result<&'g GearItem, String> {
    let lower = wanted.trim().to_lowercase();
    let name = |item: &GearItem| {
        item.name
            .as_deref()
            .unwrap_or_default()
            .trim()
            .to_lowercase()
    };
    let whole = || all.iter().filter(|item| item.component != Some(true));
    let in_use = |item: &&GearItem| item.retired.is_none();
    let found = all
        .iter()
        .find(|item| item.id == wanted.trim())
        .or_else(|| only(whole().filter(|item| name(item) == lower)))
        .or_else(|| only(whole().filter(|item| name(item) == lower).filter(in_use)))
        .or_else(|| {
            let parts = || whole().filter(|item| !lower.is_empty() && name(item).contains(&lower));
            only(parts()).or_else(|| only(parts().filter(in_use)))
        });
    found.ok_or_else(|| {
        let listed: Vec<String> = whole().filter(in_use).map(shown).collect();
        let listed = if listed.is_empty() {
            "there is none in Intervals.icu".to_owned()
        } else {
            format!("there are {}", listed.join(", "))
        };
        format!(
            "gear: '{}' is not known or not one alone; {listed}. Nothing was written.",
            text::name(wanted)
        )
    })
}

fn only<'g>(mut items: impl Iterator<Item = &'g GearItem>) -> Option<&'g GearItem> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// `Grey allroad (Bike, 31001)`
fn shown(item: &GearItem) -> String {
    let kind = item
        .kind
        .as_deref()
        .map_or_else(String::new, |kind| format!("{}, ", text::name(kind)));
    format!("{} ({kind}{})", called(item), text::name(&item.id))
}

/// The name, or the id of one without.
#[must_use]
pub fn called(item: &GearItem) -> String {
    let name = item
        .name
        .as_deref()
        .map(text::name)
        .filter(|name| !name.is_empty());
    name.unwrap_or_else(|| text::name(&item.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, name: &str, retired: bool, component: bool) -> GearItem {
        GearItem {
            id: id.to_owned(),
            kind: Some("Shoes".to_owned()),
            name: Some(name.to_owned()),
            retired: retired.then_some(jiff::civil::date(2025, 1, 5)),
            component: Some(component),
        }
    }

    #[test]
    fn gear_goes_by_its_id_its_name_or_a_part_that_no_other_in_use_has() {
        let all = [
            item("7", "Blue trainers", false, false),
            item("8", "Old trainers", true, false),
            item("9", "Racer", false, false),
            item("b4", "Racer chain", false, true),
        ];
        let id = |wanted: &str| find(&all, wanted).map(|item| item.id.clone());
        for (wanted, found) in [
            (" 8 ", "8"),
            ("OLD TRAINERS", "8"),
            ("trainers", "7"),
            ("racer", "9"),
            ("blue", "7"),
        ] {
            assert_eq!(id(wanted).as_deref(), Ok(found), "{wanted}");
        }
        let listed = "there are Blue trainers (Shoes, 7), Racer (Shoes, 9)";
        for wanted in ["", "e", "chain", "spikes"] {
            assert!(id(wanted).unwrap_err().contains(listed), "{wanted}");
        }
        assert!(find(&[], "x").unwrap_err().contains("there is none"));
    }
}
