//! The guide in Japanese says what the guide in English says: the same chapters, commands, names and links.

use std::collections::BTreeSet;

use super::markdown::{Section, read};

fn both() -> impl Iterator<Item = (Section, Section)> {
    let english = read("DEPLOY.md").sections;
    let japanese = read("docker/DEPLOY.ja.md").sections;
    assert_eq!(english.len(), japanese.len(), "the number of headings");
    english.into_iter().zip(japanese)
}

#[test]
fn the_chapters_are_the_same_in_both_languages_and_have_the_same_anchors() {
    for (english, japanese) in both() {
        assert_eq!(japanese.level, english.level, "{}", japanese.title);
    }
    let english = read("DEPLOY.md").anchors();
    let japanese = read("docker/DEPLOY.ja.md").anchors();
    assert_eq!(japanese, english);
    assert!(english.len() > 30);
}

#[test]
fn the_commands_and_samples_are_the_same_in_both_languages() {
    for (english, japanese) in both() {
        assert_eq!(japanese.blocks, english.blocks, "{}", english.title);
    }
}

/// The table of variables is generated in both, so that only the cells in the words of a language may differ.
#[test]
fn names_and_values_are_the_same_in_both_languages() {
    for (english, japanese) in both() {
        let [english_code, japanese_code] =
            [&english, &japanese].map(|s| s.code().into_iter().collect::<BTreeSet<_>>());
        let missing: Vec<_> = english_code.difference(&japanese_code).collect();
        let more: Vec<_> = japanese_code.difference(&english_code).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "{}: without {missing:?}, beyond it {more:?}",
            english.title
        );
    }
}

#[test]
fn links_are_the_same_in_both_languages() {
    for (english, japanese) in both() {
        let near = |target: &str| {
            let target = target.trim_start_matches("../");
            target
                .replace("docker/DEPLOY.ja.md", "")
                .replace("DEPLOY.md", "")
        };
        let [english_links, japanese_links] = [&english, &japanese]
            .map(|s| s.targets().into_iter().map(near).collect::<BTreeSet<_>>());
        assert_eq!(japanese_links, english_links, "{}", english.title);
    }
}

#[test]
fn the_translation_is_in_japanese() {
    let written =
        |c: char| ('\u{3040}'..='\u{30ff}').contains(&c) || ('\u{4e00}'..='\u{9fff}').contains(&c);
    for section in read("docker/DEPLOY.ja.md").sections {
        for paragraph in section.prose.split("\n\n") {
            let words = paragraph.split_whitespace().count();
            assert!(
                words < 6 || paragraph.starts_with('<') || paragraph.contains(written),
                "{paragraph}"
            );
        }
    }
}
