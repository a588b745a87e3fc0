//! Networks of any size, for benchmarks and for tests of laws.
//!
//! A number of nodes and a seed come in; files of about a kilobyte a node go out, as people write them: claims
//! with texts, quotes, milestones, journals, edges, exposure, documents. The same arguments give the same
//! bytes everywhere. The files are in the one layout, and a network as it stands on `TODAY` has no faults and
//! no warnings. Nothing here measures, and nothing here makes mistakes: those are in `shapes.rs`.

#![allow(dead_code, reason = "each of those who include this file uses a part of it")]

use std::fmt::Write as _;
use std::sync::Arc;

use forecastc::source::{Source, Sources};
use forecastc::value::Date;

/// The day on which a generated network is meant to be compiled.
pub(crate) fn today() -> Date {
    Date::parse("2026-09-01").expect("a day")
}

/// Bytes after which a new file is begun.
const FILE_BYTES: usize = 2_000_000;
/// So many outcomes may bear one date before that looks like the day of typing.
const OUTCOMES_A_DAY: u8 = 7;
/// What happened lies on these many days before today.
const DAYS: usize = 600;

/// The generator SplitMix64 of Steele, Lea and Flood: a counter and a mixing function.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `most`; 0 if there is none.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    /// A number from `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most + 1 - least)
    }

    pub(crate) fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list.get(self.below(list.len())).expect("a list with something in it")
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// A network as it would be read from a disk.
#[derive(Default)]
pub(crate) struct Network {
    /// Paths and texts of the `.pred` files.
    pub(crate) files: Vec<(String, String)>,
    /// Paths and bytes of such files that need not be text.
    pub(crate) raw: Vec<(String, Vec<u8>)>,
    /// Paths and texts of the documents.
    pub(crate) documents: Vec<(String, String)>,
}

impl Network {
    pub(crate) fn bytes(&self) -> usize {
        let text = self.files.iter().map(|(_, text)| text.len());
        text.chain(self.raw.iter().map(|(_, bytes)| bytes.len())).sum()
    }

    pub(crate) fn sources(&self) -> Sources {
        let files = self.files.iter().map(|(path, text)| Source::new(path.as_str(), text.as_str()));
        let raw = self.raw.iter().map(|(path, bytes)| Source::from_bytes(path.as_str(), bytes.clone()));
        let documents = self.documents.iter().map(|(path, text)| (path.clone(), Arc::from(text.as_str())));
        Sources::new(files.chain(raw).collect()).with_documents(documents)
    }
}

/// A network of this many nodes: predictions, killers, scenarios and milestones.
pub(crate) fn network(nodes: usize, seed: u64) -> Network {
    let mut writer = Writer::new(nodes, seed);
    writer.about_the_network();
    for index in 0..writer.plan.len() {
        writer.item(index);
        if writer.out.len() > FILE_BYTES {
            writer.end_file("part");
        }
    }
    writer.end_file("part");
    Network { files: writer.files, documents: writer.documents, ..Network::default() }
}

/// What is written, decided before anything is: so items can name others wherever those stand.
#[derive(Clone)]
enum Plan {
    Prediction {
        id: String,
        milestones: Vec<&'static str>,
        private: bool,
        settled: bool,
    },
    /// A prediction whose level is a full table.
    Tabled {
        id: String,
    },
    Killer {
        id: String,
    },
    Choice {
        id: String,
        scenarios: [String; 3],
    },
    Scenario {
        id: String,
    },
}

struct Writer {
    random: Random,
    plan: Vec<Plan>,
    /// Places of killers in the plan, of predictions that others may need, and ids of lone scenarios.
    killers: Vec<usize>,
    claims: Vec<usize>,
    states: Vec<String>,
    predictors: usize,
    classes: usize,
    /// Outcomes recorded so far, by days before today.
    outcomes: Vec<u8>,
    out: String,
    files: Vec<(String, String)>,
    documents: Vec<(String, String)>,
}

