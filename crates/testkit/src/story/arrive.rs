//! Steps 2 and 3: accounts, ways in, consent; then enrolment at the kiosk.

use super::World;
use super::person::Resident;
use crate::clips;

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(
        2,
        "A opens an account, chooses ways in, reads, signs; B wants QR only; C has nothing else yet",
    );
    let mut a = Resident::claim(&world.estate, "A", &mut world.rng).await?;
    let ways = a.browser.get("/ways").await?.good()?;
    let order: Vec<Option<usize>> = ["/ways/qr/on", "/ways/card", "/ways/pin"]
        .iter()
        .map(|way| ways.html.find(way))
        .collect();
    world.teller.held(
        "A's page is Chinese and shows QR, card and PIN before the face",
        ways.has("lang=\"zh-CN\"") && order.is_sorted() && order.iter().all(Option::is_some),
    )?;
    world.teller.held(
        "every lane is the same kind of card",
        ways.html.matches("class=\"card lane\"").count() == 4,
    )?;
    a.turn_on_qr().await?;
    a.turn_on_pin().await?;

    let page = a.face_page(3).await?.good()?;
    world.teller.held(
        "the notice names alternatives first and nothing is ticked",
        page.html.find("alternatives").or(page.html.find("<ul class=\"plain\">")) < page.html.find("class=\"notice\"")
            && !page.has("checked"),
    )?;
    let forged = forged_consent(&a, world).await?;
    world.teller.held("a consent signed by another key is refused", forged)?;
    a.consent().await?;
    world
        .teller
        .saw("A read the notice and signed a text that names door 3 only, with a key that never left the browser");

    let mut b = Resident::claim(&world.estate, "B", &mut world.rng).await?;
    b.turn_on_qr().await?;
    world.teller.saw("B turned on the QR and nothing else");
    let c = Resident::claim(&world.estate, "C", &mut world.rng).await?;
    let refused = c.face_page(3).await?;
    world.teller.held(
        "C, who holds nothing else, is refused, with the article and what to get first",
        refused.has("class=\"article\"") && refused.has("class=\"remedy\""),
    )?;
    world.teller.saw(
        &refused
            .between("class=\"what\">", "</p>")
            .map(|text| strip(&text))
            .unwrap_or_default(),
    );
    world.teller.saw(&refused.between("class=\"remedy\">", "</p>").unwrap_or_default());
    world.teller.saw(
        &refused
            .between("class=\"article\">", "</p>")
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .unwrap_or_default(),
    );
    world.a = Some(a);
    world.b = Some(b);
    Ok(())
}

/// Submits A's statement under a stranger's signature; `true` when the server refuses.
async fn forged_consent(a: &Resident, world: &mut World) -> anyhow::Result<bool> {
    use countenance_base::to_hex;
    let page = a.face_page(3).await?.good()?;
    let text = page.between("data-text lang=\"en\">", "</pre>").unwrap_or_default();
    let stranger = crate::phone::Phone::new(world.estate.now(), &mut world.rng);
    let signature = to_hex(&stranger.sign(&text).0);
    let action = page
        .actions()
        .into_iter()
        .find(|action| action.contains("face"))
        .unwrap_or_default();
    Ok(a.browser
        .submit(&page, &action, &[("text", &text), ("signature", &signature)])
        .await?
        .status
        != 200)
}

fn strip(html: &str) -> String {
    html.split('>')
        .filter_map(|part| part.split('<').next())
        .collect::<Vec<_>>()
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) async fn enrol_step(world: &mut World) -> anyhow::Result<()> {
    world.teller.step(3, "A enrols at the kiosk (DEMO: the lens is a test clip)");
    let (qr, digits) = world.a()?.enrolment_qr(world.estate.now()).await?;
    let before = world.status().await?;
    show_ticket(world, &qr).await?;
    world.teller.held(
        "the kiosk shows the same two digits as the phone",
        world.kiosk.screen()["args"]["digits"]["zh"] == digits.as_str(),
    )?;
    world
        .teller
        .held("everything the gate shows says DEMO", world.kiosk.screen()["demo"] == true)?;
    world.kiosk.press("yes").await?;
    world.kiosk.expect("enrol.capturing").await?;
    let still = world.clips.still_a.clone();
    let outcome = world.kiosk.play(&still).await?;
    world.teller.held(
        "the bare still, looped, is refused as injected",
        outcome == "refused" && world.kiosk.code() == "face.injected",
    )?;
    let after = world.status().await?;
    world
        .teller
        .held("nothing was embedded of it", after.embedder_calls == before.embedder_calls)?;

    show_ticket(world, &qr).await?;
    let again = world.kiosk.outcome() == "refused";
    world
        .teller
        .held("the code does not work twice", again && world.kiosk.code() == "code.used")?;
    mixed_frames(world).await?;
    let name = "A";
    let before = world.status().await?;
    enrol(world, name).await?;
    let status = world.estate.until("the template is sealed", |status| status.templates == 1).await?;
    world.teller.held(
        "three differing frames passed; one template is sealed at the gate",
        status.templates == 1,
    )?;
    world.teller.held(
        "three embeddings were made for it",
        status.embedder_calls == before.embedder_calls + 3,
    )?;
    let told = receipt_on_page(world, name).await?;
    world.teller.held("A is told at once, with one tap to undo", told)
}

