//! Counting, filing and what the rulebook says of it, on either engine.

use countenance_gate_core::policy::Lane;
use countenance_oversight::{
    Duty, DutyKind, DutyState, FilingKind, Pack, acknowledge_filing, duties, end_handler_site, list_filings, list_handler_sites,
    make_filing, pack_of, put_handler_site, settle,
};
use countenance_persons::{end_purpose, site_facts};
use countenance_rules::Day;
use countenance_testdb::trace_at;
use countenance_trace::Trace;

use crate::world::World;

pub(crate) async fn begin(world: &World) -> Trace {
    trace_at(&world.db, world.now).await
}

pub(crate) fn today(world: &World) -> Day {
    Day::parse(&world.now.civil_day("Asia/Shanghai")).unwrap()
}

pub(crate) async fn all(world: &mut World) -> Vec<Duty> {
    let mut tx = begin(world).await;
    let (_, ctx) = world.parts();
    duties(&mut tx, &ctx).await.unwrap()
}

pub(crate) fn state(duties: &[Duty], kind: DutyKind) -> Option<DutyState> {
    duties.iter().find(|duty| duty.kind == kind).map(|duty| duty.state)
}

async fn elsewhere(world: &mut World, persons: u32) -> Result<(), &'static str> {
    let (mut tx, on) = (begin(world).await, today(world));
    let (_, ctx) = world.parts();
    put_handler_site(&mut tx, &ctx, "望江苑", persons, on, "集团信息部")
        .await
        .map_err(|error| error.code())?;
    tx.commit().await.unwrap();
    Ok(())
}

async fn file(world: &mut World, kind: FilingKind) -> Result<u32, &'static str> {
    let mut tx = begin(world).await;
    let (_, ctx) = world.parts();
    let number = make_filing(&mut tx, &ctx, kind).await.map_err(|error| error.code())?;
    tx.commit().await.unwrap();
    Ok(number)
}

async fn acknowledge(world: &mut World, number: u32, acknowledgement: &str) -> Result<(), &'static str> {
    let (mut tx, on) = (begin(world).await, today(world));
    let (_, ctx) = world.parts();
    acknowledge_filing(&mut tx, &ctx, number, acknowledgement, on)
        .await
        .map_err(|error| error.code())?;
    tx.commit().await.unwrap();
    Ok(())
}

async fn hourly(world: &mut World) {
    let mut tx = begin(world).await;
    let (_, ctx) = world.parts();
    settle(&mut tx, &ctx).await.unwrap();
    tx.commit().await.unwrap();
}

const DAY: u64 = 86_400;

#[tokio::test]
async fn overdue_without_a_number_nobody_is_enrolled_and_with_it_they_are() {
    let mut world = World::new().await;
    world.activate().await;
    let resident = world.resident("12-1803", false).await;
    world.turn_on(&resident, Lane::Qr).await;
    let threshold = world.rulebook.parameters().filing_threshold_persons.unwrap();
    elsewhere(&mut world, threshold - 1).await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::Filing), None);
    elsewhere(&mut world, threshold).await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::Filing), Some(DutyState::Open));
    // In time: nothing stops.
    world.begin(&resident).await.unwrap();
    world.pass(90 * DAY);
    // The count is three months old; whoever does not count does not know.
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.filed"]);
    hourly(&mut world).await;
    assert_eq!(state(&all(&mut world).await, DutyKind::Filing), Some(DutyState::Overdue));
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.filed"]);
    let number = file(&mut world, FilingKind::First).await.unwrap();
    // A pack alone is no filing.
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.filed"]);
    assert_eq!(acknowledge(&mut world, number, " ").await, Err("oversight.acknowledgement"));
    assert_eq!(acknowledge(&mut world, number + 1, "1").await, Err("oversight.unknown"));
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.filed"]);
    acknowledge(&mut world, number, "网信备 44-17").await.unwrap();
    world.begin(&resident).await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::Filing), Some(DutyState::Done));
    assert_eq!(acknowledge(&mut world, number, "2").await, Err("oversight.state"));
}

#[tokio::test]
async fn a_threshold_that_was_reached_stays_reached_and_the_sum_says_whose_it_is() {
    let mut world = World::new().await;
    let threshold = world.rulebook.parameters().filing_threshold_persons.unwrap();
    elsewhere(&mut world, threshold).await.unwrap();
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let sites = list_handler_sites(&mut tx).await.unwrap();
    assert_eq!(
        (sites.len(), sites[0].persons, sites[0].said_by.as_str()),
        (1, threshold, "集团信息部")
    );
    assert_eq!(site_facts(&mut tx, &ctx).await.unwrap().stored_persons, threshold);
    end_handler_site(&mut tx, &ctx, sites[0].number).await.unwrap();
    assert_eq!(end_handler_site(&mut tx, &ctx, 9).await.unwrap_err().code(), "oversight.unknown");
    assert_eq!(site_facts(&mut tx, &ctx).await.unwrap().stored_persons, 0);
    tx.commit().await.unwrap();
    world.pass(DAY);
    hourly(&mut world).await;
    let filing = all(&mut world)
        .await
        .into_iter()
        .find(|duty| duty.kind == DutyKind::Filing)
        .unwrap();
    assert_eq!(filing.since.to_string(), "2026-11-23");
}

