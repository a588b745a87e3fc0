//! Nothing private reaches a file of the site, whatever kind of item it stands in.

use super::{everything, site};

/// Private items of every kind, with ids, texts, words and symbols that stand nowhere else.
const PRIVATE: &str = r#"
predictor PVT-SEER "pvt name" {
    private
    role "pvt role"
    text "pvt predictor text"
}
class PVT-CLASS "pvt class" {
    private
    seen 1 of 9
    source "pvt class source"
}
choice PVT-CHOICE "pvt question" {
    private
    scenario PVT-ONE "pvt one" { probability 50% }
    scenario PVT-TWO "pvt two" { probability 50% }
}
killer PVT-KILLER "pvt killer" {
    private
    probability 30%
    domain pvt-domain/pvt-below
    tags pvt-tag
    up PVT-SYMBOL
    text "pvt killer text"
    2026-02-01 note "pvt note" <https://pvt.example.org/>
    2026-02-02 evidence for strong by PVT-SEER "pvt evidence"
}
prediction PVT-CLAIM "pvt claim" {
    private
    by PVT-SEER
    window 2026 .. 2027
    probability 30%
    measure "pvt measure"
    needs PRE 40% else 20% "pvt edge"
    milestone pvt-step "pvt step" { window 2026 }
    2026-05-01 resolved no "pvt outcome"
}
prediction OPEN "An open claim" {
    by PVT-SEER
    by SEER
    window 2026 .. 2027
    probability 40%
    class PVT-CLASS weight 30%
    measure "The list"
    milestone pvt-mile "pvt milestone" {
        private
        window 2026 .. 2027
        confidence 30%
        2026-03-01 note "pvt milestone note"
    }
    2026-03-03 evidence for moderate by PVT-SEER "Word of somebody"
}
edge KIL -> OPEN killed by 10% else 47.5% "pvt hidden edge" { private }
edge PVT-KILLER -> OPEN killed by 20% else 48% "pvt other edge" { private }
document PVT-DOC "pvt document" {
    private
    link <https://pvt.example.org/doc>
    about PRE
    tags pvt-doctag
}
ticker PVT-TICK "pvt ticker" { private }
assert P(PVT-KILLER) < 90% "pvt assertion" { private }
rule pvt-rule "pvt rule" {
    private
    for prediction, killer
    when p > 1%
    badge "pvt badge"
}
redirect PVT-OLD -> PRE { private }
redirect PVT-FORMER -> PVT-KILLER
"#;

#[test]
fn nothing_private_is_in_any_file() {
    let text = format!("{}{PRIVATE}", everything(|field| format!("Words of {field}")));
    let files = site(&text, "A document.");
    for (path, bytes) in &files {
        let words = String::from_utf8_lossy(bytes).to_lowercase();
        assert!(!path.to_lowercase().contains("pvt"), "{path}");
        // Three letters may come up in encoded data; these signs do not.
        let found = ["pvt-", "pvt ", "pvt."].iter().find_map(|word| words.find(word));
        if let Some(at) = found {
            let from = words[..at].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
            panic!("{path}: {}", words[from..].chars().take(200).collect::<String>());
        }
    }
}

#[test]
fn a_predictor_who_is_private_leaves_the_evidence_and_no_name() {
    let text = format!("{}{PRIVATE}", everything(|field| format!("Words of {field}")));
    let files = site(&text, "");
    let node: serde_json::Value = serde_json::from_slice(&files["node/OPEN.json"]).unwrap();
    assert_eq!(node["by"], serde_json::json!(["SEER"]));
    assert_eq!(node["journal"][0]["by"], serde_json::Value::Null);
    assert_eq!(node["reference_class"], serde_json::Value::Null);
    let hidden = node["why"].as_array().unwrap().iter().filter(|part| part["id"].is_null());
    assert!(hidden.count() >= 2, "{node}");
}
