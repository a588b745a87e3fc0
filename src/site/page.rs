//! Pages: one file a kind. Each adds its pages to the plan, and turns the edition into their views.

mod calibration;
mod changes;
mod classes;
mod documents;
mod front;
mod graph;
mod killers;
mod laboratory;
mod marks;
mod milestones;
pub(super) mod missing;
mod node;
mod predictions;
mod predictors;
pub(super) mod redirect;
mod row;
mod rules;
mod scenarios;
mod search;
mod subjects;
#[cfg(test)]
mod tests;
mod tickers;

use super::Plan;

pub(super) fn plan(plan: &mut Plan<'_>) {
    front::plan(plan);
    graph::plan(plan);
    node::plan(plan);
    predictions::plan(plan);
    killers::plan(plan);
    scenarios::plan(plan);
    milestones::plan(plan);
    subjects::plan(plan);
    predictors::plan(plan);
    tickers::plan(plan);
    classes::plan(plan);
    documents::plan(plan);
    calibration::plan(plan);
    rules::plan(plan);
    changes::plan(plan);
    redirect::plan(plan);
    missing::plan(plan);
    laboratory::plan(plan);
    search::plan(plan);
}
