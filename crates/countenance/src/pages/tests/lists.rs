//! What a signed-in person's browser is given to find its own entries with.

use std::time::Duration;

use super::*;

/// What a browser needs to find its person's own entries.
const LISTS: [&str; 5] = [
    "/uses/mine",
    "/ledger/tags",
    "/ledger/tags/0",
    "/ledger/records/0",
    "/ledger/writers",
];

#[tokio::test]
async fn nobody_finds_entries_without_signing_in() {
    let server = Server::start().await;
    for path in LISTS {
        let answer = Browser::new(&server).get(path).await;
        assert_eq!(
            (answer.status, answer.location.as_str(), answer.bytes.len()),
            (StatusCode::SEE_OTHER, "/sign-in", 0),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_resident_s_browser_gets_lists_records_and_the_lists_proofs() {
    use countenance_gate_core::journal::{Evidence, RecordKind, read_opened};
    use sha2::{Digest as _, Sha256};
    let server = Server::start().await;
    let mut person = Browser::new(&server);
    person
        .claim(&server.letter("12-1803").await, &SigningKey::from_seed(&[1; 32]))
        .await;
    // Begun last, so that all there is to list is listed in one list.
    let home = Home::of(&server.place);
    let clerk = crate::serve::keep_ledger(&server.state, &home, None, None).await.unwrap().unwrap();

    let lists = waited_for(&mut person, "/ledger/tags", |answer| {
        let lists: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        lists.as_array().is_some_and(|lists| !lists.is_empty()).then_some(lists)
    })
    .await;
    let list = &lists[0];
    let (past, sequence) = (list["past"].as_u64().unwrap(), list["sequence"].as_u64().unwrap());
    let rows = person.get("/ledger/tags/0").await;
    assert_eq!(rows.headers["cache-control"], "private, max-age=31536000, immutable");
    assert_eq!(rows.bytes.len() as u64, 16 * past);
    assert_eq!(list["sha256"], to_hex(&Sha256::digest(&rows.bytes)));
    assert_eq!(person.get("/ledger/tags/1").await.status, StatusCode::NOT_FOUND);

    // The list's own leaf is open for everybody, and says so itself.
    let path = format!("/ledger/proof/0/{sequence}");
    let proof = waited_for(&mut person, &path, |answer| {
        (answer.status == StatusCode::OK).then(|| answer.body.clone())
    })
    .await;
    let proof = countenance_tlog::Proof::parse(&proof).unwrap();
    let evidence = Evidence::from_bytes(&proof.extra.unwrap()).unwrap();
    let record = read_opened(evidence.opened.as_deref().unwrap(), &evidence.leaf().unwrap().commitment).unwrap();
    let words = format!("list 0 places 0 {past} sha256 {}", list["sha256"].as_str().unwrap());
    assert_eq!((record.kind, record.reason), (RecordKind::TagList, words));
    // What is about a person stays closed; what is about the site and nobody is open.
    let mut opened = Vec::new();
    for sequence in 0..sequence {
        let answer = person.get(&format!("/ledger/proof/0/{sequence}")).await;
        let extra = countenance_tlog::Proof::parse(&answer.body).unwrap().extra.unwrap();
        let evidence = Evidence::from_bytes(&extra).unwrap();
        let commitment = evidence.leaf().unwrap().commitment;
        opened.push(evidence.opened.map(|opened| read_opened(&opened, &commitment).unwrap()));
    }
    assert!(opened.contains(&None), "the account that was claimed");
    assert!(opened.iter().flatten().any(|record| record.reason == "door.saved 3"));
    assert!(opened.iter().flatten().all(|record| record.person.is_none()));

    // Whoever has a gate's receipt knows the leaf's hash, and needs no account; another hash is answered as if nothing had come.
    let mut stranger = Browser::new(&server);
    let hash = to_hex(&evidence.leaf().unwrap().entry_hash());
    let same = stranger.get(&format!("/receipts/0/{sequence}/{hash}")).await;
    assert_eq!(countenance_tlog::Proof::parse(&same.body).unwrap().index, proof.index);
    let mut answers = std::collections::BTreeSet::new();
    for wrong in [format!("0/0/{hash}"), format!("0/999/{hash}"), format!("0/{sequence}/00")] {
        let answer = stranger.get(&format!("/receipts/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{wrong}");
        answers.insert(answer.body.replace(&wrong, ""));
    }
    assert_eq!(answers.len(), 1, "how many entries there are is not told");

    let records: serde_json::Value = serde_json::from_str(&person.get("/ledger/records/0").await.body).unwrap();
    assert_eq!(records.as_object().unwrap().len() as u64, past + 1);
    for nothing in ["1", "72057594037927935", "18446744073709551615"] {
        let answer = person.get(&format!("/ledger/records/{nothing}")).await;
        assert_eq!((answer.status, answer.bytes.len()), (StatusCode::NOT_FOUND, 0), "{nothing}");
    }
    let writers: serde_json::Value = serde_json::from_str(&person.get("/ledger/writers").await.body).unwrap();
    assert_eq!((&writers[0]["gate"], &writers[1]["zh"]), (&0.into(), &"三号门".into()));
    let page = person.get("/uses/mine").await.body;
    assert!(page.contains("data-mine") && !page.contains("⟦"));
    clerk.abort();
}

/// What the answer at `path` holds once it does: the ledger's clerk works once a second.
async fn waited_for<T>(person: &mut Browser<'_>, path: &str, holds: impl Fn(&Answer) -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = holds(&person.get(path).await) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap()
}
