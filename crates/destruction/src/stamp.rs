//! A time stamp by an outside authority (RFC 3161): the question, and what of the answer is believed. Whether the authority's signature
//! holds is checked by who trusts it (`openssl ts -verify`); here the token only has to be about what was asked.

use cms::signed_data::SignedData;
use der::asn1::{Int, ObjectIdentifier, OctetString};
use der::{Decode as _, Encode as _};
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion, TstInfo};

/// SHA-256 (NIST).
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Why an answer gives no time stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StampRefused {
    #[error("this is no answer of a time-stamping authority")]
    Form,
    #[error("the authority refused")]
    Refused,
    #[error("the time stamp is about something else")]
    Other,
}

/// The request for the SHA-256 of something, in DER. The authority's certificates are asked for, too.
pub fn stamp_request(hash: &[u8; 32], nonce: u64) -> Option<Vec<u8>> {
    let request = TimeStampReq {
        version: TspVersion::V1,
        message_imprint: MessageImprint {
            hash_algorithm: cms::cert::x509::spki::AlgorithmIdentifier {
                oid: SHA256,
                parameters: None,
            },
            hashed_message: OctetString::new(hash.as_slice()).ok()?,
        },
        req_policy: None,
        nonce: Some(integer(nonce)?),
        cert_req: true,
        extensions: None,
    };
    request.to_der().ok()
}

/// The nonce as a positive INTEGER.
fn integer(nonce: u64) -> Option<Int> {
    // The top bit off: a number without a sign byte.
    let bytes = (nonce >> 1 | 1 << 62).to_be_bytes();
    Int::new(&bytes).ok()
}

/// The token of an answer, in DER, when it was granted for this hash and nonce.
pub fn read_stamp(answer: &[u8], hash: &[u8; 32], nonce: u64) -> Result<Vec<u8>, StampRefused> {
    let answer = TimeStampResp::from_der(answer).map_err(|_| StampRefused::Form)?;
    let token = answer.time_stamp_token.ok_or(StampRefused::Refused)?;
    let signed: SignedData = token.content.decode_as().map_err(|_| StampRefused::Form)?;
    let content = signed.encap_content_info.econtent.ok_or(StampRefused::Form)?;
    let content: OctetString = content.decode_as().map_err(|_| StampRefused::Form)?;
    let info = TstInfo::from_der(content.as_bytes()).map_err(|_| StampRefused::Form)?;
    let about = info.message_imprint.hash_algorithm.oid == SHA256 && info.message_imprint.hashed_message.as_bytes() == hash;
    if about && info.nonce == integer(nonce) {
        token.to_der().map_err(|_| StampRefused::Form)
    } else {
        Err(StampRefused::Other)
    }
}
