//! A build that remembers the one before it gives what a build from nothing gives, whatever was edited in between.

use std::collections::BTreeMap;

use forecastc::forecast::{Method, Settings};
use forecastc::site::{Edition, Memory as Made, Site, Templates};
use forecastc::source::{Source, Sources};
use forecastc::value::Date;
use rayon::prelude::*;

use super::Files;

/// Scripts of edits, and edits of each.
const SCRIPTS: u64 = 520;
const EDITS: usize = 4;

/// Numbers that look random and are the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((word ^ (word >> 31)) % end.max(1) as u64) as usize
    }
}

/// A node as it is written, and in which file.
#[derive(Clone)]
struct Item {
    id: String,
    file: usize,
    title: usize,
    probability: usize,
    /// Nodes that it needs, by their ids.
    needs: Vec<String>,
    journal: Vec<String>,
    is_private: bool,
    /// A word that no item knows.
    slip: bool,
}

/// A network that is edited.
#[derive(Clone)]
struct Draft {
    items: Vec<Item>,
    files: Vec<String>,
    document: usize,
    own: BTreeMap<String, String>,
    today: Date,
    next: usize,
}

impl Draft {
    fn new(chance: &mut Chance) -> Self {
        let mut draft = Self {
            items: Vec::new(),
            files: vec!["a.pred".to_owned(), "m/b.pred".to_owned(), "z.pred".to_owned()],
            document: 0,
            own: BTreeMap::new(),
            today: Date::parse("2026-06-01").unwrap(),
            next: 0,
        };
        for _ in 0..4 + chance.below(4) {
            draft.add(chance);
        }
        draft
    }

    fn add(&mut self, chance: &mut Chance) {
        let id = format!("N{}_{}", chance.below(10), self.next);
        self.next += 1;
        let mut needs: Vec<String> = Vec::new();
        for _ in 0..chance.below(3) {
            if let Some(other) = self.items.get(chance.below(self.items.len()))
                && !needs.contains(&other.id)
            {
                needs.push(other.id.clone());
            }
        }
        let file = chance.below(self.files.len());
        let probability = 20 + chance.below(60);
        self.items.push(Item {
            id,
            file,
            title: 0,
            probability,
            needs,
            journal: Vec::new(),
            is_private: false,
            slip: false,
        });
    }

    fn edit(&mut self, chance: &mut Chance) {
        let place = chance.below(self.items.len());
        let (day, number) = (1 + chance.below(27), 15 + chance.below(70));
        let name = self.files.len();
        let Some(item) = self.items.get_mut(place) else { return self.add(chance) };
        match chance.below(16) {
            0 | 1 => item.title += 1,
            2 | 3 => item.probability = number,
            4 | 5 => item
                .journal
                .push(format!("2026-05-{day:02} evidence for {} \"Seen\"", ["weak", "strong"][number % 2])),
            6 => item.journal.push(format!("2026-04-{day:02} note \"Looked at, {number}\"")),
            7 => item.journal.push(format!("2026-03-{day:02} probability {number}% \"Thought again\"")),
            8 => self.add(chance),
            9 => {
                // What refers to it may now refer to nothing.
                let gone = self.items.remove(place);
                if number % 3 > 0 {
                    self.items.iter_mut().for_each(|item| item.needs.retain(|need| *need != gone.id));
                }
            }
            10 => item.file = number % name,
            11 => self.files[number % name] = format!("{}{}.pred", ["c", "m/d", "y"][day % 3], self.next),
            12 => item.is_private = !item.is_private,
            13 => item.slip = !item.slip,
            14 => match day % 3 {
                0 => self.document += 1,
                1 => self.today = self.today.plus_days(number as i64),
                _ => {
                    let text = format!(
                        "{{% extends \"layout.html\" %}}{{% block main %}}<p>Lost {number}.</p>{{% endblock %}}"
                    );
                    self.own.insert("404.html".to_owned(), text);
                }
            },
            _ => item.journal.clear(),
        }
        self.next += 1;
    }

