//! Binding a device to a site: its own key is made here, the site's key is pinned here.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use countenance_base::{Clock, GateId, SystemRng};
use countenance_gate_core::wire::{Claim, Claimed, PATH_CLAIM};
use countenance_grant::SigningKey;

use crate::server_client::ServerClient;
use crate::store::{ClaimedGate, SealedStore};

/// Claims a gate with the code that the console made. The folders must not hold a gate already: a second claim is a second
/// device, and nothing of the first may be carried over by omission.
pub async fn claim(
    server: &str,
    code: &str,
    data: &Path,
    anchor: &Path,
    pack: [u8; 32],
    demo: bool,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<GateId> {
    if SealedStore::exists(data) {
        bail!(
            "`{}` holds a gate already\nhint: choose an empty folder, or `countenance-gate run` the gate that is there",
            data.display()
        );
    }
    let mut rng = SystemRng;
    let draft = SealedStore::draft(&mut rng);
    let device = Arc::new(SigningKey::from_seed(&draft.device_seed()));
    let client = ServerClient::new(server, GateId(0), Arc::clone(&device), None, clock)?;
    let request = Claim {
        code: code.to_owned(),
        device_key: device.public(),
        pack,
        demo,
    };
    let answer: Claimed = client
        .post(PATH_CLAIM, &request)
        .await
        .context("the server did not accept this claim code")?;
    let claimed = ClaimedGate {
        site: answer.site,
        gate: answer.gate,
        site_key: answer.site_key,
        server: server.to_owned(),
        demo,
    };
    SealedStore::create(data, anchor, draft, &claimed, &mut rng).context("the sealed store could not be made")?;
    Ok(answer.gate)
}
