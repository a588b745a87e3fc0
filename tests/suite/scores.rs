//! Scores, held against arithmetic on paper.

use forecastc::Compiled;
use forecastc::Memory;
use forecastc::answers::score::{self, By, Derivation, Group};
use forecastc::forecast::Settings;
use forecastc::model::PredictorId;
use forecastc::source::Sources;
use forecastc::value::Date;

const RECORD: &str = r#"
predictor OFFICE "The harbor office"
predictor RIVAL "The port next door"

class PIERS "Piers that were built in time" { seen 1 of 4 }

prediction PIER "A second pier opens" {
    by OFFICE
    said 2024-01-01
    domain harbor/works
    window 2024 .. 2025
    probability 80%
    measure "Ships moor at it"
    2024-07-01 probability 90%
    2025-01-01 resolved yes
}

prediction CRANE "A third crane is bought" {
    by OFFICE
    by RIVAL
    domain harbor/works
    class PIERS weight 20%
    window 2024
    probability 70%
    measure "The invoice"
    2024-02-01 note "First version"
    2025-02-01 resolved no
}

prediction FERRY "An electric ferry sails" {
    by RIVAL
    conviction low "who knows"
    window 2024 .. 2030
    measure "Tickets are sold"
    needs POWER 60% else 20%
    2024-05-01 note "First version"
    2026-01-15 resolved yes
}

scenario POWER "The quay has power" { probability 50% }

prediction DREDGE "The channel is dredged" {
    by OFFICE
    window 2024 .. 2030
    probability 40%
    measure "Charts show twelve meters"
    2025-01-01 resolved void
}

prediction BRIDGE "A bridge replaces the ferry" {
    window 2026 .. 2030
    probability 10%
    measure "Cars cross it"
}
"#;

fn on(text: &str, day: &str) -> Compiled {
    let day = Date::parse(day).unwrap();
    forecastc::evaluate(&Sources::single(text), day, &Settings::default(), &Memory::new(), &|_| {})
}

fn all(compiled: &Compiled) -> Group {
    score::all(&compiled.model, compiled.forecast.as_ref().unwrap())
}

fn near(found: f64, known: f64) {
    assert!((found - known).abs() < 1e-6, "{found} is not {known}");
}

#[test]
fn scores_are_those_worked_out_by_hand() {
    let group = all(&on(RECORD, "2026-06-01"));
    assert_eq!((group.open, group.void, group.unstated, group.cases.len()), (1, 1, 0, 3));
    let marks = group.marks().unwrap();
    // PIER 0.2² = 0.04, CRANE 0.7² = 0.49, FERRY, from its word of conviction, 0.55² = 0.3025: in all 0.8325.
    near(marks.brier.value, 0.8325 / 3.0);
    // Deviations −0.2375, 0.2125, 0.025: s² = 0.1021875 / 2, s / √3 = 0.1305038, times 4.302653 is 0.5615128.
    let [least, most] = marks.brier.interval.unwrap();
    near(least, 0.0);
    near(most, 0.2775 + 0.561_512_8);
    // ln 0.8 + ln 0.3 + ln 0.45 = ln 0.108 = −2.2256241.
    near(marks.log_score.value, -2.225_624_1 / 3.0);
    // PIER: 182 days at 80% and 184 at 90%, (182 · 0.04 + 184 · 0.01) / 366 = 0.0249180; the others stood.
    near(marks.time_weighted.value, (0.024_918_03 + 0.49 + 0.3025) / 3.0);
    // Two of three came true: 2/9 is what saying so would have scored.
    near(marks.base_skill.unwrap(), 1.0 - 0.2775 * 9.0 / 2.0);
    // CRANE alone has a class, at 1.5 / 5 = 30%: 0.3² = 0.09.
    let (skill, count) = marks.class_skill.unwrap();
    near(skill, 1.0 - 0.49 / 0.09);
    assert_eq!(count, 1);
}

#[test]
fn the_network_is_scored_by_what_it_said_the_day_before() {
    let compiled = on(RECORD, "2026-06-01");
    let group = all(&compiled);
    let network = |id: &str| {
        let node = compiled.model.find(id).unwrap();
        group.cases.iter().find(|case| case.node == node).unwrap().network.unwrap()
    };
    near(network("PIER"), 0.9);
    // 0.8 · logit 0.7 + 0.2 · logit 0.3 = 0.6 · 0.8472979 = 0.5083787.
    near(network("CRANE"), 0.624_426_5);
    near(network("FERRY"), 0.4);
    // 0.01 + 0.6244265² + 0.36 = 0.7599085.
    near(group.marks().unwrap().network.unwrap().brier.value, 0.759_908_5 / 3.0);
}

#[test]
fn what_was_settled_before_its_window_was_over_is_shown_apart() {
    let group = all(&on(RECORD, "2026-06-01"));
    // PIER came within its window, which is over by now; FERRY did too, and might have come until 2030.
    assert_eq!((group.early().count, group.early().came_true), (2, 2));
    let closed = group.closed().unwrap();
    assert_eq!((closed.share.count, closed.share.came_true), (2, 1));
    near(closed.brier.value, (0.04 + 0.49) / 2.0);
    // On the last day of its window it is not over.
    assert!(all(&on(RECORD, "2025-12-31")).cases.iter().filter(|case| case.is_closed).count() == 1);
}

#[test]
fn kappa_is_where_its_pulls_are_in_balance() {
    let compiled = on(RECORD, "2026-06-01");
    let (model, forecast) = (&compiled.model, compiled.forecast.as_ref().unwrap());
    let of = |id: &str| {
        let groups = score::by(model, forecast, By::Predictor);
        let group = groups.iter().find(|group| group.name.as_deref() == Some(id)).unwrap();
        let is_it = |by: &&PredictorId| model.predictors[by.index()].id.value.as_ref() == id;
        let by = model.node(group.cases[0].node).by.iter().find(is_it).unwrap();
        Derivation::of(forecast, *by).unwrap()
    };
    // x = 1.386294 came, x = 0.847298 did not. At κ = 0.929326 the first pulls by 1.386294 · (1 − σ(1.288320)) =
    // 0.299630, the second by −0.847298 · σ(0.787416) = −0.582328, the prior by 4 · (1 − κ) = 0.282697: in all 0.
    let office = of("OFFICE");
    near(office.kappa, 0.929_325_6);
    assert_eq!(office.peak, Some(office.kappa));
    // In the order of the ids: CRANE, PIER.
    near(office.pulls[0].pull, -0.582_327_6);
    near(office.pulls[1].pull, 0.299_630_2);
    near(office.prior, 0.282_697_4);
    // x = 0.847298 did not come, x = −0.200671 did.
    near(of("RIVAL").kappa, 0.831_094_4);
}

#[test]
fn a_correction_changes_what_came_and_not_the_day_before() {
    let text = "prediction PIER \"A pier\" {\n    window 2024\n    probability 80%\n    measure \"Ships\"\n    \
                2024-03-01 note \"First\"\n    2025-01-10 resolved yes\n    2025-02-10 corrects 2025-01-10 resolved no\n}\n";
    let group = all(&on(text, "2026-06-01"));
    let case = &group.cases[0];
    assert!(!case.came_true);
    assert_eq!(case.date.to_string(), "2025-01-10");
    near(case.network.unwrap(), 0.8);
    // From 2024-03-01 to 2025-01-10.
    assert_eq!(case.stood, [(0.8, 315)]);
}
