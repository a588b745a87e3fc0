//! What is due on a day, and what is not.

use forecastc::answers::due::{calendar, tasks};
use forecastc::source::Sources;
use forecastc::value::Date;

const HARBOR: &str = r#"
prediction FERRY "An electric ferry sails" {
    said 2025-11-01
    window 2026-01-01 .. 2028-01-01
    probability 45%
    measure "Tickets are sold"
    check-ins quartiles
    milestone order "One is ordered" { window 2026 }
}

prediction DREDGE "The channel is dredged" {
    window 2024 .. 2026-06-10
    probability 40%
    measure "Charts show twelve meters"
    milestone contract "A contract is signed" { window 2025 }
}
"#;

/// Date, matter and id of all that is due from a day on, in so many days.
fn due(text: &str, today: &str, days: i64) -> Vec<String> {
    let today = Date::parse(today).unwrap();
    let model = forecastc::compile(&Sources::single(text), today).model;
    let all = tasks(&model, today, today.plus_days(days));
    all.iter()
        .map(|task| format!("{} {} {}", task.date, task.matter.word(), model.node(task.node).id))
        .collect()
}

#[test]
fn a_window_closes_up_to_its_last_day_and_is_overdue_from_the_next() {
    let on = |today, days| {
        due(HARBOR, today, days).into_iter().filter(|task| task.ends_with("DREDGE")).collect::<Vec<_>>()
    };
    assert!(on("2026-05-27", 13).is_empty());
    assert_eq!(on("2026-05-27", 14), ["2026-06-10 closing DREDGE"]);
    assert_eq!(on("2026-06-10", 0), ["2026-06-10 closing DREDGE"]);
    assert_eq!(on("2026-06-11", 0), ["2026-06-10 overdue DREDGE"]);
}

#[test]
fn the_steps_of_what_is_settled_need_nobody() {
    assert!(due(HARBOR, "2026-05-01", 0).contains(&"2025-12-31 overdue DREDGE.contract".to_owned()));
    let settled = format!("{HARBOR}2026-04-01 resolved DREDGE no\n");
    assert!(!due(&settled, "2026-05-01", 90).iter().any(|task| task.contains("DREDGE")));
}

#[test]
fn a_quarter_that_passed_waits_until_somebody_looks() {
    // 730 days: the quarters are 182, 365 and 547 days after the first of January 2026.
    let check_ins = |text: &str, today, days| {
        due(text, today, days).into_iter().filter(|task| task.contains("check-in")).collect::<Vec<_>>()
    };
    assert!(check_ins(HARBOR, "2026-06-01", 14).is_empty());
    assert_eq!(check_ins(HARBOR, "2026-06-20", 14), ["2026-07-02 check-in FERRY"]);
    assert_eq!(check_ins(HARBOR, "2026-08-01", 14), ["2026-07-02 check-in FERRY"]);
    // A line about a milestone is a look too.
    let seen = format!("{HARBOR}2026-07-10 hit FERRY.order\n");
    assert!(check_ins(&seen, "2026-08-01", 14).is_empty());
    assert_eq!(check_ins(&seen, "2026-12-24", 14), ["2027-01-01 check-in FERRY"]);
}

#[test]
fn an_event_keeps_its_name_when_its_day_moves() {
    let of = |text: &str| {
        let today = Date::parse("2026-06-01").unwrap();
        let model = forecastc::compile(&Sources::single(text), today).model;
        let all = tasks(&model, today, today.plus_days(3650));
        let calendar = calendar(&model, &all, today, |_| "network.pred:1".to_owned());
        let names: Vec<String> =
            calendar.lines().filter(|line| line.starts_with("UID")).map(String::from).collect();
        let unique: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
        (names.into_iter().find(|name| name.contains("FERRY.order")), calendar)
    };
    let (before, calendar) = of(HARBOR);
    let (after, moved) = of(&format!("{HARBOR}2026-05-01 slipped FERRY.order to 2027\n"));
    assert_eq!(before, after);
    assert_eq!(before.as_deref(), Some("UID:window-FERRY.order@forecastc"));
    assert!(calendar.contains("20261231") && moved.contains("20271231"));
}
