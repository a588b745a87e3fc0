//! `forecastc why`

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::list::shown;
use super::output::{Format, table};
use super::whatif::points;
use super::{Call, Ending, Fault, Network};
use crate::answers::why::{Change, Part, What, Why, change, why};
use crate::diagnostic::counted;
use crate::forecast::{Cause, Forecast, Reason};
use crate::model::{Event, NodeId};
use crate::value::{Date, percent};

/// What moves a number by less is put together.
const SLIGHT: f64 = 0.0005;

/// Take a node's number apart: what adds to it, and by how much
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Its id; of a milestone NODE.MILESTONE
    id: String,
    /// Tell of the change since that day instead
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    since: Option<Date>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    as_of: String,
    id: &'a str,
    p: Option<f64>,
    error: Option<f64>,
    since: Option<String>,
    p_then: Option<f64>,
    settled_by: Option<String>,
    parts: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    kind: &'static str,
    id: &'a str,
    words: String,
    log_odds: f64,
    error: f64,
    points: f64,
    priced_in: bool,
    source: String,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let id = network.find(&arguments.id, "why")?;
    let Some(said) = why(&network.model, &network.forecast, id) else {
        return Err(format!("`{}` is void: it has left the network, and has no number", arguments.id).into());
    };
    let page = Page { network: &network, id };
    let text = match arguments.since {
        Some(since) if since > call.today => {
            return Err(format!("{since} is after {}, the day of this forecast", call.today).into());
        }
        Some(since) => {
            let then = crate::forecast::evaluate(&network.model, since, &call.settings);
            match (change(&network.model, &then, &network.forecast, id), arguments.format) {
                (Some(change), Format::Text) => page.change(&change, since),
                (None, Format::Text) => page.settled(&said, Some((since, &then))),
                (change, Format::Json) => {
                    let mut answer = page.answer(&said, call.today);
                    answer.since = Some(since.to_string());
                    answer.p_then = then.now(id).map(|belief| belief.probability);
                    answer.parts = change.map_or_else(Vec::new, |change| {
                        change.parts.iter().map(|part| page.entry(part)).collect()
                    });
                    format!("{}\n", serde_json::to_string_pretty(&answer)?)
                }
            }
        }
        None => match arguments.format {
            Format::Text => page.text(&said),
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&page.answer(&said, call.today))?),
        },
    };
    call.output.result(&text);
    Ok(Ending::Fine)
}

struct Page<'a> {
    network: &'a Network,
    id: NodeId,
}

impl<'a> Page<'a> {
    fn head(&self) -> String {
        let node = self.network.model.node(self.id);
        format!("{}  {}\n", node.id, node.title.value)
    }

    fn text(&self, said: &Why) -> String {
        let Why::Sum(sum) = said else { return self.settled(said, None) };
        let mut out = self.head();
        let _ = writeln!(out, "now {}\n", shown(self.network.forecast.now(self.id)));
        out.push_str(&self.table(&sum.parts, 0.0));
        if sum.parts.iter().any(|part| part.is_priced_in) {
            out.push_str(
                "\n* from before the last statement, which has priced it in: the level makes up for it\n",
            );
        }
        out
    }

    /// Each part in a row, with where it leads; what hardly counts is put together at the end.
    fn table(&self, parts: &[Part], from: f64) -> String {
        let mut rows =
            vec![["POINTS", "LOG ODDS", "LEADS TO", "WRITTEN IN", "WHAT"].map(ToOwned::to_owned).to_vec()];
        let is_slight = |part: &&Part| part.what != What::Level && part.points.abs() < SLIGHT;
        let mut at = from;
        let mut row = |log_odds: String, moved: f64, written: String, what: String, is_level: bool| {
            at += moved;
            let moved = if is_level { String::new() } else { points(moved) };
            rows.push(vec![moved, log_odds, percent(at.clamp(0.0, 1.0)), written, what]);
        };
        for part in parts.iter().filter(|part| !is_slight(part)) {
            let error =
                if part.error > 0.0 { format!(" ±{:.2}", part.error.max(0.01)) } else { String::new() };
            let mark = if part.is_priced_in { "* " } else { "" };
            let what = format!("{mark}{}", self.words(part));
            let is_level = part.what == What::Level && from == 0.0;
            row(
                format!("{:+.2}{error}", part.log_odds),
                part.points,
                self.network.short_place(part.span),
                what,
                is_level,
            );
        }
        let slight: Vec<&Part> = parts.iter().filter(is_slight).collect();
        if !slight.is_empty() {
            let log_odds: f64 = slight.iter().map(|part| part.log_odds).sum();
            let moved: f64 = slight.iter().map(|part| part.points).sum();
            let each = if slight.len() == 1 { "" } else { " each" };
            let what = format!("{}, less than 0.1 points{each}", counted(slight.len(), "other"));
            row(format!("{log_odds:+.2}"), moved, String::new(), what, false);
        }
        table(&rows, 80)
    }

