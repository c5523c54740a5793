//! Step 1: without a declared, assessed, approved and active purpose nothing works.

use anyhow::Context as _;

use super::World;

pub(super) async fn step(world: &mut World) -> anyhow::Result<()> {
    world
        .teller
        .step(1, "The operator signs in with the one-time link and declares a purpose for door 3");
    let link = world.estate.seed.operator_link.clone();
    sign_in(world, &link).await?;
    let stranger = crate::browser::Browser::new(&world.estate.server(), "zh-CN")?;
    let again = stranger.get(&link).await?;
    let refused = match again.actions().first() {
        Some(action) if again.status == 200 => stranger.submit(&again, action, &[]).await?.status != 200,
        _ => true,
    };
    world.teller.held("the link works once", refused)?;

    let actions = world.kiosk.actions();
    world.teller.held(
        "before a purpose the gate offers no enrolment and no face lane",
        !actions.contains(&"enrol".to_owned()),
    )?;

    let door = door_page(world).await?;
    let base = door.path.clone();
    let saved = world
        .operator
        .submit(&door, &format!("{base}/ways"), &[("qr", "on"), ("pin", "on"), ("face", "on")])
        .await?
        .good()?;
    world
        .teller
        .held("door 3 opens by QR, PIN or face", saved.text().contains("人脸"))?;
    let page = world.operator.get(&base).await?.good()?;
    let empty = world
        .operator
        .submit(&page, &format!("{base}/purpose"), &purpose_fields("", ""))
        .await?;
    world.teller.held(
        "a purpose without necessity and alternatives is refused, with the article",
        empty.has("class=\"article\"") || empty.status == 422,
    )?;
    declare(world, &base).await?;
    let approve = write_assessment(world, &base).await?;
    world
        .teller
        .saw("necessity, alternatives, retention and mode 1:few are written down; the assessment treats its four heads");
    let page = world.operator.get(&base).await?.good()?;
    world.teller.held(
        "before another operator approved it there is nothing to activate",
        !page.actions().iter().any(|action| action.ends_with("/activate")),
    )?;
    let page = world.operator.get(approve_page(&approve)).await?.good()?;
    world.teller.held(
        "whoever wrote it is told that another operator approves it",
        page.has("要由另一位操作员批准") && !page.actions().contains(&approve),
    )?;
    approve_assessment(world, &approve).await?;
    let before = world.status().await?.epoch;
    activate(world, &base).await?;
    let status = world
        .estate
        .until("the gate has the new snapshot", |status| {
            status.epoch > before && status.face_closed.is_empty()
        })
        .await?;
    world.teller.held(
        "the purpose is active and the gate's face lane is open",
        status.face_closed.is_empty(),
    )
}

/// Opens the desk with a one-time link.
pub(super) async fn sign_in(world: &mut World, link: &str) -> anyhow::Result<()> {
    let page = world.operator.get(link).await?.good()?;
    let action = page.actions().into_iter().next().context("the link leads to no form")?;
    let desk = world.operator.submit(&page, &action, &[]).await?.good()?;
    world
        .teller
        .held("the one-time link opens the desk", desk.path.starts_with("/desk"))
}

/// The console's page of door 3.
pub(super) async fn door_page(world: &World) -> anyhow::Result<crate::browser::Page> {
    door_page_of(world, 3).await
}

pub(super) async fn door_page_of(world: &World, number: usize) -> anyhow::Result<crate::browser::Page> {
    let desk = world.operator.get("/desk").await?.good()?;
    let href = desk
        .html
        .split("<th scope=\"row\"><a href=\"")
        .nth(number)
        .and_then(|rest| rest.split('"').next())
        .context("the desk lists no such door")?
        .to_owned();
    world.operator.get(&href).await?.good()
}

pub(super) async fn activate(world: &World, base: &str) -> anyhow::Result<()> {
    let page = world.operator.get(base).await?.good()?;
    let activate = page
        .actions()
        .into_iter()
        .find(|action| action.ends_with("/activate"))
        .context("nothing to activate")?;
    world.operator.submit(&page, &activate, &[]).await?.good()?;
    Ok(())
}

/// Declares a purpose at the door of this page.
pub(super) async fn declare(world: &World, base: &str) -> anyhow::Result<()> {
    let action = format!("{base}/purpose");
    let page = world.operator.get(base).await?.good()?;
    world
        .operator
        .submit(
            &page,
            &action,
            &purpose_fields(
                "双手提物、不便使用手机的住户可以不停留地进门。",
                "二维码：需要空出手；数字密码：会被旁人看见；门禁卡：会丢失",
            ),
        )
        .await?
        .good()?;
    Ok(())
}

/// The operator writes the assessment of the purpose at this door; where it is approved.
pub(super) async fn write_assessment(world: &World, base: &str) -> anyhow::Result<String> {
    let door = world.operator.get(base).await?.good()?;
    let assessment = door
        .html
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|href| href.ends_with("/assessment"))
        .with_context(|| format!("nothing to assess: {}", door.text()))?;
    let page = world.operator.get(assessment).await?.good()?;
    let fields = [
        ("necessity", "目的明确，只用于住户本人进门；一户之内比对，影响最小。"),
        ("impact", "不同意的住户用二维码或密码进门，不受影响；可随时撤回。"),
        ("risk", "设备被盗时，模板以设备锚加密；服务器没有模板。"),
        ("safeguards", "加密、访问控制、授权管理、审计、入侵防护均已启用并有测试。"),
        ("accuracy", "按包里实测的门槛；在本小区试过照片和手机。"),
    ];
    let written = world.operator.submit(&page, assessment, &fields).await?.good()?;
    let version = written
        .between(&format!("href=\"{assessment}/"), "\"")
        .context("the version that was written is not listed")?;
    Ok(format!("{assessment}/{version}/approve"))
}

/// Another operator reads it and stands for it.
pub(super) async fn approve_assessment(world: &World, approve: &str) -> anyhow::Result<()> {
    let safety = crate::browser::Browser::new(&world.estate.server(), "zh-CN")?;
    let link = world.estate.operator_link("安全负责人").await?;
    let page = safety.get(&link).await?.good()?;
    let action = page.actions().into_iter().next().context("the link leads to no form")?;
    safety.submit(&page, &action, &[]).await?.good()?;
    let page = safety.get(approve_page(approve)).await?.good()?;
    safety.submit(&page, approve, &[]).await?.good()?;
    Ok(())
}

/// The page with the form whose address this is.
fn approve_page(approve: &str) -> &str {
    approve.split_once("/assessment/").map_or(approve, |(purpose, _)| {
        approve.get(..purpose.len() + "/assessment".len()).unwrap_or(approve)
    })
}

fn purpose_fields<'a>(necessity: &'a str, alternatives: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("zh", "住户本人进出三号门"),
        ("en", "residents entering by door 3"),
        ("necessity_zh", necessity),
        (
            "necessity_en",
            if necessity.is_empty() {
                ""
            } else {
                "residents with full hands pass without stopping"
            },
        ),
        ("alternatives", alternatives),
        ("owner", "物业安全主管"),
        ("template_days", "365"),
        ("passage_days", "30"),
        ("mode", "1:few"),
    ]
}
