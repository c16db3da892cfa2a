//! Tables in Markdown.

use super::{Error, japanese};
use crate::config::variables::{self, Variable};
use crate::mcp::Toolset;

/// Every tool, in the order in which it is listed to apps.
pub(super) fn tools() -> String {
    let sets = Toolset::parse("all").unwrap_or_default();
    let rows = sets
        .into_iter()
        .flat_map(Toolset::tools)
        .map(|tool| {
            let scope = tool.access.scope().as_str();
            let scope = scope.strip_prefix("intervals:").unwrap_or(scope);
            [
                format!("`{}`", tool.name),
                scope.to_owned(),
                tool.summary.to_owned(),
            ]
        })
        .collect();
    table(["tool", "scope", "what"], rows)
}

/// Every variable, in the order in which people read about them.
pub(super) fn variables() -> String {
    let rows = variables::ALL.iter().map(|variable| {
        let default = default(variable, "required", "none");
        [
            format!("`{}`", variable.name),
            default,
            variable.doc.to_owned(),
        ]
    });
    table(["variable", "default", "what"], rows.collect())
}

pub(super) fn variables_in_japanese() -> Result<String, Error> {
    let rows = variables::ALL.iter().map(|variable| {
        let what = japanese::of(variable).ok_or(Error::Untranslated(variable.name))?;
        let default = default(variable, "必須", "なし");
        Ok([format!("`{}`", variable.name), default, what.to_owned()])
    });
    let rows: Result<_, Error> = rows.collect();
    Ok(table(["変数", "既定値", "説明"], rows?))
}

fn default(variable: &Variable, required: &str, none: &str) -> String {
    match variable.default {
        _ if variable.required => required.to_owned(),
        Some(default) => format!("`{default}`"),
        None => none.to_owned(),
    }
}

fn table(head: [&str; 3], rows: Vec<[String; 3]>) -> String {
    let head = head.map(str::to_owned);
    let rule = [(); 3].map(|()| "---".to_owned());
    let mut text = String::new();
    for (cells, gap) in [(head, " "), (rule, "")]
        .into_iter()
        .chain(rows.into_iter().map(|row| (row, " ")))
    {
        let line = cells.map(|cell| format!("{gap}{cell}{gap}|")).concat();
        text.push_str(&format!("|{line}\n"));
    }
    text
}
