//! The answer as JSON, for the file of a case.

use serde_json::{Value, json};

use super::{Asked, Device, FaceKind};

/// The form of the record, so that a later one can be told apart.
pub const FORM: &str = "countenance-inspect-network/1";

pub fn record(asked: &Asked, kinds: &[FaceKind]) -> Value {
    let devices: Vec<Value> = asked.devices.iter().map(|device| one(device, kinds)).collect();
    json!({
        "form": FORM,
        "range": asked.range,
        "addresses": asked.addresses,
        "probe_to_all": asked.to_all,
        "probes_not_sent": asked.unsent,
        "no_time_left_for": asked.left_out,
        "devices": devices,
    })
}

fn one(device: &Device, kinds: &[FaceKind]) -> Value {
    let declared: Vec<Value> = device
        .declared
        .iter()
        .map(|one| {
            let kind = kinds.get(one.kind).map(|kind| kind.id.as_str());
            json!({ "kind": kind, "name": one.name, "asked": one.question.name() })
        })
        .collect();
    let silent: Vec<Value> = device
        .silent
        .iter()
        .map(|(question, why)| json!({ "asked": question.name(), "why": why.code() }))
        .collect();
    json!({
        "address": device.address,
        "port": device.port,
        "verdict": device.verdict(),
        "gate": device.gate,
        "says_of_itself": {
            "manufacturer": device.manufacturer,
            "model": device.model,
            "firmware": device.firmware,
            "serial": device.serial,
            "name": device.name,
        },
        "macs": device.macs,
        "declared": declared,
        "not_answered": silent,
    })
}
