//! The demo by hand: the estate stays up until Ctrl-C.

use std::path::Path;

use crate::estate::Estate;

#[expect(clippy::print_stdout, reason = "what to do is this program's output")]
fn say(line: &str) {
    println!("{line}");
}

/// Raises the estate, says where it is and what to try, waits for Ctrl-C; the caller removes the folder.
pub async fn hold(folder: &Path) -> anyhow::Result<()> {
    let mut estate = Estate::raise(folder, None).await?;
    let (server, kiosk) = (estate.server(), estate.kiosk_port);
    say("\nDEMO estate");
    say(&format!(
        "  {} households, three doors; the gate stands at door 3",
        estate.seed.households
    ));
    say(&format!("  portal   {server}/"));
    say(&format!(
        "  console  {}   (one-time link; open it first)",
        estate.seed.operator_link
    ));
    say(&format!(
        "  the same for whoever approves   {}   (in a private window: another person)",
        estate.seed.second_operator_link
    ));
    say(&format!("  kiosk    http://localhost:{kiosk}/"));
    say("\nLetters (login, claim code):");
    for letter in &estate.seed.letters {
        say(&format!(
            "  {}: {}  {}   unit {}",
            letter.person, letter.login, letter.code, letter.unit
        ));
    }
    say("\nTry with your own webcam:");
    say(
        "  1. Console: open door 3, tick face beside QR and PIN, declare a purpose, write its assessment; approve that as the second operator; activate.",
    );
    say("  2. Portal: claim A's account, turn on QR and PIN, open face at door 3, read, agree, ask for an enrolment code.");
    say(
        "  3. Kiosk, in another window or on another screen of this machine: enrol, show the code to the camera (a phone photo of the QR will do), confirm the digits, look.",
    );
    say("  4. Kiosk: key in the unit, choose face. Then withdraw in the portal, and try again.");
    say("  Nothing leaves this machine; Ctrl-C stops everything and erases its data.");
    tokio::signal::ctrl_c().await?;
    say("\nstopping");
    estate.end().await
}
