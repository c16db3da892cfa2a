//! OpenMetrics 1.0 read as strictly as its specification allows.

use std::collections::{BTreeMap, BTreeSet};

pub type Labels = BTreeMap<String, String>;

#[derive(Debug)]
pub struct Family {
    pub kind: String,
    pub help: String,
    /// By the name in the line, suffix and all.
    pub samples: Vec<(String, Labels, f64)>,
}

#[derive(Debug)]
pub struct Exposition(pub BTreeMap<String, Family>);

/// What follows the family's name in the names of its samples.
fn suffixes(kind: &str) -> &'static [&'static str] {
    match kind {
        "counter" => &["_total"],
        "gauge" => &[""],
        "histogram" => &["_bucket", "_sum", "_count"],
        "info" => &["_info"],
        other => panic!("nobody said that there is a {other}"),
    }
}

fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Exposition {
    pub fn parse(text: &str) -> Self {
        let body = text.strip_suffix("# EOF\n").expect("ends with # EOF");
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        let mut help: Option<(&str, &str)> = None;
        let mut current: Option<&str> = None;
        for line in body.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                help = Some(rest.split_once(' ').unwrap());
                current = None;
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                let (helped, words) = help.take().expect("HELP stands before TYPE");
                assert_eq!(helped, name);
                assert!(is_name(name), "{name}");
                let family = Family {
                    kind: kind.to_owned(),
                    help: words.to_owned(),
                    samples: Vec::new(),
                };
                let twin = families.insert(name.to_owned(), family);
                assert!(twin.is_none(), "{name} is there twice");
                current = Some(name);
            } else {
                assert!(!line.starts_with('#') && !line.is_empty(), "{line:?}");
                let name = current.unwrap_or_else(|| panic!("of no family: {line}"));
                let family = families.get_mut(name).unwrap();
                let sample = sample(line);
                let suffix = sample.0.strip_prefix(name);
                assert!(
                    suffix.is_some_and(|suffix| suffixes(&family.kind).contains(&suffix)),
                    "{line} stands below {name}"
                );
                family.samples.push(sample);
            }
        }
        for (name, family) in &families {
            family.check(name);
        }
        Self(families)
    }

    /// The sample of exactly these labels, whatever their order.
    pub fn value(&self, sample: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let wanted: Labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut all = self.0.values().flat_map(|family| &family.samples);
        all.find(|(name, labels, _)| name == sample && *labels == wanted)
            .map(|(_, _, value)| *value)
    }

    /// All samples of this name together.
    pub fn sum(&self, sample: &str) -> f64 {
        let all = self.0.values().flat_map(|family| &family.samples);
        all.filter(|(name, _, _)| name == sample)
            .map(|(_, _, value)| value)
            .sum()
    }

    /// Every series by name and labels.
    pub fn series(&self) -> BTreeSet<(String, Labels)> {
        let all = self.0.values().flat_map(|family| &family.samples);
        all.map(|(name, labels, _)| (name.clone(), labels.clone()))
            .collect()
    }
}

impl Family {
    fn check(&self, name: &str) {
        let mut seen = BTreeSet::new();
        for (sample, labels, value) in &self.samples {
            assert!(seen.insert((sample, labels)), "{sample} {labels:?} twice");
            if self.kind != "gauge" {
                assert!(*value >= 0.0, "{sample} {labels:?}");
            }
        }
        if self.kind == "histogram" {
            self.check_buckets(name);
        }
        assert!(self.help.ends_with('.') && self.help.len() > 10, "{name}");
    }

    fn check_buckets(&self, name: &str) {
        let mut by_labels: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
        for (_, labels, value) in self.of(&format!("{name}_bucket")) {
            let mut labels = labels.clone();
            let bound = match labels.remove("le").unwrap().as_str() {
                "+Inf" => f64::INFINITY,
                number => number.parse().unwrap(),
            };
            by_labels.entry(labels).or_default().push((bound, *value));
        }
        for (labels, buckets) in by_labels {
            assert!(
                buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1),
                "{name} {labels:?}: {buckets:?}"
            );
            let (last, all) = *buckets.last().unwrap();
            assert_eq!(last, f64::INFINITY, "{name}");
            let count = self
                .of(&format!("{name}_count"))
                .find(|(_, of, _)| *of == labels)
                .unwrap();
            assert_eq!(count.2, all, "{name} {labels:?}");
        }
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &(String, Labels, f64)> {
        self.samples.iter().filter(move |(n, _, _)| n == name)
    }
}

/// `name{label="value",…} number`
fn sample(line: &str) -> (String, Labels, f64) {
    let end = line.find(['{', ' ']).unwrap();
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = Labels::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").unwrap();
            assert!(is_name(label), "{line}");
            let (value, after) = quoted(after);
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => {
                    rest = after.strip_prefix('}').unwrap();
                    break;
                }
            }
        }
    }
    let number = rest.strip_prefix(' ').unwrap();
    assert!(!number.contains(' '), "{line}");
    (name.to_owned(), labels, number.parse().unwrap())
}

/// The text up to the closing quote, and what follows that.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                other => panic!("no such escape: {other:?}"),
            },
            other => value.push(other),
        }
    }
    panic!("a quote is not closed")
}

#[test]
fn what_is_not_as_it_should_be_is_noticed() {
    let good =
        "# HELP a Some words here.\n# TYPE a counter\na_total{b=\"\\\"c\\\\\\n\"} 1\n# EOF\n";
    let parsed = Exposition::parse(good);
    assert_eq!(parsed.value("a_total", &[("b", "\"c\\\n")]), Some(1.0));
    for (from, to) in [
        ("a_total", "a"),
        ("# EOF\n", ""),
        (" 1\n", " 1 2\n"),
        (" 1\n", " -1\n"),
        (" 1\n", " 1\n\n"),
        ("# TYPE a", "# TYPE b"),
        ("counter", "number"),
        ("\\n", "\\t"),
        ("b=", "b-c="),
    ] {
        let bad = good.replace(from, to);
        let parsed = std::panic::catch_unwind(|| Exposition::parse(&bad));
        assert!(parsed.is_err(), "{bad}");
    }
}
