//! oxvif's mock of an ONVIF device as a program: prints where it is, and ends with its standard input. Its answers to probes are oxvif's
//! own, too.
//!
//! `countenance-foreign-camera [--faces] [--locked] [--discovery PORT]`
//!
//! The mock has no analytics service. With `--faces` a stub of ours (`analytics.rs`) stands before it and answers for that service alone.
//! With `--locked` the mock asks for a password, as most cameras do.

mod analytics;

use std::error::Error;
use std::io::{Read as _, Write as _};

use oxvif::DiscoveredDevice;
use oxvif::mock::{DiscoveryResponder, MockServer};

type Failed = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |wanted: &str| arguments.iter().any(|word| word == wanted);
    let (faces, locked) = (word("--faces"), word("--locked"));
    let after = arguments.iter().position(|word| word == "--discovery").map(|at| at + 1);
    let port: u16 = match after.and_then(|at| arguments.get(at)) {
        Some(port) => port.parse()?,
        None => 0,
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let (base, camera) = runtime.block_on(start(faces, locked, port))?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", base.trim_start_matches("http://"))?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop(camera);
    Ok(())
}

/// Where the camera is, and what must live as long as it.
async fn start(faces: bool, locked: bool, discovery: u16) -> Result<(String, (MockServer, Option<DiscoveryResponder>)), Failed> {
    let mock = MockServer::builder().enforce_auth(locked).start().await?;
    let base = if faces {
        analytics::before(mock.base_url().to_owned()).await?
    } else {
        mock.base_url().to_owned()
    };
    let responder = match discovery {
        0 => None,
        port => {
            let device = DiscoveredDevice {
                endpoint: "urn:uuid:00000000-0000-4000-8000-0000000000f1".to_owned(),
                types: vec!["dn:NetworkVideoTransmitter".to_owned(), "tds:Device".to_owned()],
                scopes: mock.device().read().scopes.clone(),
                xaddrs: vec![format!("{base}/onvif/device")],
            };
            Some(DiscoveryResponder::spawn(&format!("127.0.0.1:{port}"), false, device).await?)
        }
    };
    Ok((base, (mock, responder)))
}
