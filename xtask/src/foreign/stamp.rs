//! The time-stamp token (RFC 3161) beside an export, as OpenSSL sees it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

/// `openssl ts -verify` on an export folder's stamp.
pub(super) fn holds(folder: &Path) -> anyhow::Result<bool> {
    let mut command = Command::new("openssl");
    command.args("ts -verify -data data -in token.tsr -CAfile ca.pem".split(' '));
    command.current_dir(folder.join("stamp")).stdin(Stdio::null());
    Ok(command.output().context("`openssl` could not be started")?.status.success())
}
