//! The oracle against arithmetic on paper.

use forecastc::model::Model;
use forecastc::source::Sources;
use forecastc::value::Date;

use super::{Answers, Refusal, answers, voices};

fn day(words: &str) -> Date {
    Date::parse(words).unwrap()
}

fn model(text: &str) -> Model {
    let compiled = forecastc::compile(&Sources::single(text), day("2026-12-31"));
    assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
    compiled.model
}

fn on(answers: &Answers, model: &Model, date: &str, id: &str) -> Option<f64> {
    let (_, beliefs) = answers.days.iter().find(|(day, _)| *day == self::day(date)).unwrap();
    beliefs[model.find(id).unwrap().index()]
}

#[track_caller]
fn same(actual: impl Into<Option<f64>>, expected: f64) {
    let actual = actual.into().unwrap();
    assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
}

#[test]
fn a_coherent_edge_gives_back_its_numbers_and_evidence_flows_both_ways() {
    // 0.2 · 0.1 + 0.8 · 0.475 = 0.02 + 0.38 = 0.40: the edge and the two levels agree.
    let model = model(
        "killer K \"k\" { probability 20% }\n\
         scenario P \"p\" {\n probability 40%\n killed by K 10% else 47.5%\n\
         2026-01-05 evidence for x3\n 2026-02-01 note \"n\"\n}\n\
         2026-03-01 resolved K yes\n",
    );
    let all = answers(&model, day("2026-12-31")).unwrap();
    let (k, p) = (model.find("K").unwrap().index(), model.find("P").unwrap().index());
    same(all.before[k], 0.2);
    same(all.before[p], 0.4);
    same(all.readings[0].realised[0], 0.1);
    same(all.readings[0].realised[1], 0.475);
    // Odds of 0.4 / 0.6 times 3 are 2.
    same(on(&all, &model, "2026-01-05", "P"), 2.0 / 3.0);
    // K: 0.2 · (0.1 · 3 + 0.9) = 0.24 against 0.8 · (0.475 · 3 + 0.525) = 1.56; 0.24 / 1.80.
    same(on(&all, &model, "2026-02-01", "K"), 2.0 / 15.0);
    // Odds of 0.1 / 0.9 times 3 are 1 / 3. Implied is 1 · 0.1 + 0 · 0.475.
    same(all.now[p], 0.25);
    same(all.readings[0].implied, 0.1);
    same(all.readings[0].delta, -0.15);
}

#[test]
fn a_statement_prices_in_what_is_known_and_a_correction_changes_no_level_that_was_set() {
    // 0.2 · 0.9 + 0.8 · 0.15 = 0.30.
    let model = model(
        "scenario A \"a\" {\n probability 20%\n\
         2026-01-01 evidence for x4\n 2026-01-02 probability 60%\n 2026-01-03 evidence for x2\n\
         2026-01-04 corrects 2026-01-01 evidence for x8\n 2026-01-05 resolved void\n}\n\
         scenario B \"b\" {\n probability 30%\n needs A 90% else 15%\n}\n",
    );
    let all = answers(&model, day("2026-12-31")).unwrap();
    let b = |a: f64| a * 0.9 + (1.0 - a) * 0.15;
    // Odds of 1/4 times 4; then 3/2 as stated; then 3/2 times 2.
    for (date, a) in [("2026-01-01", 0.5), ("2026-01-02", 0.6), ("2026-01-03", 0.75)] {
        same(on(&all, &model, date, "A"), a);
        same(on(&all, &model, date, "B"), b(a));
    }
    // The statement set the odds of the level to 3/2 / 4 = 3/8. With 2 and 8 in force they are 6.
    same(on(&all, &model, "2026-01-04", "A"), 6.0 / 7.0);
    // Void: no evidence counts, the level stays: odds of 3/8 are 3/11.
    assert_eq!(on(&all, &model, "2026-01-05", "A"), None);
    same(on(&all, &model, "2026-01-05", "B"), b(3.0 / 11.0));
}

