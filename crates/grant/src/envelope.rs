//! A payload and one signature over exactly these bytes.

use crate::{InvalidSignature, PublicKey, Signature, SigningKey};

/// Signed bytes as they travel. The payload is decoded only after its signature was checked.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Envelope {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub payload: Vec<u8>,
    #[n(1)]
    pub signature: Signature,
}

/// Why an envelope was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEnvelope {
    #[error(transparent)]
    Signature(#[from] InvalidSignature),
    #[error("payload is not the canonical encoding of what it should be")]
    Payload,
}

impl Envelope {
    pub fn seal<T: minicbor::Encode<()>>(domain: &str, value: &T, key: &SigningKey) -> Self {
        let payload = encode(value);
        let signature = key.sign(domain, &payload);
        Self { payload, signature }
    }

    pub fn open<T>(&self, domain: &str, key: &PublicKey) -> Result<T, InvalidEnvelope>
    where
        T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
    {
        key.verify(domain, &self.payload, &self.signature)?;
        decode_canonical(&self.payload).ok_or(InvalidEnvelope::Payload)
    }
}

/// Deterministic CBOR of `value`.
pub fn encode<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    // Writing to a Vec cannot fail, and our types have no failing encoders; an empty payload is refused by every reader.
    minicbor::to_vec(value).unwrap_or_default()
}

/// Decodes `bytes` when they are the one encoding that [`encode`] would have made.
pub fn decode_canonical<T>(bytes: &[u8]) -> Option<T>
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
{
    let value: T = minicbor::decode(bytes).ok()?;
    (encode(&value) == bytes).then_some(value)
}
