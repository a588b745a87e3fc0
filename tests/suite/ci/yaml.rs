//! As much of YAML as the workflows use, read strictly: what is not known here is a fault.
//!
//! Maps and lists by indentation, `[a, b]` and `{}`, plain and quoted words, and blocks behind `|`.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Map(Vec<(String, Value)>),
    List(Vec<Value>),
    Text(String),
}

impl Value {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::List(_) | Self::Text(_) => None,
        }
    }

    pub(super) fn at(&self, key: &str) -> &Value {
        self.get(key).unwrap_or_else(|| panic!("there is no {key} in {self:?}"))
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Map(_) | Self::List(_) => panic!("{self:?} is no text"),
        }
    }

    pub(super) fn items(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            Self::Map(_) | Self::Text(_) => &[],
        }
    }

    pub(super) fn entries(&self) -> &[(String, Value)] {
        match self {
            Self::Map(entries) => entries,
            Self::List(_) | Self::Text(_) => &[],
        }
    }
}

pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader { lines: text.lines().collect(), at: 0 };
    let value = reader.value(0)?;
    reader.skip();
    match reader.lines.get(reader.at) {
        Some(line) => Err(format!("line {}: this is out of place: {line}", reader.at + 1)),
        None => Ok(value),
    }
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    at: usize,
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        let is_nothing = |line: &&&str| line.trim().is_empty() || line.trim_start().starts_with('#');
        while self.lines.get(self.at).as_ref().is_some_and(is_nothing) {
            self.at += 1;
        }
    }

    /// The next line that says something, if it is that deep.
    fn line(&mut self, depth: usize) -> Option<&'a str> {
        self.skip();
        self.lines.get(self.at).copied().filter(|line| indent(line) == depth).map(|line| &line[depth..])
    }

    fn fault<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("line {}: {what}: {}", self.at + 1, self.lines.get(self.at).unwrap_or(&"")))
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        match self.line(depth) {
            Some(line) if line == "-" || line.starts_with("- ") => self.list(depth),
            Some(_) => self.map(depth, Vec::new()),
            None => self.fault("a value was to stand here"),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        while let Some(rest) = self.line(depth).and_then(|line| line.strip_prefix("- ")) {
            if rest.starts_with('|') {
                self.at += 1;
                items.push(Value::Text(self.block(depth)));
            } else if key(rest).is_some() {
                // The map begins on the line of the dash.
                let mut entries = Vec::new();
                self.entry(depth + 2, rest, &mut entries)?;
                items.push(self.map(depth + 2, entries)?);
            } else {
                items.push(self.scalar(rest)?);
                self.at += 1;
            }
        }
        Ok(Value::List(items))
    }

    fn map(&mut self, depth: usize, mut entries: Vec<(String, Value)>) -> Result<Value, String> {
        while let Some(line) = self.line(depth) {
            if line.starts_with("- ") {
                break;
            }
            self.entry(depth, line, &mut entries)?;
        }
        Ok(Value::Map(entries))
    }

    fn entry(&mut self, depth: usize, line: &str, entries: &mut Vec<(String, Value)>) -> Result<(), String> {
        let Some((name, rest)) = key(line) else { return self.fault("no `key:`") };
        if entries.iter().any(|(other, _)| other == name) {
            return self.fault("said twice");
        }
        let value = if rest == "|" {
            self.at += 1;
            Value::Text(self.block(depth))
        } else if rest.is_empty() {
            self.at += 1;
            self.skip();
            let next = self.lines.get(self.at).map_or(0, |line| indent(line));
            if next > depth { self.value(next)? } else { Value::Text(String::new()) }
        } else {
            let value = self.scalar(rest)?;
            self.at += 1;
            value
        };
        entries.push((name.to_owned(), value));
        Ok(())
    }

    /// The lines of a `|`, without the indentation of the first.
    fn block(&mut self, depth: usize) -> String {
        let deep = self.lines.get(self.at).map_or(0, |line| indent(line));
        let mut out = String::new();
        while let Some(line) = self.lines.get(self.at) {
            if !line.trim().is_empty() && (indent(line) <= depth || indent(line) < deep) {
                break;
            }
            out.push_str(line.get(deep..).unwrap_or_default());
            out.push('\n');
            self.at += 1;
        }
        format!("{}\n", out.trim_end())
    }

    fn scalar(&self, words: &str) -> Result<Value, String> {
        if let Some(list) = words.strip_prefix('[') {
            let Some(list) = list.strip_suffix(']') else { return self.fault("an open list") };
            return list.split(", ").map(|one| self.scalar(one)).collect::<Result<_, _>>().map(Value::List);
        }
        if words == "{}" {
            return Ok(Value::Map(Vec::new()));
        }
        if let Some(inner) = words.strip_prefix('\'') {
            return match inner.strip_suffix('\'').filter(|inner| !inner.contains('\'')) {
                Some(inner) => Ok(Value::Text(inner.to_owned())),
                None => self.fault("an open quote"),
            };
        }
        // These begin or hold something else than words.
        let is_special =
            words.starts_with(['"', '&', '*', '!', '|', '>', '%', '@', '`', '{', ']', '}', ',', '?']);
        if is_special || words.contains(": ") || words.contains(" #") || words.ends_with(':') {
            return self.fault("a plain word may not be this");
        }
        Ok(Value::Text(words.to_owned()))
    }
}

/// `key: value` or `key:`.
fn key(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let rest = if rest.is_empty() { "" } else { rest.strip_prefix(' ')? };
    is_name.then_some((name, rest))
}