/// How many events wait for their leaf.
async fn events(world: &World) -> u64 {
    let mut tx = begin(world).await;
    let row = tx
        .lookup("SELECT COUNT(*) AS events FROM trace_events", &[])
        .await
        .unwrap()
        .unwrap();
    row.get("events").unwrap()
}

#[tokio::test]
async fn that_the_number_was_reached_is_a_leaf_once() {
    let mut world = World::new().await;
    let threshold = world.rulebook.parameters().filing_threshold_persons.unwrap();
    for (persons, left) in [(threshold - 1, 1), (threshold, 2), (threshold + 1, 1), (1, 1), (threshold, 1)] {
        let before = events(&world).await;
        elsewhere(&mut world, persons).await.unwrap();
        assert_eq!(events(&world).await - before, left, "{persons}");
    }
    let before = events(&world).await;
    hourly(&mut world).await;
    assert_eq!(events(&world).await, before, "counting alone is no event");
}

#[tokio::test]
async fn what_nobody_could_have_said_is_not_written_down() {
    let mut world = World::new().await;
    let mut tx = begin(&world).await;
    let tomorrow = today(&world).next().unwrap();
    let now = today(&world);
    let (_, ctx) = world.parts();
    for (name, on, by, code) in [
        (" ", now, "x", "oversight.words"),
        ("x", now, "", "oversight.words"),
        ("x", tomorrow, "x", "oversight.day"),
    ] {
        let refused = put_handler_site(&mut tx, &ctx, name, 1, on, by).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    assert!(list_handler_sites(&mut tx).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_pack_says_what_runs_and_its_hash_moves_only_with_that() {
    let mut world = World::new().await;
    world.activate().await;
    hourly(&mut world).await;
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let before = pack_of(&mut tx, &ctx, FilingKind::First).await.unwrap();
    assert_eq!(Pack::from_json(&before.to_json()).unwrap(), before);
    assert_eq!(
        (before.lasting.uses.len(), before.lasting.doors.len(), before.lasting.gates.len()),
        (1, 1, 1)
    );
    assert!(before.lasting.uses[0].assessment.is_some() && before.lasting.gates[0].models.is_some());
    assert_eq!(before.series, [("2026-11-23".to_owned(), 0, 0)]);
    drop(tx);
    world.pass(DAY);
    hourly(&mut world).await;
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let after = pack_of(&mut tx, &ctx, FilingKind::First).await.unwrap();
    assert_ne!(after.series, before.series);
    assert_eq!(after.snapshot, before.snapshot);
    drop(tx);
    world
        .claim_as(countenance_grant::SigningKey::generate(&mut countenance_base::SeededRng::new(77)).public())
        .await;
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let another = pack_of(&mut tx, &ctx, FilingKind::First).await.unwrap();
    assert_ne!(another.snapshot, before.snapshot);
}

#[tokio::test]
async fn a_change_and_the_end_are_noticed_and_answered() {
    let mut world = World::new().await;
    let purpose = world.activate().await;
    assert_eq!(file(&mut world, FilingKind::Change).await, Err("oversight.state"));
    file(&mut world, FilingKind::First).await.unwrap();
    // A second one takes the place of the one that nobody answered.
    let number = file(&mut world, FilingKind::First).await.unwrap();
    acknowledge(&mut world, number, "1").await.unwrap();
    assert_eq!(file(&mut world, FilingKind::First).await, Err("oversight.state"));
    assert_eq!(file(&mut world, FilingKind::Cancel).await, Err("oversight.state"));
    hourly(&mut world).await;
    assert_eq!(state(&all(&mut world).await, DutyKind::FilingChange), None);
    world
        .claim_as(countenance_grant::SigningKey::generate(&mut countenance_base::SeededRng::new(77)).public())
        .await;
    hourly(&mut world).await;
    assert_eq!(state(&all(&mut world).await, DutyKind::FilingChange), Some(DutyState::Open));
    let change = file(&mut world, FilingKind::Change).await.unwrap();
    acknowledge(&mut world, change, "2").await.unwrap();
    hourly(&mut world).await;
    assert_eq!(state(&all(&mut world).await, DutyKind::FilingChange), None);
    let mut tx = begin(&world).await;
    let (_, mut ctx) = world.parts();
    end_purpose(&mut tx, &mut ctx, purpose).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::FilingCancel), Some(DutyState::Open));
    let cancel = file(&mut world, FilingKind::Cancel).await.unwrap();
    acknowledge(&mut world, cancel, "3").await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::FilingCancel), Some(DutyState::Done));
    let mut tx = begin(&world).await;
    let filings = list_filings(&mut tx).await.unwrap();
    assert_eq!(filings.len(), 3);
    assert!(filings.iter().all(|filing| filing.acknowledged.is_some()));
}
