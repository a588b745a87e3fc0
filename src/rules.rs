//! The rules: what a network that can be read may still get wrong.
//!
//! Each rule is a file of its own, named after its code, and owns its words. It looks at the model and
//! at the day, some at the forecast too, pushes what it finds, and changes nothing. Items that could not be understood whole are
//! passed over where a rule would have to guess.

mod bulk_facts;
mod contradictory_edge;
mod contradictory_facts;
mod cyclic_edges;
mod cyclic_rules;
mod duplicate_edge;
mod early_resolution;
mod edge_within_choice;
mod failed_assertion;
mod future_fact;
mod impossible_facts;
mod impossible_lag;
mod incoherent_edge;
mod incomplete_table;
mod milestone_outside_window;
mod missing_file;
mod missing_probability;
mod missing_window;
mod misused_value;
mod overdue;
mod private_name;
mod rule_warns;
mod self_edge;
mod stale_prediction;
mod statement_after_resolution;
mod table_and_edges;
mod template_numbers;
mod too_large;
mod unbalanced_choice;
mod unknown_mention;
mod unmeasured_prediction;
mod unreachable_level;
mod unused;

use rayon::prelude::*;

use crate::answers::memory::Memory;
use crate::diagnostic::Diagnostics;
use crate::forecast::Forecast;
use crate::model::Model;
use crate::source::Sources;
use crate::value::Date;

/// What rules look at.
pub(crate) struct Scene<'a> {
    pub(crate) model: &'a Model,
    pub(crate) sources: &'a Sources,
    pub(crate) today: Date,
    /// Whether all of the text was understood: if not, what nobody names may be named there.
    pub(crate) whole: bool,
}

type Rule = fn(&Scene<'_>, &mut Diagnostics);

const RULES: &[Rule] = &[
    // Edges, tables and choices.
    self_edge::check,
    duplicate_edge::check,
    contradictory_edge::check,
    edge_within_choice::check,
    table_and_edges::check,
    incomplete_table::check,
    cyclic_edges::check,
    unbalanced_choice::check,
    missing_probability::check,
    impossible_lag::check,
    template_numbers::check,
    // Facts and time.
    statement_after_resolution::check,
    contradictory_facts::check,
    early_resolution::check,
    future_fact::check,
    bulk_facts::check,
    milestone_outside_window::check,
    overdue::check,
    stale_prediction::check,
    missing_window::check,
    unmeasured_prediction::check,
    // Assertions and rules.
    misused_value::check,
    cyclic_rules::check,
    // What is named, and what is shown.
    unused::check,
    missing_file::check,
    private_name::check,
    unknown_mention::check,
];

type NumberRule = fn(&Scene<'_>, &Forecast, &mut Diagnostics);

const NUMBER_RULES: &[NumberRule] =
    &[unreachable_level::check, impossible_facts::check, incoherent_edge::check, rule_warns::check];

/// Checks the numbers of a network that has no errors. `answers` remembers what was answered about the last ones.
pub(crate) fn check_numbers(
    scene: &Scene<'_>,
    forecast: &Forecast,
    answers: &Memory,
    diagnostics: &mut Diagnostics,
) {
    for rule in NUMBER_RULES {
        rule(scene, forecast, diagnostics);
    }
    if forecast.troubles().is_empty() {
        failed_assertion::check(scene, answers.judged(scene.model, forecast), diagnostics);
    }
}

/// Checks a network.
pub(crate) fn check(scene: &Scene<'_>, diagnostics: &mut Diagnostics) {
    let mut too_large = Diagnostics::new();
    too_large::check(scene, &mut too_large);
    if !too_large.is_empty() {
        // The other rules may take long where there is more than there may be.
        diagnostics.extend(too_large);
        return;
    }
    let found: Vec<Diagnostics> = RULES.par_iter().map(|rule| found(|out| rule(scene, out))).collect();
    found.into_iter().for_each(|found| diagnostics.extend(found));
}

/// What a rule finds.
fn found(rule: impl FnOnce(&mut Diagnostics)) -> Diagnostics {
    let mut out = Diagnostics::new();
    rule(&mut out);
    out
}

/// Lines of a document, asked for from its beginning on.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line of a place no earlier than the last.
    fn at(&mut self, place: usize) -> usize {
        self.line += self.text.get(self.at..place).map_or(0, |between| between.matches('\n').count());
        self.at = place.max(self.at);
        self.line
    }
}
