//! A time-stamp token (RFC 3161) over an export's checkpoint, by a stamper and a CA that live as long as the test.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

const CONFIGURATION: &str = "\
[ req ]
distinguished_name = name
[ name ]
[ ca ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[ stamper ]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityKeyIdentifier = keyid
[ tsa ]
default_tsa = it
[ it ]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
";

const STEPS: [&str; 5] = [
    "req -x509 -config tsa.cnf -extensions ca -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.pem -days 30 -subj /CN=throw-away-CA",
    "req -new -config tsa.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout tsa.key -out tsa.csr -subj /CN=throw-away-stamper",
    "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile tsa.cnf -extensions stamper -out tsa.pem",
    "ts -query -data data -sha256 -cert -out query.tsq",
    "ts -reply -config tsa.cnf -queryfile query.tsq -signer tsa.pem -inkey tsa.key -out token.tsr",
];
const KEPT: [&str; 3] = ["data", "token.tsr", "ca.pem"];

/// Makes `stamp/{data,token.tsr,ca.pem}` in an export folder. The keys are gone when this returns.
pub(super) fn make(folder: &Path) -> anyhow::Result<()> {
    let (stamp, making) = (folder.join("stamp"), folder.join("stamping"));
    std::fs::create_dir_all(&stamp)?;
    std::fs::create_dir_all(&making)?;
    std::fs::write(making.join("tsa.cnf"), CONFIGURATION)?;
    std::fs::write(making.join("serial"), "01\n")?;
    std::fs::copy(folder.join("checkpoint"), making.join("data"))?;
    for step in STEPS {
        let mut command = Command::new("openssl");
        command.args(step.split(' ')).current_dir(&making).stdin(Stdio::null());
        let output = command.output().context("`openssl` could not be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`openssl {step}`: {said}");
    }
    for name in KEPT {
        std::fs::rename(making.join(name), stamp.join(name))?;
    }
    std::fs::remove_dir_all(making)?;
    Ok(())
}

/// `openssl ts -verify` on an export folder's stamp.
pub(super) fn holds(folder: &Path) -> anyhow::Result<bool> {
    let mut command = Command::new("openssl");
    command.args("ts -verify -data data -in token.tsr -CAfile ca.pem".split(' '));
    command.current_dir(folder.join("stamp")).stdin(Stdio::null());
    Ok(command.output().context("`openssl` could not be started")?.status.success())
}