impl Writer {
    fn new(nodes: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut plan = Vec::new();
        let (mut killers, mut claims, mut states) = (Vec::new(), Vec::new(), Vec::new());
        let mut left = nodes;
        while left > 0 {
            let number = plan.len();
            let here = number % 40;
            if here % 8 == 3 {
                killers.push(number);
                plan.push(Plan::Killer { id: format!("{}_{number:05}", random.pick(&DANGERS)) });
                left -= 1;
            } else if here == 11 && left >= 3 {
                let scenarios = ["LOW", "MIDDLE", "HIGH"].map(|level| format!("{level}_{number:05}"));
                states.extend(scenarios.iter().cloned());
                plan.push(Plan::Choice { id: format!("LEVEL_{number:05}"), scenarios });
                left -= 3;
            } else if here == 21 {
                let id = format!("STATE_{number:05}");
                states.push(id.clone());
                plan.push(Plan::Scenario { id });
                left -= 1;
            } else if here == 31 && claims.len() > 4 {
                plan.push(Plan::Tabled { id: format!("BOTH_{number:05}") });
                left -= 1;
            } else {
                let settled = random.one_in(40);
                let private = !settled && random.one_in(80);
                let count = if settled { 0 } else { random.between(0, 4).min(left - 1) };
                let milestones: Vec<&str> = STEPS.iter().map(|(id, _)| *id).take(count).collect();
                left -= 1 + milestones.len();
                if !private {
                    claims.push(number);
                }
                let id = format!("{}_{number:05}", random.pick(&STEMS));
                plan.push(Plan::Prediction { id, milestones, private, settled });
            }
        }
        Self {
            random,
            predictors: 1 + claims.len() / 10,
            classes: 1 + claims.len() / 25,
            plan,
            killers,
            claims,
            states,
            outcomes: vec![0; DAYS],
            out: String::new(),
            files: Vec::new(),
            documents: Vec::new(),
        }
    }

    fn end_file(&mut self, name: &str) {
        if !self.out.is_empty() {
            let path = format!("{name}-{:03}.pred", self.files.len());
            let mut text = std::mem::take(&mut self.out);
            // No empty line at the end.
            text.truncate(text.trim_end().len() + 1);
            self.files.push((path, text));
        }
    }

    fn line(&mut self, words: std::fmt::Arguments<'_>) {
        self.out.write_fmt(words).expect("memory");
        self.out.push('\n');
    }

    fn id(&self, place: usize) -> String {
        match self.plan.get(place) {
            Some(
                Plan::Prediction { id, .. }
                | Plan::Tabled { id }
                | Plan::Killer { id }
                | Plan::Choice { id, .. }
                | Plan::Scenario { id },
            ) => id.clone(),
            None => String::new(),
        }
    }

    /// A prediction that stands before this place, or one of its milestones.
    fn source_before(&mut self, place: usize) -> Option<String> {
        let before = self.claims.partition_point(|claim| *claim < place);
        let near = self.random.between(1, 300).min(before);
        let far = self.random.below(before);
        let at = if self.random.one_in(5) { far } else { before.checked_sub(near)? };
        let claim = *self.claims.get(at).filter(|claim| **claim < place)?;
        let id = self.id(claim);
        match self.plan.get(claim) {
            Some(Plan::Prediction { milestones, .. }) if !milestones.is_empty() && self.random.one_in(8) => {
                Some(format!("{id}.{}", self.random.pick(milestones)))
            }
            _ => Some(id),
        }
    }

