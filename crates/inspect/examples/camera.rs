//! The camera of the tests as a program, for clients that others wrote: prints where it is, and ends with its standard input.
//!
//! `camera [--no-faces | --no-analytics] [--discovery PORT]`

#[path = "../tests/it/camera.rs"]
mod camera;

use std::io::{Read as _, Write as _};
use std::net::Ipv4Addr;

use camera::{Analytics, Camera, start};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = arguments.iter().position(|word| word == "--discovery").map(|at| at + 1);
    let port = match after.and_then(|at| arguments.get(at)) {
        Some(port) => port.parse()?,
        None => 0,
    };
    let word = |wanted: &str| arguments.iter().any(|word| word == wanted);
    let analytics = match (word("--no-faces"), word("--no-analytics")) {
        (_, true) => Analytics::Absent,
        (true, false) => Analytics::Movement,
        (false, false) => Analytics::Faces,
    };
    let camera = Camera::at(Ipv4Addr::LOCALHOST).with(analytics);
    let runtime = tokio::runtime::Runtime::new()?;
    let running = runtime.block_on(start(camera, port))?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", running.http)?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
