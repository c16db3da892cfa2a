//! Rows separated by `|` under one head; columns that are empty in every row cost nothing.

/// A table under construction.
#[derive(Debug)]
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Table {
    /// A table with these column heads.
    pub fn new<S: Into<String>>(heads: impl IntoIterator<Item = S>) -> Self {
        Self {
            heads: heads.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; a missing or empty cell is shown as nothing.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Option<String>>) {
        self.rows.push(
            cells
                .into_iter()
                .map(|cell| cell.filter(|text| !text.is_empty()))
                .collect(),
        );
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Head and rows, without the empty columns and without separators at the end of a line.
    #[must_use]
    pub fn render(&self) -> String {
        let used: Vec<bool> = (0..self.heads.len())
            .map(|column| {
                self.rows
                    .iter()
                    .any(|row| row.get(column).is_some_and(Option::is_some))
            })
            .collect();
        let mut out = String::with_capacity(self.rows.len() * 80);
        push_line(
            &mut out,
            &used,
            self.heads.iter().map(|head| Some(head.as_str())),
        );
        for row in &self.rows {
            out.push('\n');
            push_line(&mut out, &used, row.iter().map(Option::as_deref));
        }
        out
    }
}

fn push_line<'a>(out: &mut String, used: &[bool], cells: impl Iterator<Item = Option<&'a str>>) {
    let start = out.len();
    let mut first = true;
    for (cell, used) in cells.zip(used) {
        if !used {
            continue;
        }
        if !first {
            out.push('|');
        }
        first = false;
        out.push_str(cell.unwrap_or_default());
    }
    let end = out.trim_end_matches('|').len().max(start);
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_columns_and_trailing_separators_are_dropped() {
        let mut table = Table::new(["id", "a", "b", "c"]);
        table.row([Some("1".to_owned()), None, Some("x".to_owned()), None]);
        table.row([Some("2".to_owned()), Some(String::new()), None, None]);
        assert_eq!(table.render(), "id|b\n1|x\n2");
    }

    #[test]
    fn zero_is_a_value_and_not_a_gap() {
        let mut table = Table::new(["id", "load"]);
        table.row([Some("1".to_owned()), Some("0".to_owned())]);
        assert_eq!(table.render(), "id|load\n1|0");
    }
}