    fn about_the_network(&mut self) {
        self.line(format_args!("# The whole of a generated network, and what it takes for granted."));
        self.line(format_args!("network \"What the next ten years bring\" {{"));
        self.line(format_args!("    url <https://forecasts.example.org/>"));
        self.line(format_args!("    text \"\"\""));
        let words = self.sentences(5);
        self.block(&words, 8);
        self.line(format_args!("    convictions high 85%, medium 65%, low 45%"));
        self.line(format_args!("    stale after 6mo"));
        self.line(format_args!("}}\n"));
        for number in 0..self.predictors {
            let (name, role) = (self.random.pick(&PEOPLE), self.random.pick(&ROLES));
            self.line(format_args!("predictor voice_{number} \"{name} ({number})\" {{ role \"{role}\" }}\n"));
        }
        for number in 0..self.classes {
            let of = self.random.between(20, 400);
            let seen = self.random.between(1, of - 1);
            let (subject, verb, object) = self.claim();
            self.line(format_args!("class cases_{number} \"{subject} {verb} {object}\" {{"));
            self.line(format_args!("    seen {seen} of {of}"));
            self.line(format_args!(
                "    source \"Counted by hand from the yearbooks\" <https://example.org/cases/{number}>"
            ));
            self.line(format_args!("}}\n"));
        }
        for symbol in SYMBOLS {
            self.line(format_args!(
                "ticker {symbol} \"The {symbol} company\" {{ link <https://example.org/quote/{symbol}> }}\n"
            ));
        }
        for (id, when, then) in RULES {
            self.line(format_args!("rule {id} \"A rule of the house\" {{"));
            self.line(format_args!("    for prediction, killer"));
            self.line(format_args!("    when {when}"));
            self.line(format_args!("    {then}"));
            self.line(format_args!("}}\n"));
        }
        self.end_file("network");
    }

    fn item(&mut self, place: usize) {
        match self.plan.get(place).cloned() {
            Some(Plan::Prediction { id, settled: true, .. }) => self.settled(place, &id),
            Some(Plan::Prediction { id, milestones, private, .. }) => {
                self.prediction(place, &id, &milestones, private);
            }
            Some(Plan::Tabled { id }) => self.tabled(place, &id),
            Some(Plan::Killer { id }) => self.killer(&id),
            Some(Plan::Choice { id, scenarios }) => self.choice(&id, &scenarios),
            Some(Plan::Scenario { id }) => self.scenario(&id),
            None => {}
        }
        self.beside(place);
    }

    /// What stands between items now and then.
    fn beside(&mut self, place: usize) {
        let claim = self.claims.partition_point(|claim| *claim <= place).checked_sub(1);
        let Some(id) = claim.and_then(|at| self.claims.get(at)).map(|at| self.id(*at)) else { return };
        match place % 100 {
            17 => self.line(format_args!("redirect OLD_{place:05} -> {id}\n")),
            37 => self.line(format_args!("assert P({id}) < 99.9% \"Nothing is that sure\"\n")),
            57 => self.document(place, &id),
            77 => {
                let words = self.sentence();
                self.line(format_args!("2026-08-20 note {id} \"{words}\"\n"));
            }
            97 => {
                self.line(format_args!("# What follows was added in one go and is to be looked at again.\n"))
            }
            _ => {}
        }
    }

    fn document(&mut self, place: usize, id: &str) {
        let title = self.title();
        self.line(format_args!("document paper_{place} \"{title}\" {{"));
        if self.random.one_in(2) {
            self.line(format_args!("    link <https://example.org/papers/{place}>"));
        } else {
            let path = format!("docs/paper-{place}.md");
            self.line(format_args!("    file {path}"));
            let mut text = format!("# {title}\n\n");
            for _ in 0..self.random.between(4, 12) {
                let words = self.sentences(4);
                let _ = writeln!(text, "{words} See [[{id}]].\n");
            }
            self.documents.push((path, text));
        }
        self.line(format_args!("    date 2026-05-20"));
        self.line(format_args!("    by voice_0"));
        self.line(format_args!("    about {id}"));
        self.line(format_args!("    tags method"));
        self.line(format_args!("}}\n"));
    }

