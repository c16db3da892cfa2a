//! What was found, and what to do about it.

use std::fmt;

use crate::public_url::PublicUrl;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Ok,
    /// Works, but not as well or as safely as it could.
    Warning,
    /// Claude cannot connect, or cannot do its work, until it is mended.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub text: String,
    pub remedy: Option<String>,
}

impl Finding {
    pub fn ok(text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Ok,
            text: text.into(),
            remedy: None,
        }
    }

    pub fn warning(text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            text: text.into(),
            remedy: Some(remedy.into()),
        }
    }

    pub fn problem(text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Problem,
            ..Self::warning(text, remedy)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Ok => "ok",
            Severity::Warning => "warning",
            Severity::Problem => "problem",
        };
        write!(f, "{word:<9}{}", self.text)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n         What to do: {remedy}")?;
        }
        Ok(())
    }
}

/// Everything that was found, in the order in which it is worth mending.
#[derive(Debug)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub(super) public_url: PublicUrl,
    /// Whether the server was seen at its public URL.
    pub(super) is_served: bool,
}

impl Report {
    /// What it comes to, and what to paste into Claude.
    ///
    /// # Errors
    /// With a problem the server does not do its work: how many there are.
    pub fn verdict(&self) -> Result<String, String> {
        let (problems, warnings) = (self.count(Severity::Problem), self.count(Severity::Warning));
        let s = |count| if count == 1 { "" } else { "s" };
        if problems > 0 {
            return Err(format!(
                "{problems} problem{} found. Mend the first one and run the check again: the others may go with it.",
                s(problems)
            ));
        }
        let is_here = self.public_url.is_loopback();
        let who = if is_here {
            "Apps on this machine"
        } else {
            "Claude"
        };
        let verdict = match (self.is_served, warnings) {
            (true, 0) => "All is well.".to_owned(),
            (true, _) => format!(
                "{who} can connect; {warnings} warning{} above.",
                s(warnings)
            ),
            (false, _) => {
                "No problem was found. Start the server, then run the check again.".to_owned()
            }
        };
        let url = self.public_url.mcp();
        let paste = if is_here {
            "Run".to_owned()
        } else {
            format!(
                "Paste this URL into Claude (Settings, Connectors, Add custom connector):\n    {url}\nor run"
            )
        };
        Ok(format!(
            "{verdict}\n{paste}\n    claude mcp add --transport http intervals {url}"
        ))
    }

    fn count(&self, severity: Severity) -> usize {
        let alike = self.findings.iter().filter(|f| f.severity == severity);
        alike.count()
    }
}

/// The findings, one after the other.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(findings: Vec<Finding>, is_served: bool) -> Result<String, String> {
        let public_url = PublicUrl::parse("https://mcp.example.com").unwrap();
        let report = Report {
            findings,
            public_url,
            is_served,
        };
        report.verdict()
    }

    #[test]
    fn the_verdict_is_as_good_as_the_worst_finding() {
        let (ok, warning) = (Finding::ok("a"), Finding::warning("b", "c"));
        let problem = Finding::problem("d", "e");
        let well = verdict(vec![ok.clone()], true).unwrap();
        assert!(well.starts_with("All is well.\n"), "{well}");
        assert!(well.contains("    https://mcp.example.com/mcp\n"), "{well}");
        let warned = verdict(vec![ok.clone(), warning.clone()], true).unwrap();
        assert!(
            warned.starts_with("Claude can connect; 1 warning above."),
            "{warned}"
        );
        let early = verdict(vec![ok, warning.clone()], false).unwrap();
        assert!(early.contains("Start the server"), "{early}");
        let ill = verdict(vec![problem.clone(), warning, problem], true).unwrap_err();
        assert!(ill.starts_with("2 problems found."), "{ill}");
    }
}