/// Two people in turn before the camera: no template, and the person is told that the enrolment which had begun left none.
async fn mixed_frames(world: &mut World) -> anyhow::Result<()> {
    let (qr, _) = world.a()?.enrolment_qr(world.estate.now()).await?;
    show_ticket(world, &qr).await?;
    world.kiosk.press("yes").await?;
    world.kiosk.expect("enrol.capturing").await?;
    let clip = world.clips.enrol_mixed.clone();
    let outcome = world.kiosk.play(&clip).await?;
    world.teller.held(
        "frames of two people in turn make no template",
        outcome == "refused" && world.kiosk.code() == "face.not_one_person" && world.status().await?.templates == 0,
    )?;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while !world.a()?.consent_page().await?.has("登记没有成功，没有留下模板") {
        anyhow::ensure!(tokio::time::Instant::now() < deadline, "A is not told that no template was left");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    world.teller.held("and A's page says that none was left", true)
}

/// Shows an enrolment ticket to the camera and waits for the gate's answer to it.
pub(super) async fn show_ticket(world: &mut World, qr: &str) -> anyhow::Result<()> {
    world.kiosk.reset().await?;
    world.kiosk.press("enrol").await?;
    world.kiosk.expect("scan.enrol").await?;
    let picture = clips::code_frame(qr)?;
    world.kiosk.show_code(&picture).await?;
    world
        .kiosk
        .until(|screen| screen["key"] == "digits.confirm" || screen["outcome"] == "refused")
        .await
}

/// A fresh code and a genuine clip: the whole enrolment of A or B.
pub(super) async fn enrol(world: &mut World, name: &str) -> anyhow::Result<()> {
    let now = world.estate.now();
    let (resident, clip) = if name == "A" {
        (world.a()?, &world.clips.enrol_a)
    } else {
        (world.b()?, &world.clips.enrol_b)
    };
    let clip = clip.clone();
    let (qr, _) = resident.enrolment_qr(now).await?;
    show_ticket(world, &qr).await?;
    anyhow::ensure!(
        world.kiosk.key() == "digits.confirm",
        "the code was refused: {}",
        world.kiosk.code()
    );
    if world.status().await?.templates == 0 {
        another_change(world).await?;
    }
    world.kiosk.press("yes").await?;
    world.kiosk.expect("enrol.capturing").await?;
    let outcome = world.kiosk.play(&clip).await?;
    anyhow::ensure!(outcome == "done", "the enrolment was refused: {}", world.kiosk.code());
    Ok(())
}

/// While A stands at the kiosk with a redeemed code, the operator saves the door again: a new policy, which must not end A's grant.
async fn another_change(world: &mut World) -> anyhow::Result<()> {
    let before = world.status().await?.epoch;
    let page = super::purpose::door_page(world).await?;
    let action = format!("{}/ways", page.path);
    let ways = [("qr", "on"), ("pin", "on"), ("face", "on")];
    world.operator.submit(&page, &action, &ways).await?.good()?;
    world
        .estate
        .until("the gate has a newer policy", |status| status.epoch > before)
        .await?;
    world
        .teller
        .saw("meanwhile the operator saves the door again: a newer policy is in force at the gate");
    Ok(())
}

/// Waits until the person's consent page shows the gate's receipt beside the one tap that undoes it.
pub(super) async fn receipt_on_page(world: &World, name: &str) -> anyhow::Result<bool> {
    let resident = if name == "A" { world.a()? } else { world.b()? };
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let page = resident.consent_page().await?;
        if page.has("class=\"receipt\"") && page.actions().iter().any(|action| action.ends_with("/withdraw")) {
            return Ok(true);
        }
        if tokio::time::Instant::now() > deadline {
            return Ok(false);
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}