    fn prediction(&mut self, place: usize, id: &str, milestones: &[&'static str], private: bool) {
        self.head("prediction", id);
        if private {
            self.line(format_args!("    private"));
        }
        let by = self.claims.partition_point(|claim| *claim < place) % self.predictors;
        self.line(format_args!("    by voice_{by}"));
        let mode = self.random.pick(&["forecast", "prediction", "speculation"]);
        self.line(format_args!("    mode {mode}"));
        let domain = self.random.pick(&DOMAINS);
        self.line(format_args!("    domain {domain}"));
        if self.random.one_in(2) {
            let (month, day, episode) =
                (self.random.between(1, 8), self.random.between(1, 28), self.random.between(10, 999));
            self.line(format_args!(
                "    said 2026-{month:02}-{day:02} \"Episode {episode}\" <https://example.org/talks/{episode}>"
            ));
            let conviction = self.random.pick(&["high", "medium", "low"]);
            let cue = self.random.pick(&CUES);
            self.line(format_args!("    conviction {conviction} \"{cue}\""));
        }
        let timed = !self.random.one_in(60);
        let last = self.random.between(2029, 2039);
        if timed {
            let month = self.random.between(1, 12);
            self.line(format_args!("    window 2026-{month:02} .. {last}"));
        } else {
            self.line(format_args!(
                "    allow missing-window \"It may come at any time, and that is the point\""
            ));
        }
        let class = self.claims.partition_point(|claim| *claim < place) % self.classes;
        self.line(format_args!("    class cases_{class} weight {}%", 10 + place % 40));
        let level = self.percent(50, 950);
        self.line(format_args!("    probability {level}\n"));
        self.texts(place);
        self.edges(place);
        for step in milestones {
            self.milestone(step, last);
        }
        let (gains, loses) = (self.random.pick(&SYMBOLS), self.random.pick(&SYMBOLS));
        self.line(format_args!("    up {gains}"));
        self.line(format_args!("    down {loses} weight 0.{}\n", self.outcomes.len() % 7 + 2));
        self.journal(by, milestones);
        self.line(format_args!("}}\n"));
    }

    fn head(&mut self, word: &str, id: &str) {
        let title = self.title();
        self.line(format_args!("{word} {id} \"{title}\" {{"));
    }

    fn texts(&mut self, place: usize) {
        self.line(format_args!("    text \"\"\""));
        let count = self.random.between(2, 5);
        let mut words = self.sentences(count);
        if let Some(other) = self.source_before(place)
            && self.random.one_in(3)
        {
            let _ = write!(words, " It leans on [[{other}]] more than it says.");
        }
        self.block(&words, 8);
        if self.random.one_in(3) {
            let context = self.sentence();
            self.line(format_args!("    context \"{context}\""));
        }
        let quote = self.sentence();
        let cue = self.random.pick(&CUES);
        self.line(format_args!("    quote \"{quote} And that is \\\"{cue}\\\", mind you.\""));
        for word in ["catalyst", "watch", "measure"] {
            let words = self.sentence();
            self.line(format_args!("    {word} \"{words}\""));
        }
        let source = self.random.pick(&PEOPLE);
        self.line(format_args!(
            "    source \"{source}, figures of the first quarter\" <https://example.org/figures/{place}>"
        ));
        let tags = [self.random.pick(&TAGS), self.random.pick(&TAGS)];
        self.line(format_args!("    tags {}, {}\n", tags[0], tags[1]));
    }

    fn edges(&mut self, place: usize) {
        let mut named: Vec<String> = Vec::new();
        for _ in 0..self.random.between(0, 8) {
            let Some(source) = self.source_before(place) else { continue };
            if named.contains(&source) {
                continue;
            }
            let no = self.percent(10, 300);
            let yes = self.percent(301, 900);
            let tail = match self.random.below(6) {
                0 => " lag 3mo".to_owned(),
                1 => format!(" \"{}\"", self.sentence()),
                2 => format!(" <https://example.org/why/{place}>"),
                _ => String::new(),
            };
            let effect =
                if self.random.one_in(10) { "strong".to_owned() } else { format!("{yes} else {no}") };
            self.line(format_args!("    needs {source} {effect}{tail}"));
            named.push(source);
        }
        for _ in 0..self.random.between(3, 5) {
            let killer = self.random.below(self.killers.len());
            let Some(killer) = self.killers.get(killer).map(|at| self.id(*at)) else { continue };
            if named.contains(&killer) {
                continue;
            }
            let yes = self.percent(10, 300);
            let no = self.percent(301, 900);
            self.line(format_args!("    killed by {killer} {yes} else {no}"));
            named.push(killer);
        }
        let state = self.random.below(self.states.len());
        if let Some(state) = self.states.get(state).cloned() {
            self.line(format_args!("    moves with {state} moderate  # the world at large"));
            named.push(state);
        }
        if !named.is_empty() {
            self.line(format_args!(""));
        }
    }

    fn milestone(&mut self, id: &str, last: usize) {
        let title = STEPS.iter().find(|(step, _)| *step == id).map_or("", |(_, title)| title);
        let year = self.random.between(2027, last);
        self.line(format_args!("    milestone {id} \"{title}\" {{"));
        self.line(format_args!("        window 2026-06 .. {year}"));
        let confidence = self.percent(200, 900);
        self.line(format_args!("        confidence {confidence}"));
        if self.random.one_in(3) {
            let (no, yes) = (self.percent(50, 400), self.percent(500, 950));
            self.line(format_args!("        if true {yes} else {no}"));
        } else {
            self.line(format_args!("        weight 0.{}", year % 8 + 1));
        }
        let words = self.sentence();
        self.line(format_args!("        measure \"{words}\""));
        self.line(format_args!("    }}\n"));
    }

    /// Lines in the order of their days; the last is always young enough not to be stale.
    fn journal(&mut self, by: usize, milestones: &[&'static str]) {
        let level = self.percent(50, 950);
        let words = self.sentence();
        self.line(format_args!("    2026-02-{:02} probability {level} \"{words}\"", by % 28 + 1));
        if self.random.one_in(4) {
            let level = self.percent(50, 950);
            self.line(format_args!("    2026-03-02 corrects 2026-02-{:02} probability {level}", by % 28 + 1));
        }
        for month in 4..self.random.between(5, 7) {
            let day = self.random.between(1, 28);
            let strength = self.random.pick(&["for weak", "for moderate", "against weak", "for x1.5"]);
            let words = self.sentence();
            self.line(format_args!(
                "    2026-{month:02}-{day:02} evidence {strength} by voice_{by} \"{words}\""
            ));
        }
        if let Some(step) = milestones.first() {
            let day = self.random.between(1, 28);
            let open = self.outcomes.get_mut(day).filter(|count| **count < OUTCOMES_A_DAY);
            if let Some(count) = open {
                *count += 1;
                let outcome = self.random.pick(&["hit", "missed"]);
                self.line(format_args!("    2026-07-{day:02} {outcome} {step}"));
            }
        }
        let (day, words) = (self.random.between(1, 28), self.sentence());
        self.line(format_args!("    2026-08-{day:02} note \"{words}\""));
    }

    /// A claim that time has decided, on a day on which few others were.
    fn settled(&mut self, place: usize, id: &str) {
        self.head("prediction", id);
        let by = self.claims.partition_point(|claim| *claim < place) % self.predictors;
        self.line(format_args!("    by voice_{by}"));
        let class = self.claims.partition_point(|claim| *claim < place) % self.classes;
        self.line(format_args!("    class cases_{class}"));
        self.line(format_args!("    window 2025 .. 2027"));
        let level = self.percent(50, 950);
        self.line(format_args!("    probability {level}\n"));
        self.texts(place);
        let (month, day) = (self.random.between(1, 12), self.random.between(1, 28));
        let words = self.sentence();
        let open = self.outcomes.get_mut(month * 31 + day).filter(|count| **count < OUTCOMES_A_DAY);
        if let Some(count) = open {
            *count += 1;
            self.line(format_args!("    2025-{month:02}-{day:02} resolved yes \"{words}\""));
        } else {
            self.line(format_args!("    2026-08-21 note \"{words}\""));
        }
        self.line(format_args!("}}\n"));
    }

    fn killer(&mut self, id: &str) {
        self.head("killer", id);
        let domain = self.random.pick(&DOMAINS);
        self.line(format_args!("    domain {domain}"));
        self.line(format_args!("    window 2026-10 .. 2030"));
        let level = self.percent(20, 400);
        self.line(format_args!("    probability {level}\n"));
        self.line(format_args!("    text \"\"\""));
        let words = self.sentences(3);
        self.block(&words, 8);
        let watch = self.sentence();
        self.line(format_args!("    watch \"{watch}\""));
        self.line(format_args!("    tags risk\n"));
        let words = self.sentence();
        self.line(format_args!("    2026-08-11 note \"{words}\""));
        self.line(format_args!("}}\n"));
    }

    fn choice(&mut self, id: &str, scenarios: &[String; 3]) {
        self.line(format_args!("choice {id} \"How high will it be by then?\" {{"));
        let domain = self.random.pick(&DOMAINS);
        self.line(format_args!("    domain {domain}\n"));
        for (number, scenario) in scenarios.iter().enumerate() {
            let title = self.title();
            self.line(format_args!("    scenario {scenario} \"{title}\" {{"));
            self.line(format_args!("        window 2026-10 .. 2032"));
            if number == 2 {
                self.line(format_args!("        rest"));
            } else {
                let level = self.percent(100, 450);
                self.line(format_args!("        probability {level}"));
            }
            self.line(format_args!("    }}"));
        }
        self.line(format_args!("}}\n"));
    }

    fn scenario(&mut self, id: &str) {
        self.head("scenario", id);
        let level = self.percent(100, 900);
        let words = self.sentence();
        self.line(format_args!("    window 2026-10 .. 2033"));
        self.line(format_args!("    probability {level}"));
        self.line(format_args!("    measure \"{words}\""));
        self.line(format_args!("}}\n"));
    }

    fn tabled(&mut self, place: usize, id: &str) {
        self.head("prediction", id);
        let words = self.sentence();
        self.line(format_args!("    window 2027 .. 2036"));
        self.line(format_args!("    measure \"{words}\""));
        self.line(format_args!("}}\n"));
        let before = self.claims.partition_point(|claim| *claim < place);
        let parents: Vec<String> =
            self.claims.iter().take(before).rev().take(3).map(|claim| self.id(*claim)).collect();
        self.line(format_args!("given {} => {id} {{", parents.join(", ")));
        for row in 0..1_usize << parents.len() {
            let cells = (0..parents.len()).map(|bit| if row >> bit & 1 == 0 { "yes" } else { "no" });
            let cells: Vec<&str> = cells.collect();
            let level = self.percent(0, 1000);
            self.line(format_args!("    {} {level}", cells.join(" ")));
        }
        self.line(format_args!("}}\n"));
    }

    /// Thousandths in percent.
    fn percent(&mut self, least: usize, most: usize) -> String {
        let thousandths = self.random.between(least, most);
        format!("{}.{}%", thousandths / 10, thousandths % 10)
    }

    fn claim(&mut self) -> (&'static str, &'static str, &'static str) {
        (self.random.pick(&SUBJECTS), self.random.pick(&VERBS), self.random.pick(&OBJECTS))
    }

    fn title(&mut self) -> String {
        let (subject, verb, object) = self.claim();
        format!("{subject} {verb} {object}")
    }

    fn sentence(&mut self) -> String {
        let (subject, verb, object) = self.claim();
        let aside = self.random.pick(&ASIDES);
        format!("{subject} {verb} {object}{aside}.")
    }

    fn sentences(&mut self, count: usize) -> String {
        let all: Vec<String> = (0..count).map(|_| self.sentence()).collect();
        all.join(" ")
    }

    /// The lines of a text with the mark that closes it.
    fn block(&mut self, words: &str, indent: usize) {
        let mut column = 0;
        for word in words.split(' ') {
            if column + word.len() > 100 {
                self.out.push('\n');
                column = 0;
            }
            let blank = if column == 0 { indent } else { 1 };
            self.out.extend(std::iter::repeat_n(' ', blank));
            self.out.push_str(word);
            column += blank + word.len();
        }
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.out.push_str("\"\"\"\n");
    }
}

const STEMS: [&str; 10] = [
    "GRID_STORAGE",
    "OPEN_MODELS",
    "CHIP_SUPPLY",
    "HEAT_PUMPS",
    "SMALL_REACTORS",
    "VACCINE_PLANT",
    "RAIL_FREIGHT",
    "STEEL_GREEN",
    "LAUNCH_PRICE",
    "CITY_RENTS",
];
const DANGERS: [&str; 6] = ["RATES_RISE", "EXPORT_BAN", "DROUGHT", "STRIKE", "CREDIT_STOP", "COURT_RULING"];
const STEPS: [(&str, &str); 4] = [
    ("pilot", "The first plant of its size runs for a quarter"),
    ("parity", "Its price meets that of what it replaces"),
    ("second-source", "A second vendor delivers"),
    ("standard", "A standard body publishes what all had done anyway"),
];
const SYMBOLS: [&str; 8] = ["NVDA", "TSM", "BRK.B", "^GSPC", "EURUSD=X", "CEG", "VRT", "MU"];
const RULES: [(&str, &str, &str); 3] = [
    ("silent_year", "open and last_fact older than 1y", "warn \"nothing new about {id} since {last_fact}\""),
    ("sure_thing", "open and p > 99% and not (kind = killer)", "badge \"nearly there\""),
    ("lost_steps", "milestones.missed > 2 and has pricing", "fail \"{title}: {milestones.missed} missed\""),
];
const DOMAINS: [&str; 6] =
    ["energy/grid", "ai/models", "chips/memory", "markets/rates", "health/vaccines", "space/launch"];
const TAGS: [&str; 8] =
    ["supply", "pricing", "regulation", "open-source", "capex", "labor", "memory", "method"];
const PEOPLE: [&str; 6] = [
    "A planner of grids",
    "Zoë Müller",
    "The index committee",
    "A desk in São Paulo",
    "Two auditors",
    "The late professor Nguyễn",
];
const ROLES: [&str; 4] = [
    "Plans the distribution of a city of millions",
    "Sells what the others forecast",
    "Writes a letter every month — and answers mail",
    "Has been wrong in public for thirty years",
];
const CUES: [&str; 5] =
    ["without a doubt", "if I had to bet", "sooner than you think", "a coin", "mark my words"];
const SUBJECTS: [&str; 14] = [
    "Storage on the grid",
    "A model that anybody can download",
    "The second largest maker of memory",
    "The price of an hour of computing",
    "A reactor small enough for a lorry",
    "The waiting list for transformers",
    "Freight between the two ports",
    "The yield of the new process",
    "A vaccine made within a hundred days",
    "The rent of an ordinary flat",
    "Half of the utilities in the sample",
    "The regulator’s own forecast",
    "What was promised for the spring",
    "A launch every other day",
];
const VERBS: [&str; 10] = [
    "passes",
    "stays below",
    "halves against",
    "is counted in the same table as",
    "costs less than",
    "takes longer than",
    "waits for",
    "replaces",
    "is sold together with",
    "makes nobody forget",
];
const OBJECTS: [&str; 12] = [
    "a tenth of the evening peak in three markets",
    "the best closed one of the year before",
    "what its own annual report had said",
    "a third of the level of 2024",
    "the old process at equal volume",
    "eighteen months from order to delivery",
    "the average of the last ten winters",
    "what a household pays for its telephone",
    "the plan of the ministry, first version",
    "any estimate published before June",
    "nine of ten deals by count, not by value",
    "the same quarter a year earlier",
];
const ASIDES: [&str; 9] = [
    "",
    "",
    ", by the figures of the trade association",
    ", which is another claim",
    ", three quarters in a row",
    " — unless somebody redefines it",
    ", and the cause is the cheaper half",
    ", in at least one country with more than ten million people",
    " (in round numbers)",
];
