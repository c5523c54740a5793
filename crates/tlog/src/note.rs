//! Signed notes: a text, an empty line, and a line for each signature (C2SP signed-note).

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::text;

/// Kind of key that signs the text of a note with Ed25519.
pub const KEY_LOG: u8 = 0x01;
/// Kind of key that cosigns a checkpoint with Ed25519, with a time.
pub const KEY_COSIGNER: u8 = 0x04;

const DASH: &str = "— ";
/// Far above a checkpoint with every cosignature that we would ask for.
const NOTE_BYTES_MAX: usize = 64 * 1024;
const SIGNATURES_MAX: usize = 64;
const SIGNATURE_BYTES: usize = 64;

/// Why a note is none, or is not signed as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("this is not a signed note")]
    Form,
    #[error("the note does not carry a signature by this key")]
    Unsigned,
    #[error("a signature by this key does not hold")]
    Signature,
}

/// A name and a public key, as in `name+id+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    kind: u8,
    key: [u8; 32],
}

impl NoteKey {
    /// `None` for a name that is empty or holds a space, a line end or a plus sign.
    pub fn new(name: &str, kind: u8, key: [u8; 32]) -> Option<Self> {
        let plain = is_name(name) && !name.contains(char::is_control);
        (plain && matches!(kind, KEY_LOG | KEY_COSIGNER)).then(|| Self {
            name: name.to_owned(),
            kind,
            key,
        })
    }

    /// Reads `name+0123abcd+base64`; `None` for another form or an id that does not fit.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let bytes = text::decode(key)?;
        let (&kind, key) = bytes.split_first()?;
        let parsed = Self::new(name, kind, key.try_into().ok()?)?;
        (hex(parsed.id()) == id).then_some(parsed)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub const fn kind(&self) -> u8 {
        self.kind
    }

    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// First four bytes of SHA-256(name ‖ line end ‖ kind ‖ key).
    pub fn id(&self) -> [u8; 4] {
        let [a, b, c, d, ..]: [u8; 32] = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', self.kind])
            .chain_update(self.key)
            .finalize()
            .into();
        [a, b, c, d]
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn holds(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        VerifyingKey::from_bytes(&self.key)
            .is_ok_and(|key| key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok())
    }
}

impl std::fmt::Display for NoteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = [&[self.kind], self.key.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex(self.id()), text::encode(&key))
    }
}

/// Unicode's other spaces count, too: a reader that splits lines at them would see another name.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|char: char| char.is_whitespace() || char == '+')
}

fn hex(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// A key that signs notes. Prints only its name; zeroes itself.
pub struct NoteSigner {
    public: NoteKey,
    secret: SigningKey,
}

impl NoteSigner {
    /// `None` for a name that a key cannot have.
    pub fn new(name: &str, kind: u8, seed: &[u8; 32]) -> Option<Self> {
        let secret = SigningKey::from_bytes(seed);
        let public = NoteKey::new(name, kind, secret.verifying_key().to_bytes())?;
        Some(Self { public, secret })
    }

    pub const fn public(&self) -> &NoteKey {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.secret.sign(message).to_bytes()
    }

    /// Signs `text`, which must end with a line end, as a log does.
    pub fn sign_text(&self, text: &str) -> NoteSignature {
        self.signature(&self.sign(text.as_bytes()))
    }

    pub(crate) fn signature(&self, payload: &[u8]) -> NoteSignature {
        NoteSignature {
            name: self.public.name.clone(),
            bytes: [self.public.id().as_slice(), payload].concat(),
        }
    }
}

impl std::fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NoteSigner({})", self.public.name)
    }
}

/// One signature line: who, the four bytes of the key's id, and what that kind of key writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    bytes: Vec<u8>,
}

impl NoteSignature {
    pub fn name(&self) -> &str {
        &self.name
    }

    fn is_by(&self, key: &NoteKey) -> bool {
        self.name == key.name && self.bytes.starts_with(&key.id())
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.bytes.get(4..).unwrap_or_default()
    }

    /// Reads `— name base64`, without a line end.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, payload) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = text::decode(payload)?;
        (is_name(name) && bytes.len() > 4).then(|| Self {
            name: name.to_owned(),
            bytes,
        })
    }
}

impl std::fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{DASH}{} {}", self.name, text::encode(&self.bytes))
    }
}

/// A text with signatures, none of which is believed before it was asked for by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// `text` must end with a line end.
    pub const fn new(text: String, signatures: Vec<NoteSignature>) -> Self {
        Self { text, signatures }
    }

    /// Reads a note. Signatures stand after the last empty line.
    pub fn parse(bytes: &str) -> Result<Self, NoteError> {
        let plain = bytes.len() <= NOTE_BYTES_MAX && !bytes.chars().any(|char| char < ' ' && char != '\n');
        let at = bytes.rfind("\n\n").filter(|_| plain).ok_or(NoteError::Form)?;
        let (text, lines) = bytes.split_at_checked(at + 1).ok_or(NoteError::Form)?;
        let lines = lines
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'))
            .ok_or(NoteError::Form)?;
        let signatures: Option<Vec<NoteSignature>> = lines.split('\n').map(NoteSignature::parse).collect();
        let signatures = signatures.filter(|signatures| signatures.len() <= SIGNATURES_MAX);
        Ok(Self {
            text: text.to_owned(),
            signatures: signatures.ok_or(NoteError::Form)?,
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    pub fn add(&mut self, signature: NoteSignature) {
        self.signatures.push(signature);
    }

    /// What this key wrote in its line. Of two lines by one key neither is taken.
    pub(crate) fn payload_of(&self, key: &NoteKey) -> Result<&[u8], NoteError> {
        let mut lines = self.signatures.iter().filter(|signature| signature.is_by(key));
        let line = lines.next().ok_or(NoteError::Unsigned)?;
        match lines.next() {
            None => Ok(line.payload()),
            Some(_) => Err(NoteError::Signature),
        }
    }

    /// Whether this key, of kind [`KEY_LOG`], signed the text.
    pub fn verify(&self, key: &NoteKey) -> Result<(), NoteError> {
        let payload = self.payload_of(key)?.try_into().map_err(|_| NoteError::Signature)?;
        if key.kind == KEY_LOG && key.holds(self.text.as_bytes(), payload) {
            Ok(())
        } else {
            Err(NoteError::Signature)
        }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            writeln!(f, "{signature}")?;
        }
        Ok(())
    }
}
