//! `countenance seed`: the estate of the demo, 2,400 households and three doors, printed as JSON for scripts.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use countenance_access::{DoorSettings, SaveDoor, make_gate_code, save_door};
use countenance_base::{SystemClock, SystemRng, Text};
use countenance_persons::{Ctx, ImportHousehold, NewPerson, Person, import_household, make_claim_letter, make_operator_link};
use countenance_trace::{Reader, Trace};
use serde::Serialize;

use crate::config::SiteConfig;
use crate::data::{Data, Home};
use crate::serve::{operator_link, state_of};

/// Buildings × floors × flats: 2,400 households, `1-101` to `20-3004`.
const BUILDINGS: u32 = 20;
const FLOORS: u32 = 30;
const FLATS: u32 = 4;
/// Where A and B of the story live, and C.
const HOME: &str = "12-1803";
const NEIGHBOUR: &str = "12-1804";
const OPERATOR: &str = "值班经理 Duty manager";
const SECOND_OPERATOR: &str = "安全负责人 Safety officer";

#[derive(Debug, clap::Args)]
pub(crate) struct SeedArguments {
    #[command(flatten)]
    home: Home,
    /// Address that people will open
    #[arg(long, default_value = "http://localhost:4000")]
    address: String,
}

#[derive(Serialize)]
struct Seeded {
    operator_link: String,
    /// For whoever approves what the first one writes.
    second_operator_link: String,
    letters: Vec<Letter>,
    gates: Vec<Gate>,
    households: u32,
}

#[derive(Serialize)]
struct Letter {
    person: &'static str,
    unit: String,
    login: String,
    code: String,
}

#[derive(Serialize)]
struct Gate {
    door: String,
    name: String,
    code: String,
}

#[expect(clippy::print_stdout, reason = "letters and codes are this command's output")]
pub(crate) async fn seed(arguments: SeedArguments) -> anyhow::Result<()> {
    ensure!(
        !arguments.home.is_taken(),
        "`{}` holds a site already\nhint: choose an empty folder",
        arguments.home.folder().display()
    );
    let mut rng = SystemRng;
    let now = countenance_base::Clock::now(&SystemClock);
    let data = Data::found(&arguments.home, &SiteConfig::demo(), now, &mut rng).await?;
    let state = state_of(data, Arc::new(SystemClock))?;
    let mut tx = state.trace(Reader::Machine).await?;
    let mut ctx = state.ctx(&mut rng);
    let gates = doors(&mut tx, &mut ctx).await?;
    let people = households(&mut tx, &mut ctx).await?;
    let letters = letters(&mut tx, &mut ctx, &people).await?;
    let code = make_operator_link(&mut tx, &mut ctx, OPERATOR).await?;
    let second_code = make_operator_link(&mut tx, &mut ctx, SECOND_OPERATOR).await?;
    tx.commit().await?;
    state.db().close().await;
    let seeded = Seeded {
        operator_link: operator_link(&arguments.address, &code),
        second_operator_link: operator_link(&arguments.address, &second_code),
        letters,
        gates,
        households: BUILDINGS * FLOORS * FLATS,
    };
    println!("{}", serde_json::to_string_pretty(&seeded)?);
    Ok(())
}

async fn doors(tx: &mut Trace, ctx: &mut Ctx<'_>) -> anyhow::Result<Vec<Gate>> {
    let names = [
        ("一号门（东门）", "Door 1 (east gate)"),
        ("二号门（南门）", "Door 2 (south gate)"),
        ("三号门（北门）", "Door 3 (north gate)"),
    ];
    let mut gates = Vec::new();
    for (number, (zh, en)) in (1..).zip(names) {
        let settings = DoorSettings::entrance(ctx.rulebook.parameters().distance_default_mm);
        let door = save_door(
            tx,
            ctx,
            SaveDoor {
                number,
                name: Text::new(zh, en),
                settings,
            },
        )
        .await
        .context("a door of the demo")?;
        let code = make_gate_code(tx, ctx, door).await.context("a gate of the demo")?;
        gates.push(Gate {
            door: door.to_string(),
            name: zh.to_owned(),
            code: code.code,
        });
    }
    Ok(gates)
}

/// Two people in the story's home, one everywhere else.
async fn households(tx: &mut Trace, ctx: &mut Ctx<'_>) -> anyhow::Result<Vec<Person>> {
    let mut asked_for = Vec::new();
    for building in 1..=BUILDINGS {
        for floor in 1..=FLOORS {
            for flat in 1..=FLATS {
                let unit = format!("{building}-{floor}{flat:02}");
                let count = if unit == HOME { 2 } else { 1 };
                let new = |letter| NewPerson {
                    display_name: format!("演示住户 {unit} {letter}"),
                    under_guardian_age: false,
                };
                let people = ('A'..).take(count).map(new).collect();
                let known = unit == HOME || unit == NEIGHBOUR;
                let people = import_household(tx, ctx, ImportHousehold { unit, people })
                    .await
                    .context("a household of the demo")?;
                if known {
                    asked_for.extend(people);
                }
            }
        }
    }
    Ok(asked_for)
}

async fn letters(tx: &mut Trace, ctx: &mut Ctx<'_>, people: &[Person]) -> anyhow::Result<Vec<Letter>> {
    let mut letters = Vec::new();
    for (name, person) in ["A", "B", "C"].into_iter().zip(people) {
        let letter = make_claim_letter(tx, ctx, person.id).await?.context("a person of the demo")?;
        letters.push(Letter {
            person: name,
            unit: person.unit.clone(),
            login: letter.login,
            code: letter.code,
        });
    }
    Ok(letters)
}
