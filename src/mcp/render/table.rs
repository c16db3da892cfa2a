//! Rows separated by `|` under one head; columns that are empty in every row cost nothing.

/// A table under construction.
#[derive(Debug)]
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    cells: Vec<Option<String>>,
    from: Option<String>,
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
        let cells = cells
            .into_iter()
            .map(|cell| cell.filter(|text| !text.is_empty()))
            .collect();
        self.rows.push(Row { cells, from: None });
    }

    /// Says what the last row goes by: the same call with `from` begins with it (`cursor 60`, `oldest 2026-03-01`).
    pub fn goes_by(&mut self, from: impl Into<String>) {
        if let Some(row) = self.rows.last_mut() {
            row.from = Some(from.into());
        }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Head and rows with what they go by, without the empty columns and without separators at the end of a line.
    pub fn lines(&self) -> impl Iterator<Item = (String, Option<&str>)> {
        let used: Vec<bool> = (0..self.heads.len())
            .map(|column| {
                self.rows
                    .iter()
                    .any(|row| row.cells.get(column).is_some_and(Option::is_some))
            })
            .collect();
        let head = line(&used, self.heads.iter().map(|head| Some(head.as_str())));
        let rows = self.rows.iter().map(move |row| {
            let cells = row.cells.iter().map(Option::as_deref);
            (line(&used, cells), row.from.as_deref())
        });
        std::iter::once((head, None)).chain(rows)
    }

    /// The lines as one text.
    #[must_use]
    pub fn render(&self) -> String {
        let lines: Vec<String> = self.lines().map(|(line, _)| line).collect();
        lines.join("\n")
    }
}

fn line<'a>(used: &[bool], cells: impl Iterator<Item = Option<&'a str>>) -> String {
    let shown: Vec<&str> = cells
        .zip(used)
        .filter(|(_, used)| **used)
        .map(|(cell, _)| cell.unwrap_or_default())
        .collect();
    let mut line = shown.join("|");
    line.truncate(line.trim_end_matches('|').len());
    line
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

    #[test]
    fn a_row_knows_what_it_goes_by() {
        let mut table = Table::new(["id"]);
        table.row([Some("1".to_owned())]);
        table.row([Some("2".to_owned())]);
        table.goes_by("cursor 1");
        let from: Vec<Option<&str>> = table.lines().map(|(_, from)| from).collect();
        assert_eq!(from, [None, None, Some("cursor 1")]);
    }
}
