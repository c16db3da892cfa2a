//! As much of Markdown as these documents use.

use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A document, taken apart.
pub struct Document {
    /// From the project's root.
    pub path: &'static str,
    pub sections: Vec<Section>,
}

/// A heading, and what follows it up to the next one; the first section of a document may have no heading.
pub struct Section {
    /// How many `#`; 0 without a heading.
    pub level: usize,
    pub title: String,
    /// The `id` of an `<a>` that stands alone on the line before the heading.
    pub id: Option<String>,
    /// The lines without those of code blocks.
    pub prose: String,
    pub blocks: Vec<Block>,
}

/// A fenced code block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    pub language: String,
    pub text: String,
}

pub fn read(path: &'static str) -> Document {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    Document {
        path,
        sections: sections(&text),
    }
}

fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::new(0, "", None)];
    let mut open: Option<(usize, Block)> = None;
    let mut id = None;
    for line in text.lines() {
        let section = sections.last_mut().unwrap();
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (Some(_), Some(rest)) => {
                assert_eq!(rest, "", "a fence inside a block");
                section.blocks.push(open.take().unwrap().1);
            }
            (Some((indent, block)), None) => {
                block.text.push_str(line.get(*indent..).unwrap_or(""));
                block.text.push('\n');
            }
            (None, Some(language)) => {
                let block = Block {
                    language: language.to_owned(),
                    text: String::new(),
                };
                open = Some((line.len() - line.trim_start().len(), block));
            }
            (None, None) => {
                let level = line.len() - line.trim_start_matches('#').len();
                if level > 0 && line[level..].starts_with(' ') {
                    sections.push(Section::new(level, line[level..].trim(), id.take()));
                } else if let Some(name) = line.strip_prefix("<a id=\"") {
                    id = name.strip_suffix("\"></a>").map(str::to_owned);
                } else {
                    section.prose.push_str(line);
                    section.prose.push('\n');
                }
            }
        }
    }
    assert!(open.is_none(), "a block without an end");
    sections
}

impl Section {
    fn new(level: usize, title: &str, id: Option<String>) -> Self {
        Self {
            level,
            title: title.to_owned(),
            id,
            prose: String::new(),
            blocks: Vec::new(),
        }
    }

    /// What stands between backticks in the prose.
    pub fn code(&self) -> Vec<&str> {
        self.prose.split('`').skip(1).step_by(2).collect()
    }

    /// Where links and pictures of the prose lead.
    pub fn targets(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for (before, end) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            for (at, _) in self.prose.match_indices(before) {
                let rest = &self.prose[at + before.len()..];
                found.push(&rest[..rest.find(end).unwrap()]);
            }
        }
        found
    }
}

impl Document {
    /// What can follow a `#` in a link into this document, in the order of the headings: a heading's own anchor, or the `id`
    /// before it.
    pub fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for section in self.sections.iter().filter(|s| s.level > 0) {
            let plain = section.id.clone().unwrap_or_else(|| anchor(&section.title));
            let twins = anchors.iter().filter(|a| **a == plain).count();
            assert_eq!(twins, 0, "{}: two headings {plain}", self.path);
            anchors.push(plain);
        }
        anchors
    }
}

/// As GitHub makes it from a heading.
fn anchor(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    let words: String = title.to_lowercase().chars().filter(kept).collect();
    words.replace(' ', "-")
}

#[test]
fn a_document_is_taken_apart() {
    let text = "# A `b` c, d\nSee [x](y.md#z) and `K=1`.\n\n1. do\n\n   ```sh\n   ls\n     -l\n   ```\n\n<a id=\"e\"></a>\n## E\n# no\n";
    let document = Document {
        path: "",
        sections: sections(text),
    };
    let [_, first, second, third] = &document.sections[..] else {
        panic!("four sections");
    };
    assert_eq!(document.anchors(), ["a-b-c-d", "e", "no"]);
    assert_eq!((first.level, second.level, third.level), (1, 2, 1));
    assert_eq!(first.targets(), ["y.md#z"]);
    assert_eq!(first.code(), ["K=1"]);
    assert_eq!(first.blocks[0].text, "ls\n  -l\n");
    assert!(root().join(Path::new("Cargo.toml")).exists());
}