    fn sources(&self) -> Sources {
        let mut files: Vec<String> = vec![String::new(); self.files.len()];
        files[0].push_str(
            "network \"Edits\" { text \"Of edits\" }\n\ndocument NOTES \"Notes\" { file docs/a.md }\n",
        );
        for item in &self.items {
            let private = if item.is_private { "    private\n" } else { "" };
            let slip = if item.slip { "    probabilty 4%\n" } else { "" };
            let needs: String =
                item.needs.iter().map(|need| format!("    needs {need} moderate\n")).collect();
            let journal: String = item.journal.iter().map(|line| format!("    {line}\n")).collect();
            let Item { id, title, probability, .. } = item;
            files[item.file].push_str(&format!(
                "\nscenario {id} \"Title {title} of {id}\" {{\n    probability {probability}%\n{private}{slip}{needs}{journal}}}\n"
            ));
        }
        // Claims about what readers may see, some of which hold only for a while.
        let shown: Vec<&str> =
            self.items.iter().filter(|item| !item.is_private).map(|item| item.id.as_str()).collect();
        if let [one, other, .., last] = shown.as_slice() {
            files[0].push_str(&format!(
                "\nassert P({one}) < P({other})\nassert P({one} and not {last}) < 30%\nassert P({last} | {other}) > P({last})\n"
            ));
        }
        let files = self.files.iter().zip(files).map(|(path, text)| Source::new(path.as_str(), text));
        let document = format!(
            "# Notes {}\n\nAbout [[{}]].\n",
            self.document,
            self.items.first().map_or("", |item| &item.id)
        );
        Sources::new(files.collect()).with_documents([("docs/a.md".to_owned(), document.into())])
    }
}

/// Whether there is a site, and how many of its files were laid out for it.
fn build(
    draft: &Draft,
    settings: &Settings,
    memory: &forecastc::Memory,
    made: Option<&Made>,
    folder: &mut Files,
) -> Option<usize> {
    let sources = draft.sources();
    let compiled = forecastc::evaluate(&sources, draft.today, settings, memory, &|_| {});
    let forecast = compiled.forecast?;
    let templates = Templates::new(draft.own.clone()).unwrap();
    let edition = Edition::new(&compiled.model, &sources, &forecast, &memory.answers);
    let site = Site::new(&edition, &templates);
    let mut count = 0;
    let mut files = Files::new();
    for file in site.files() {
        let old = folder.remove(&file.path);
        let new = match made {
            Some(made) => site.changed(file, made, old.is_some()).unwrap(),
            None => Some(site.bytes(file).unwrap()),
        };
        count += usize::from(new.is_some());
        files.insert(file.path.clone(), new.or(old).unwrap());
    }
    *folder = files;
    Some(count)
}

#[test]
fn what_is_remembered_does_not_show() {
    let run = |script: u64| -> [usize; 3] {
        let mut chance = Chance(script);
        let mut draft = Draft::new(&mut chance);
        let sampled = Settings { worlds: Some(256), method: Method::Sampled, seed: script };
        let settings = if script.is_multiple_of(8) { sampled } else { Settings::default() };
        let (memory, made) = (forecastc::Memory::new(), Made::new());
        let mut folder = Files::new();
        let [mut built, mut broken, mut kept] = [0; 3];
        for round in 0..=EDITS {
            let again = build(&draft, &settings, &memory, Some(&made), &mut folder);
            let mut clean = Files::new();
            let anew = build(&draft, &settings, &forecastc::Memory::new(), None, &mut clean);
            assert_eq!(again.is_some(), anew.is_some(), "script {script}, round {round}");
            match (again, anew) {
                (Some(again), Some(anew)) => {
                    for (path, bytes) in &clean {
                        assert!(folder.get(path) == Some(bytes), "script {script}, round {round}: {path}");
                    }
                    assert_eq!(folder.len(), clean.len(), "script {script}, round {round}");
                    built += 1;
                    kept += anew - again;
                }
                _ => broken += 1,
            }
            draft.edit(&mut chance);
        }
        [built, broken, kept]
    };
    let all: Vec<[usize; 3]> = (0..SCRIPTS).into_par_iter().map(run).collect();
    let sum = |place: usize| all.iter().map(|one| one[place]).sum::<usize>();
    // Scripts that break the network are some of them, and most files stay what they were.
    assert!(sum(0) > 1_500 && sum(1) > 50, "{} built, {} broken", sum(0), sum(1));
    assert!(sum(2) > 10 * sum(0), "{} files kept in {} builds", sum(2), sum(0));
}
