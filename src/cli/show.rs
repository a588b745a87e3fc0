//! `forecastc show`

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::list::{Badges, Entry, shown};
use super::output::{Format, WIDTH, entry, wrap};
use super::{Call, Ending, Fault, Network};
use crate::forecast::{Forecast, Reading};
use crate::model::{Direction, Edge, Effect, Event, Fact, Model, Node, NodeId, ProseKind};
use crate::source::Sources;
use crate::value::{Date, percent};

/// Show one node: what is written about it, and what follows
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Its id; of a milestone NODE.MILESTONE
    id: String,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let Network { sources, model, forecast, .. } = &network;
    let badges = Badges::of(model, forecast);
    let id = network.find(&arguments.id, "show")?;
    let page = Page { model, sources, forecast, badges, today: call.today, id, node: model.node(id) };
    let text = match arguments.format {
        Format::Text => page.text(),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&page.json())?),
    };
    call.output.result(&text);
    Ok(Ending::Fine)
}

struct Page<'a> {
    model: &'a Model,
    sources: &'a Sources,
    forecast: &'a Forecast,
    badges: Badges,
    today: Date,
    id: NodeId,
    node: &'a Node,
}

impl Page<'_> {
    fn text(&self) -> String {
        let node = self.node;
        let mut out = String::new();
        let _ = writeln!(out, "{}  {}", node.kind.word(), node.id);
        out.push_str(&wrap(&node.title.value, "", WIDTH));
        out.push('\n');
        self.fields(&mut out);
        for (kind, word) in [
            (ProseKind::Text, "text"),
            (ProseKind::Context, "context"),
            (ProseKind::Quote, "quote"),
            (ProseKind::Catalyst, "catalyst"),
            (ProseKind::Watch, "watch"),
            (ProseKind::Measure, "measure"),
        ] {
            for prose in node.prose(kind) {
                let _ = writeln!(out, "\n{word}");
                out.push_str(&wrap(&prose.value, "  ", WIDTH));
            }
        }
        self.section(&mut out, "milestones", node.milestones.iter().map(|id| self.milestone(*id)).collect());
        self.section(
            &mut out,
            "depends on",
            self.edges(|edge| edge.target == self.id)
                .map(|(at, edge)| self.edge(at, edge, edge.source))
                .collect(),
        );
        self.section(
            &mut out,
            "weighs on",
            self.edges(|edge| edge.source == self.id)
                .map(|(at, edge)| self.edge(at, edge, edge.target))
                .collect(),
        );
        self.section(&mut out, "journal", node.journal.iter().map(|fact| self.fact(fact)).collect());
        out
    }

    fn fields(&self, out: &mut String) {
        let node = self.node;
        let mut field = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                let _ = writeln!(out, "{name:<14}{value}");
            }
        };
        field("now", self.forecast.now(self.id).map(|belief| shown(Some(belief))));
        let before = self.forecast.before(self.id).filter(|_| !node.journal.is_empty());
        field("before facts", before.map(|belief| shown(Some(belief))));
        let rest = node.rest.then(|| "what the other scenarios leave".to_owned());
        field("stated", node.stated(self.today).map(|stated| stated.to_string()).or(rest));
        field("status", Some(node.state(self.today).word().to_owned()));
        field("window", node.window_on(self.today).map(|window| window.to_string()));
        field("of", node.parent.map(|parent| self.model.node(parent).id.to_string()));
        let choice = node.choice.and_then(|choice| self.model.choices.get(choice.index()));
        field("choice", choice.map(|choice| choice.id.value.to_string()));
        field("domain", node.domain.as_ref().map(|domain| domain.value.to_string()));
        let by = node.by.iter().filter_map(|by| self.model.predictors.get(by.index()));
        let by: Vec<&str> = by.map(|predictor| predictor.name.value.as_ref()).collect();
        field("by", Some(by.join(", ")).filter(|by| !by.is_empty()));
        field(
            "said",
            node.said.as_ref().map(|said| {
                let words = said.text.as_ref().map(|text| format!(", {}", text.value));
                format!("{}{}", said.date, words.unwrap_or_default())
            }),
        );
        field(
            "conviction",
            node.conviction
                .as_ref()
                .map(|conviction| format!("{} ({})", conviction.word.value, conviction.level)),
        );
        let tags: Vec<&str> = node.tags.iter().map(|tag| tag.value.as_ref()).collect();
        field("tags", Some(tags.join(", ")).filter(|tags| !tags.is_empty()));
        let symbols = |gains: bool| {
            let symbols = node.exposures.iter().filter(|exposure| exposure.gains == gains);
            let symbols: Vec<&str> = symbols.map(|exposure| exposure.symbol.value.as_ref()).collect();
            Some(symbols.join(", ")).filter(|symbols| !symbols.is_empty())
        };
        field("up", symbols(true));
        field("down", symbols(false));
        field("badges", Some(self.badges.shown(self.id).join(", ")).filter(|badges| !badges.is_empty()));
        field("written in", Some(self.sources.place(node.span)));
    }

    fn section(&self, out: &mut String, title: &str, lines: Vec<String>) {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{title}");
            for line in lines {
                out.push_str(&entry(&line));
            }
        }
    }

    fn milestone(&self, id: NodeId) -> String {
        let node = self.model.node(id);
        let (_, inner) = node.id.split_once('.').unwrap_or(("", &node.id));
        let window =
            node.window_on(self.today).map_or_else(|| "no window".to_owned(), |window| window.to_string());
        let now = shown(self.forecast.now(id));
        let status = match node.state(self.today).word() {
            "yes" => "hit",
            "no" => "missed",
            other => other,
        };
        format!("{window}  {status}  {now}  {inner}: {}", node.title.value)
    }

    /// Edges with their places in the model.
    fn edges(&self, is_wanted: impl Fn(&Edge) -> bool) -> impl Iterator<Item = (usize, &Edge)> {
        self.model.edges.iter().enumerate().filter(move |(_, edge)| is_wanted(edge))
    }

    fn edge(&self, at: usize, edge: &Edge, other: NodeId) -> String {
        let node = self.model.node(other);
        let mut line = format!("{} {} {}", edge.relation.value.words(), node.id, effect(&edge.effect));
        if let Some(lag) = edge.lag {
            let _ = write!(line, " lag {}", lag.value);
        }
        let _ = write!(line, ": {}", node.title.value);
        if let Some(text) = &edge.text {
            let _ = write!(line, " ({})", text.value.replace('\n', " "));
        }
        let _ = write!(line, "; it is at {}", shown(self.forecast.now(other)));
        if let Some(reading) = self.forecast.reading(at) {
            line.push_str(&read_back(reading));
        }
        line
    }

    fn fact(&self, fact: &Fact) -> String {
        let mut line = fact.date.value.to_string();
        if let Some(date) = fact.corrects {
            let _ = write!(line, " corrects {date}");
        }
        let _ = write!(line, " {}", fact.event.word());
        match fact.event {
            Event::Probability(probability) => {
                let _ = write!(line, " {}", probability.value);
            }
            Event::Evidence { direction, ratio, by } => {
                let _ = write!(line, " {} {}", word(direction), ratio.strength());
                if let Some(by) = by.and_then(|by| self.model.predictors.get(by.index())) {
                    let _ = write!(line, " by {}", by.name.value);
                }
            }
            Event::Slipped(window) => {
                let _ = write!(line, " to {}", window.value);
            }
            Event::Resolved(outcome) => {
                let _ = write!(line, " {}", outcome.word());
            }
            Event::Hit | Event::Missed | Event::Note => {}
        }
        if let Some(text) = &fact.text {
            let _ = write!(line, ": {}", text.value.replace('\n', " "));
        }
        line
    }

    fn json(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct NodeJson<'a> {
            schema_version: u32,
            as_of: String,
            #[serde(flatten)]
            entry: Entry<'a>,
            source: String,
            milestones: Vec<Entry<'a>>,
            depends_on: Vec<EdgeJson<'a>>,
            weighs_on: Vec<EdgeJson<'a>>,
            journal: Vec<FactJson>,
            history: Vec<MomentJson>,
        }
        #[derive(Serialize)]
        struct EdgeJson<'a> {
            kind: &'static str,
            id: &'a str,
            effect: EffectJson,
            text: Option<String>,
            lag: Option<String>,
            p: Option<f64>,
            implied: Option<f64>,
            delta_implied: Option<f64>,
            realised_if_true: Option<f64>,
            realised_if_false: Option<f64>,
        }
        #[derive(Serialize)]
        struct MomentJson {
            date: String,
            p: Option<f64>,
            error: Option<f64>,
        }
        #[derive(Serialize)]
        #[serde(untagged)]
        enum EffectJson {
            Numbers { if_true: f64, if_false: f64 },
            Strength { direction: &'static str, odds_ratio: f64 },
        }
        #[derive(Serialize)]
        struct FactJson {
            date: String,
            verb: &'static str,
            text: Option<String>,
            link: Option<String>,
            corrects: Option<String>,
        }
        let edge = |at: usize, edge: &Edge, other: NodeId| EdgeJson {
            kind: edge.relation.value.words(),
            id: &self.model.node(other).id,
            effect: match edge.effect {
                Effect::Numbers { yes, no } => {
                    EffectJson::Numbers { if_true: yes.value.as_f64(), if_false: no.value.as_f64() }
                }
                Effect::Strength { direction, ratio, .. } => {
                    EffectJson::Strength { direction: word(direction), odds_ratio: ratio.as_f64() }
                }
            },
            text: edge.text.as_ref().map(|text| text.value.to_string()),
            lag: edge.lag.map(|lag| lag.value.to_string()),
            p: self.forecast.now(other).map(|belief| belief.probability),
            implied: self.forecast.reading(at).and_then(|reading| reading.implied),
            delta_implied: self.forecast.reading(at).and_then(|reading| reading.delta),
            realised_if_true: self.forecast.reading(at).and_then(|reading| reading.realised[0]),
            realised_if_false: self.forecast.reading(at).and_then(|reading| reading.realised[1]),
        };
        let fact = |fact: &Fact| FactJson {
            date: fact.date.value.to_string(),
            verb: fact.event.word(),
            text: fact.text.as_ref().map(|text| text.value.to_string()),
            link: fact.link.as_ref().map(|link| link.value.to_string()),
            corrects: fact.corrects.map(|date| date.to_string()),
        };
        let moment = |(date, belief): (Date, Option<crate::forecast::Belief>)| MomentJson {
            date: date.to_string(),
            p: belief.map(|belief| belief.probability),
            error: belief.map(|belief| belief.error),
        };
        NodeJson {
            schema_version: 1,
            as_of: self.today.to_string(),
            entry: Entry::new(self.id, self.node, self.forecast, &self.badges),
            source: self.sources.place(self.node.span),
            milestones: self
                .node
                .milestones
                .iter()
                .map(|id| Entry::new(*id, self.model.node(*id), self.forecast, &self.badges))
                .collect(),
            depends_on: self
                .edges(|one| one.target == self.id)
                .map(|(at, one)| edge(at, one, one.source))
                .collect(),
            weighs_on: self
                .edges(|one| one.source == self.id)
                .map(|(at, one)| edge(at, one, one.target))
                .collect(),
            journal: self.node.journal.iter().map(fact).collect(),
            history: self.forecast.history(self.id).map(moment).collect(),
        }
    }
}

/// What becomes of an edge, in words.
fn read_back(reading: &Reading) -> String {
    let mut out = String::new();
    if let (Some(implied), Some(delta)) = (reading.implied, reading.delta) {
        let _ = write!(out, ", implied {} ({:+.1})", percent(implied), delta * 100.0);
    }
    let [with, without] = reading.realised.map(|one| one.map_or_else(|| "-".to_owned(), percent));
    let _ = write!(out, ", realised {with} else {without}");
    out
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Numbers { yes, no } => format!("{} else {}", yes.value, no.value),
        Effect::Strength { direction, ratio, .. } => format!("{} {}", word(*direction), ratio.strength()),
    }
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::For => "for",
        Direction::Against => "against",
    }
}
