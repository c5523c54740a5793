//! The story: fourteen steps through the real interfaces (HTTP, kiosk socket, process memory, files), told as they are seen.

mod arrive;
mod challenge;
mod close;
mod command;
mod configure;
mod eyes;
mod forget;
mod ledger;
mod offline;
mod pack;
mod pass;
mod person;
mod purpose;
mod refuse;
mod search;
mod servers;
mod uses;

use std::path::Path;

use anyhow::bail;
use countenance_base::SystemRng;

use crate::browser::Browser;
use crate::clips::Clips;
use crate::estate::{Estate, GateStatus, SecondGate};
use crate::kiosk_client::Kiosk;

pub use eyes::Eyes;
pub use person::Resident;

/// Everyone and everything of the story.
pub struct World {
    pub estate: Estate,
    pub operator: Browser,
    pub kiosk: Kiosk,
    pub clips: Clips,
    pub eyes: Eyes,
    /// The gate of door 2, which stands still since step 11.
    pub second: Option<SecondGate>,
    pub a: Option<Resident>,
    pub b: Option<Resident>,
    pub rng: SystemRng,
    pub teller: Teller,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

/// Says what happens and counts what held.
#[derive(Debug, Default)]
pub struct Teller {
    held: usize,
}

impl Teller {
    #[expect(clippy::print_stdout, reason = "the story is this program's output")]
    fn line(text: &str) {
        println!("{text}");
    }

    pub fn step(&self, number: u8, title: &str) {
        Self::line(&format!("\n{number}. {title}"));
    }

    /// Something seen, without a judgement.
    pub fn saw(&self, text: &str) {
        Self::line(&format!("   · {text}"));
    }

    /// Something that must hold.
    pub fn held(&mut self, what: &str, holds: bool) -> anyhow::Result<()> {
        if !holds {
            Self::line(&format!("   × {what}"));
            bail!("the story does not hold: {what}");
        }
        self.held += 1;
        Self::line(&format!("   ✓ {what}"));
        Ok(())
    }
}

/// Tells the whole story below `folder`; with a `database` of a server, two servers share it and one of them is killed.
pub async fn tell(folder: &Path, database: Option<&str>) -> anyhow::Result<()> {
    let mut world = begin(folder, database).await?;
    let told = steps(&mut world).await;
    world.estate.end().await?;
    told?;
    Teller::line(&format!("\nThe story held: {} passed, 0 failed", world.teller.held));
    Ok(())
}

async fn begin(folder: &Path, database: Option<&str>) -> anyhow::Result<World> {
    let estate = Estate::raise(folder, database).await?;
    let operator = Browser::new(&estate.server(), "zh-CN")?;
    let kiosk = Kiosk::open(estate.kiosk_port).await?;
    let world = World {
        operator,
        kiosk,
        clips: Clips::load()?,
        eyes: Eyes::open()?,
        second: None,
        a: None,
        b: None,
        rng: SystemRng,
        teller: Teller::default(),
        estate,
    };
    world.teller.saw(&format!(
        "{} households, gate at door 3 claimed as DEMO, kiosk on port {}",
        world.estate.seed.households, world.estate.kiosk_port
    ));
    Ok(world)
}

async fn steps(world: &mut World) -> anyhow::Result<()> {
    purpose::step(world).await?;
    arrive::step(world).await?;
    arrive::enrol_step(world).await?;
    pass::step(world).await?;
    refuse::step(world).await?;
    refuse::counters_step(world).await?;
    servers::lose_one(world).await?;
    offline::step(world).await?;
    forget::step(world).await?;
    configure::step(world).await?;
    servers::count(world).await?;
    challenge::step(world).await?;
    ledger::step(world).await?;
    if world.estate.database.is_some() {
        return Ok(());
    }
    uses::step(world).await?;
    close::step(world).await
}

impl World {
    pub async fn status(&self) -> anyhow::Result<GateStatus> {
        self.estate.status().await
    }

    /// Keys in a unit and goes on to the choice of lanes.
    pub async fn claim_unit(&mut self, unit: &str) -> anyhow::Result<()> {
        self.kiosk.reset().await?;
        self.kiosk.press("begin").await?;
        self.kiosk.expect("ask.unit").await?;
        self.kiosk.type_in("unit", unit).await?;
        self.kiosk.expect("ask.lane").await
    }

    /// Claims a unit, asks for the face lane, plays a clip; returns the outcome.
    pub async fn ask_by_face(&mut self, unit: &str, clip: &[Vec<u8>]) -> anyhow::Result<String> {
        self.claim_unit(unit).await?;
        self.kiosk.press("face").await?;
        self.kiosk
            .until(|screen| screen["key"] == "prompt.face" || screen["outcome"] == "refused")
            .await?;
        if self.kiosk.outcome() == "refused" {
            return Ok("refused".into());
        }
        self.kiosk.press("face").await?;
        self.kiosk
            .until(|screen| screen["camera"] == "face" || screen["outcome"] == "refused")
            .await?;
        self.kiosk.play(clip).await
    }

    /// Shows a person's door QR to the kiosk's camera.
    pub async fn ask_by_qr(&mut self, text: &str) -> anyhow::Result<String> {
        self.kiosk.reset().await?;
        self.kiosk.press("qr").await?;
        self.kiosk
            .until(|screen| screen["camera"] == "code" || screen["outcome"] == "refused")
            .await?;
        let picture = crate::clips::code_frame(text)?;
        self.kiosk.show_code(&picture).await?;
        Ok(self.kiosk.outcome().to_owned())
    }

    pub async fn ask_by_pin(&mut self, unit: &str, pin: &str) -> anyhow::Result<String> {
        self.claim_unit(unit).await?;
        self.kiosk.press("pin").await?;
        self.kiosk
            .until(|screen| screen["input"] == "pin" || screen["outcome"] == "refused")
            .await?;
        self.kiosk.type_in("pin", pin).await?;
        self.kiosk
            .until(|screen| matches!(screen["outcome"].as_str(), Some("opened" | "refused")))
            .await?;
        Ok(self.kiosk.outcome().to_owned())
    }

    pub fn a(&self) -> anyhow::Result<&Resident> {
        self.a.as_ref().ok_or_else(|| anyhow::anyhow!("A has no account yet"))
    }

    pub fn b(&self) -> anyhow::Result<&Resident> {
        self.b.as_ref().ok_or_else(|| anyhow::anyhow!("B has no account yet"))
    }
}