#[test]
fn choices_gates_and_silence() {
    // P is possible in S1 alone, which has 20%: so it has 50% there.
    let model = model(
        "network \"N\" { silence uniform }\n\
         choice C \"c\" {\n scenario S1 \"1\" { probability 20% }\n scenario S2 \"2\" { probability 30% }\n\
         scenario S3 \"3\" { rest }\n}\n\
         prediction P \"p\" {\n probability 10%\n needs S1 80% else 0%\n\
         2026-01-20 resolved yes\n}\n\
         prediction Q \"q\" {\n probability 50%\n window 2026-03-01 .. 2026-03-10\n\
         2026-03-06 note \"n\"\n 2026-03-07 probability 50%\n 2026-03-09 note \"n\"\n\
         2026-03-11 note \"n\"\n}\n",
    );
    let all = answers(&model, day("2026-03-08")).unwrap();
    same(all.readings[0].realised[0], 0.5);
    same(all.readings[0].realised[1], 0.0);
    same(on(&all, &model, "2026-01-20", "S1"), 1.0);
    // Five of ten days have run: odds of 1 times 1/2.
    same(on(&all, &model, "2026-03-06", "Q"), 1.0 / 3.0);
    same(on(&all, &model, "2026-03-07", "Q"), 0.5);
    // One of the four days from the 7th to the 10th has run: odds of 3/4.
    same(all.now[model.find("Q").unwrap().index()], 3.0 / 7.0);
    let all = answers(&model, day("2026-12-31")).unwrap();
    same(on(&all, &model, "2026-03-09", "Q"), 1.0 / 3.0);
    same(on(&all, &model, "2026-03-11", "Q"), 0.0);
}

#[test]
fn a_scenario_that_is_ruled_out_leaves_its_share_to_the_others() {
    // K gives S2 the odds ratio 4 against the other two: b such that 0.5 · x/(1 + x) + 0.5 · 4x/(1 + 4x) = 0.5,
    // x = e^b against both others together: 4x² = 1, x = 1/2. Without K: 1/3, with K: 2/3.
    let model = model(
        "killer K \"k\" { probability 50% }\n\
         choice C \"c\" {\n scenario S1 \"1\" { probability 20% }\n\
         scenario S2 \"2\" {\n probability 50%\n needs K moderate\n}\n\
         scenario S3 \"3\" { rest }\n}\n\
         2026-01-01 resolved K yes\n2026-01-02 resolved S2 no\n",
    );
    let all = answers(&model, day("2026-12-31")).unwrap();
    same(all.readings[0].realised[0], 2.0 / 3.0);
    same(all.readings[0].realised[1], 1.0 / 3.0);
    // The others keep 20 to 30 between them.
    same(on(&all, &model, "2026-01-01", "S1"), 0.4 / 3.0);
    same(on(&all, &model, "2026-01-02", "S1"), 0.4);
}

#[test]
fn levels_that_nobody_stated() {
    // From 40%: 0.4 · 0.5 + 0.6 · 0.1 = 0.26. M is as likely as its node. The mean of logit 20% and logit 80% is 0.
    let model = model(
        "scenario A \"a\" { probability 40% }\n\
         scenario B \"b\" {\n needs A 50% else 10%\n}\n\
         scenario D \"d\" {\n needs A 25% else 10%\n milestone m \"m\" { weight 0.9 }\n}\n\
         scenario E \"e\" {\n moves with A 50% else 0%\n moves with D 80% else 80%\n}\n\
         scenario F \"f\" {\n probability 20%\n class seven weight 50%\n}\n\
         class seven \"7\" { seen 7 of 9 }\n",
    );
    let all = answers(&model, day("2026-12-31")).unwrap();
    let before = |id: &str| all.before[model.find(id).unwrap().index()];
    same(before("B"), 0.26);
    same(before("D"), 0.16);
    same(before("D.m"), 0.16);
    // From A: 0.2. From D: 0.8. But without A there is none of it, so 40% at most.
    same(before("E"), 0.4);
    // (7 + ½) / 10 has the odds 3, 20% the odds 1/4: the root of their product is √3/2.
    let odds = 0.75_f64.sqrt();
    same(before("F"), odds / (1.0 + odds));
}

#[test]
fn what_cannot_be_is_told() {
    let text = "scenario A \"a\" { probability 40% }\n\
                scenario B \"b\" {\n probability 30%\n needs A 50% else 0%\n}\n";
    let conflict = format!("{text}2026-01-01 resolved A no\n2026-01-02 resolved B yes\n");
    let refusal = answers(&model(&conflict), day("2026-12-31")).err();
    assert_eq!(refusal, Some(Refusal::Impossible(day("2026-01-02"))));
    let too_much = model(&text.replace("30%", "41%"));
    let b = too_much.find("B").unwrap();
    let refusal = answers(&too_much, day("2026-12-31")).err();
    assert_eq!(refusal, Some(Refusal::OutOfReach(b, None)));
}

#[test]
fn a_voice_that_was_right_keeps_its_weight_and_one_that_was_wrong_loses_some() {
    let four = 4.0_f64.ln();
    assert_eq!(voices::most_probable(&[four]), 1.0);
    // One 80% that failed: 4 (1 − κ) = ln 4 · σ(κ ln 4). At 0.744 that is 1.0240 to 1.0220, at 0.745 1.0200 to 1.0223.
    let kappa = voices::most_probable(&[-four]);
    assert!((0.744..0.745).contains(&kappa), "{kappa}");
    assert_eq!(voices::most_probable(&[-four; 40]), 0.1);
}
