//! A page with a table and sections. A run writes what it measured; what others measured stays as it was.

/// Rows and sections, each with the words by which it is found again.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    rows: Vec<(String, String)>,
    sections: Vec<(String, String)>,
}

impl Page {
    /// The table is the one before the first section.
    pub fn parse(text: &str) -> Page {
        let mut parts = text.split("\n## ");
        let head = parts.next().unwrap_or_default();
        let rows = head.lines().filter(|line| line.starts_with("| ")).skip(1);
        let work = |line: &str| line.split('|').nth(1).unwrap_or_default().trim().to_owned();
        let heading = |part: &str| part.lines().next().unwrap_or_default().to_owned();
        Page {
            rows: rows.map(|line| (work(line), format!("{line}\n"))).collect(),
            sections: parts.map(|part| (heading(part), format!("\n## {part}"))).collect(),
        }
    }

    /// In the places that the older page has for them; what is new comes last.
    pub fn over(self, older: Page) -> Page {
        Page { rows: lay(self.rows, older.rows), sections: lay(self.sections, older.sections) }
    }

    pub fn rows(&self) -> String {
        self.rows.iter().map(|(_, line)| line.as_str()).collect()
    }

    pub fn sections(&self) -> String {
        self.sections.iter().map(|(_, text)| text.as_str()).collect()
    }
}

fn lay(newer: Vec<(String, String)>, mut page: Vec<(String, String)>) -> Vec<(String, String)> {
    for (key, text) in newer {
        match page.iter_mut().find(|(old, _)| *old == key) {
            Some((_, old)) => *old = text,
            None => page.push((key, text)),
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_stays() {
        let older =
            Page::parse("# Title\n\n| work | x |\n|---|---|\n| a | 1 |\n| b | 2 |\n\n## A\n\nold\n\n## B\n\nold\n");
        let newer =
            Page::parse("# Title\n\n| work | x |\n|---|---|\n| b | 3 |\n| c | 4 |\n\n## B\n\nnew\n\n## C\n\nnew\n");
        let page = newer.over(older);
        assert_eq!(page.rows(), "| a | 1 |\n| b | 3 |\n| c | 4 |\n");
        assert_eq!(page.sections(), "\n## A\n\nold\n\n## B\n\nnew\n\n## C\n\nnew\n");
    }
}
