//! A time-stamping authority (RFC 3161) that lives as long as a test: OpenSSL with a CA and a stamper that are made for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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

const STEPS: [&str; 3] = [
    "req -x509 -config tsa.cnf -extensions ca -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.pem -days 30 -subj /CN=throw-away-CA",
    "req -new -config tsa.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout tsa.key -out tsa.csr -subj /CN=throw-away-stamper",
    "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile tsa.cnf -extensions stamper -out tsa.pem",
];
const QUERY: &str = "ts -query -data data -sha256 -cert -out query.tsq";
const REPLY: &str = "ts -reply -config tsa.cnf -queryfile query.tsq -signer tsa.pem -inkey tsa.key -out token.tsr";
/// A query is about a hundred bytes.
const QUERY_BYTES_MAX: usize = 64 * 1024;

/// The authority in its folder.
#[derive(Debug, Clone)]
pub struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// Makes CA and stamper in `folder`.
    pub fn make(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("tsa.cnf"), CONFIGURATION)?;
        std::fs::write(folder.join("serial"), "01\n")?;
        let made = Self { folder: folder.to_owned() };
        STEPS.iter().try_for_each(|step| made.openssl(step))?;
        Ok(made)
    }

    /// The CA's certificate (PEM), with which tokens are checked.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Answers one query.
    pub fn answer(&self, query: &[u8]) -> anyhow::Result<Vec<u8>> {
        std::fs::write(self.folder.join("query.tsq"), query)?;
        self.openssl(REPLY)?;
        Ok(std::fs::read(self.folder.join("token.tsr"))?)
    }

    /// A token over a file's bytes, as `openssl ts` itself asks for it.
    pub fn stamp(&self, data: &Path) -> anyhow::Result<Vec<u8>> {
        std::fs::copy(data, self.folder.join("data"))?;
        self.openssl(QUERY)?;
        self.answer(&std::fs::read(self.folder.join("query.tsq"))?)
    }

    /// Serves on a free port of loopback; the address.
    pub async fn serve(self) -> anyhow::Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://127.0.0.1:{}/", listener.local_addr()?.port());
        tokio::spawn(async move {
            // One after the other: the folder has room for one query.
            while let Ok((stream, _)) = listener.accept().await {
                self.meet(stream).await.ok();
            }
        });
        Ok(address)
    }

    async fn meet(&self, mut stream: TcpStream) -> anyhow::Result<()> {
        let mut request = Vec::new();
        let body = loop {
            ensure!(
                stream.read_buf(&mut request).await? > 0 && request.len() < QUERY_BYTES_MAX,
                "no request"
            );
            if let Some(body) = body(&request) {
                break body.to_vec();
            }
        };
        let authority = self.clone();
        let token = tokio::task::spawn_blocking(move || authority.answer(&body)).await??;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            token.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&token).await?;
        Ok(stream.shutdown().await?)
    }

    fn openssl(&self, step: &str) -> anyhow::Result<()> {
        let mut command = Command::new("openssl");
        command.args(step.split(' ')).current_dir(&self.folder).stdin(Stdio::null());
        let output = command.output().context("`openssl` could not be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`openssl {step}`: {said}");
        Ok(())
    }
}

/// The body of a request, once it is there as a whole.
fn body(request: &[u8]) -> Option<&[u8]> {
    let at = request.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = request.split_at_checked(at + 4)?;
    let head = String::from_utf8_lossy(head).to_lowercase();
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse().ok())?;
    (body.len() >= length).then_some(body)
}

/// Makes `stamp/{data,token.tsr,ca.pem}` in an export folder. The keys are gone when this returns.
pub fn stamp_export(folder: &Path) -> anyhow::Result<()> {
    let (stamp, making) = (folder.join("stamp"), folder.join("stamping"));
    std::fs::create_dir_all(&stamp)?;
    let authority = Authority::make(&making)?;
    let token = authority.stamp(&folder.join("checkpoint"))?;
    std::fs::write(stamp.join("token.tsr"), token)?;
    std::fs::copy(folder.join("checkpoint"), stamp.join("data"))?;
    std::fs::copy(authority.certificate(), stamp.join("ca.pem"))?;
    Ok(std::fs::remove_dir_all(making)?)
}

/// `openssl ts -verify`.
pub fn holds(folder: &Path, data: &Path, token: &Path, certificate: &Path) -> anyhow::Result<bool> {
    let mut command = Command::new("openssl");
    command.args(["ts", "-verify", "-data"]).arg(data);
    command.args(["-token_in", "-in"]).arg(token).arg("-CAfile").arg(certificate);
    command.current_dir(folder).stdin(Stdio::null());
    Ok(command.output().context("`openssl` could not be started")?.status.success())
}
