//! `incomplete-table` and `repeated-row`: a table says each combination of its parents exactly once.

use std::collections::BTreeMap;

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, and_list, counted};
use crate::limits;
use crate::model::{Row, Table};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for table in &scene.model.tables {
        if !table.broken && table.parents.len() <= limits::TABLE_PARENTS {
            check_table(scene, table, out);
        }
    }
}

fn check_table(scene: &Scene<'_>, table: &Table, out: &mut Diagnostics) {
    let parents = table.parents.len();
    let mut rows: BTreeMap<&[bool], &Row> = BTreeMap::new();
    let mut odd = false;
    for row in &table.rows {
        if row.cells.len() != parents {
            odd = true;
            let message =
                format!("a row of {} for {}", counted(row.cells.len(), "state"), counted(parents, "parent"));
            out.push(
                Diagnostic::new(Code::IncompleteTable, row.span, message)
                    .also(table.target_span, "the table")
                    .help("write `yes` or `no` for each parent, in the order of the head"),
            );
        } else if let Some(first) = rows.insert(&row.cells, row) {
            out.push(
                Diagnostic::new(
                    Code::RepeatedRow,
                    row.span,
                    format!("the row `{}` stands twice", shown(&row.cells)),
                )
                .also(first.span, "first here")
                .help("keep one of the two"),
            );
        }
    }
    let all = 1_usize << parents;
    if odd || rows.len() == all {
        return;
    }
    let missing =
        (0..all).map(|number| cells(number, parents)).filter(|cells| !rows.contains_key(cells.as_slice()));
    let mut names: Vec<String> = missing.take(5).map(|cells| format!("`{}`", shown(&cells))).collect();
    let count = all - rows.len();
    if count > names.len() {
        names.truncate(4);
        names.push(format!("{} more", count - 4));
    }
    let id = &scene.model.node(table.target).id;
    out.push(
        Diagnostic::new(
            Code::IncompleteTable,
            table.target_span,
            format!("the table of `{id}` lacks {}", counted(count, "row")),
        )
        .why("nothing says how likely it is in those cases")
        .help(format!("add {}", and_list(&names))),
    );
}

/// The states of a row by its number, `yes` first, as people write tables.
fn cells(number: usize, parents: usize) -> Vec<bool> {
    (0..parents).rev().map(|bit| number >> bit & 1 == 0).collect()
}

fn shown(cells: &[bool]) -> String {
    let words: Vec<&str> = cells.iter().map(|cell| if *cell { "yes" } else { "no" }).collect();
    words.join(" ")
}
