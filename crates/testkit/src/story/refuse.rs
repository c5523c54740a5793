//! Steps 5 and 6: who is refused and why; who is never measured.

use super::World;

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(5, "Refused, each in its own words");
    let unit = world.a()?.letter.unit.clone();
    let opened = world.estate.relay_count();
    let clip = world.clips.stranger.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    world.teller.held(
        "a stranger who claims A's unit: not recognised",
        outcome == "refused" && world.kiosk.code() == "face.unknown",
    )?;
    let scenes = [
        ("two faces in the zone", world.clips.two_faces.clone(), "face.two"),
        ("too far away", world.clips.too_far.clone(), "face.too_far"),
        ("outside the zone", world.clips.outside_zone.clone(), "face.outside_zone"),
    ];
    for (name, clip, code) in scenes {
        let before = world.status().await?;
        let outcome = world.ask_by_face(&unit, &clip).await?;
        let after = world.status().await?;
        world.teller.held(
            &format!("{name}: {code}, nothing embedded"),
            outcome == "refused" && world.kiosk.code() == code && after.embedder_calls == before.embedder_calls,
        )?;
    }
    drawings(world, &unit).await?;
    let strangers_opened = world.estate.relay_count() - opened;
    world.teller.saw(&format!("the relay opened {strangers_opened} times in this step"));
    Ok(())
}

/// Portraits on a drawn phone. Nothing is claimed about attack rates: the gate must do what its models' scores and its policy say.
async fn drawings(world: &mut World, unit: &str) -> anyhow::Result<()> {
    for (name, clip) in world.clips.phones.clone() {
        let looks: Vec<Result<f32, &'static str>> = clip.iter().map(|frame| world.eyes.live(frame)).collect();
        let scores: Vec<f32> = looks.iter().filter_map(|look| look.as_ref().ok().copied()).collect();
        let before = world.status().await?;
        let outcome = world.ask_by_face(unit, &clip).await?;
        let code = world.kiosk.code().to_owned();
        let embedded = world.status().await?.embedder_calls - before.embedder_calls;
        let threshold = world.eyes.live_threshold;
        let low = scores.iter().copied().fold(f32::INFINITY, f32::min);
        let high = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let follows = if scores.is_empty() {
            outcome == "refused" && embedded == 0 && looks.iter().any(|look| look.err().is_some_and(|refusal| refusal == code))
        } else if high < threshold * 0.5 {
            outcome == "refused" && code == "face.not_live" && embedded == 0
        } else if low >= threshold {
            code != "face.not_live" && embedded == 1
        } else {
            // Frames on both sides of the threshold: either verdict is the policy's, and only one embedding can follow.
            if code == "face.not_live" { embedded == 0 } else { embedded <= 1 }
        };
        let range = if scores.is_empty() {
            "no frame reached liveness".to_owned()
        } else {
            format!("live {low:.3} to {high:.3}, threshold {threshold:.2}")
        };
        world.teller.saw(&format!("{name}: {range}; the gate: {outcome} {code}"));
        world
            .teller
            .held(&format!("{name}: the decision follows verdict and policy"), follows)?;
    }
    Ok(())
}

pub(super) async fn counters_step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(6, "Who is measured, by the counters of detector and embedder");
    let unit = world.a()?.letter.unit.clone();
    let before = world.status().await?;
    let clip = world.clips.third_a.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    let after = world.status().await?;
    world.teller.held(
        "the asker: embedded once",
        outcome == "opened" && after.embedder_calls - before.embedder_calls == 1,
    )?;

    world.kiosk.reset().await?;
    let before = world.status().await?;
    for frame in clip.iter().cycle().take(50) {
        world.kiosk.frame(frame).await?;
    }
    // The next screen shows that the frames before it were met and dropped.
    world.kiosk.press("begin").await?;
    world.kiosk.expect("ask.unit").await?;
    let after = world.status().await?;
    world.teller.held(
        "a walker-by without intent, 50 frames: detector 0, embedder 0",
        after.detector_calls == before.detector_calls && after.embedder_calls == before.embedder_calls,
    )?;

    let before = world.status().await?;
    let clip = world.clips.walker_behind.clone();
    let outcome = world.ask_by_face(&unit, &clip).await?;
    let after = world.status().await?;
    let landmarks = after.landmark_calls - before.landmark_calls;
    let frames = after.detector_calls - before.detector_calls;
    world.teller.held(
        "a walker-by behind the asker: not landmarked, not embedded; the asker once",
        outcome == "opened" && after.embedder_calls - before.embedder_calls == 1 && landmarks <= frames,
    )?;

    let before = world.status().await?;
    let unit_c = world
        .estate
        .seed
        .letters
        .iter()
        .find(|letter| letter.person == "C")
        .map(|letter| letter.unit.clone())
        .unwrap_or_default();
    world.claim_unit(&unit_c).await?;
    let offered = world.kiosk.actions().contains(&"face".to_owned());
    world.kiosk.press("face").await?;
    world.kiosk.until(|screen| screen["outcome"] == "refused").await?;
    for frame in clip.iter().cycle().take(20) {
        world.kiosk.frame(frame).await?;
    }
    world.kiosk.reset().await?;
    let after = world.status().await?;
    world.teller.held(
        "a claim for a household without a face consent: the lane is not offered, detector 0, embedder 0",
        !offered && after.detector_calls == before.detector_calls && after.embedder_calls == before.embedder_calls,
    )
}
