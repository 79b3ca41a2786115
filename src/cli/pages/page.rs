//! A page without a format: what it consists of, in order.

/// A page of a report.
#[derive(Debug, Default)]
pub struct Page {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// A part of a page. All text is plain: what it means in a format is escaped there.
#[derive(Debug)]
pub enum Block {
    /// The heading of a section, or of a part of one (2 or 3).
    Heading(u8, String),
    Text(String),
    Table {
        heads: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// An SVG document.
    Picture {
        /// What its file is called, without an ending.
        name: String,
        /// What it shows, in a few words.
        alt: String,
        svg: String,
    },
    /// Commands, a line each.
    Commands(Vec<String>),
    /// What the program says of a run, as it prints it: lines that belong together.
    Told(Vec<String>),
}

impl Page {
    pub fn heading(&mut self, level: u8, text: impl Into<String>) {
        self.blocks.push(Block::Heading(level, text.into()));
    }

    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    pub fn table(&mut self, heads: &[&str], rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            let heads = heads.iter().map(|head| (*head).to_owned()).collect();
            self.blocks.push(Block::Table { heads, rows });
        }
    }

    /// Lines as the program prints them, without the space before all of them.
    pub fn told(&mut self, text: &str) {
        let space = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let before = text.lines().map(space).min().unwrap_or(0);
        let lines: Vec<String> = text.lines().map(|line| line[before..].to_owned()).collect();
        if !lines.is_empty() {
            self.blocks.push(Block::Told(lines));
        }
    }

    pub fn picture(&mut self, name: impl Into<String>, alt: impl Into<String>, svg: String) {
        self.blocks.push(Block::Picture { name: name.into(), alt: alt.into(), svg });
    }

    /// The pictures with the names of their files.
    pub fn pictures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Picture { name, svg, .. } => Some((name.as_str(), svg.as_str())),
            _ => None,
        })
    }
}