    fn change(&self, change: &Change, since: Date) -> String {
        let mut out = self.head();
        let _ = writeln!(
            out,
            "{} on {since}, {} now: {} points\n",
            percent(change.from),
            percent(change.to),
            points(change.to - change.from)
        );
        if change.parts.is_empty() {
            return out + "nothing moved it\n";
        }
        out + &self.table(&change.parts, change.from)
    }

    /// Of a node that is settled now, or was on the day that it is compared with.
    fn settled(&self, said: &Why, then: Option<(Date, &Forecast)>) -> String {
        let mut out = self.head();
        let now = self.network.forecast.now(self.id);
        if let Some((since, then)) = then {
            let _ = writeln!(out, "{} on {since}, {} now", shown(then.now(self.id)), shown(now));
        }
        match self.settled_by(said) {
            Some(words) => out + &words + "\n",
            None => out + "it was settled on one of the two days, so its change is no sum of parts\n",
        }
    }

    fn settled_by(&self, said: &Why) -> Option<String> {
        match said {
            Why::Sum(_) => None,
            Why::Settled(Reason::Line { node, fact }) => {
                let fact = self.network.model.node(*node).journal.get(*fact)?;
                let outcome = fact.event.outcome().map_or("", |outcome| outcome.word());
                let words = fact.text.as_ref().map(|text| format!(": {}", text.value)).unwrap_or_default();
                Some(format!(
                    "it is settled: {outcome} since {}, {}{words}",
                    fact.date.value,
                    self.network.sources.place(fact.span)
                ))
            }
            Why::Settled(Reason::Silence { .. }) | Why::Follows => {
                let now = self.network.forecast.now(self.id)?;
                let word = if now.probability > 0.5 { "yes" } else { "no" };
                Some(format!("it is settled: what is known leaves nothing but {word}"))
            }
        }
    }

    fn words(&self, part: &Part) -> String {
        let model = &self.network.model;
        let at = |node: NodeId| {
            let now = self.network.forecast.now(node).map(|belief| percent(belief.probability));
            format!("{}{}", model.node(node).id, now.map(|now| format!(" ({now})")).unwrap_or_default())
        };
        match part.what {
            What::Level => "level".to_owned(),
            What::Outside => "outside view".to_owned(),
            What::Cause(Cause::Parent(parent)) => {
                let direct = model.edges_into(self.id).find(|edge| edge.source == parent);
                let back = || model.edges_into(parent).find(|edge| edge.source == self.id);
                let word = direct.or_else(back).map_or("of", |edge| edge.relation.value.words());
                format!("{word} {}", at(parent))
            }
            What::Cause(Cause::Child(child)) => {
                let word = if model.node(child).parent == Some(self.id) { "milestone" } else { "weighs on" };
                format!("{word} {}", at(child))
            }
            What::Cause(Cause::Line { node, fact }) => {
                let said = model.node(node);
                let of = if node == self.id { String::new() } else { format!(" on {}", said.id) };
                let Some(fact) = said.journal.get(fact) else { return "evidence".to_owned() };
                let by = if let Event::Evidence { by: Some(by), .. } = fact.event {
                    let kappa = self.network.forecast.kappa(by, fact.date.value);
                    let name = model.predictors.get(by.index()).map_or("", |one| one.id.value.as_ref());
                    format!(" by {name} (κ {kappa:.2})")
                } else {
                    String::new()
                };
                let words = fact.text.as_ref().map(|text| format!(": {}", text.value)).unwrap_or_default();
                format!("evidence{of}{by} {}{words}", fact.date.value)
            }
            What::Cause(Cause::Silence(node)) => {
                let of =
                    if node == self.id { String::new() } else { format!(" about {}", model.node(node).id) };
                format!("silence{of}")
            }
        }
    }

    fn entry(&self, part: &Part) -> Entry<'a> {
        let model = &self.network.model;
        let (kind, of) = match part.what {
            What::Level => ("level", self.id),
            What::Outside => ("outside_view", self.id),
            What::Cause(Cause::Parent(parent)) => ("parent", parent),
            What::Cause(Cause::Child(child)) if model.node(child).parent == Some(self.id) => {
                ("milestone", child)
            }
            What::Cause(Cause::Child(child)) => ("dependent", child),
            What::Cause(Cause::Line { node, .. }) => ("evidence", node),
            What::Cause(Cause::Silence(node)) => ("silence", node),
        };
        Entry {
            kind,
            id: &model.node(of).id,
            words: self.words(part),
            log_odds: part.log_odds,
            error: part.error,
            points: 100.0 * part.points,
            priced_in: part.is_priced_in,
            source: self.network.sources.place(part.span),
        }
    }

    fn answer(&self, said: &Why, today: Date) -> Answer<'a> {
        let now = self.network.forecast.now(self.id);
        let parts = match said {
            Why::Sum(sum) => sum.parts.iter().map(|part| self.entry(part)).collect(),
            Why::Settled(_) | Why::Follows => Vec::new(),
        };
        Answer {
            schema_version: 1,
            as_of: today.to_string(),
            id: &self.network.model.node(self.id).id,
            p: now.map(|belief| belief.probability),
            error: now.map(|belief| belief.error),
            since: None,
            p_then: None,
            settled_by: self.settled_by(said),
            parts,
        }
    }
}
