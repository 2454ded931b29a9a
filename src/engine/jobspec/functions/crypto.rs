//! Hashes, UUIDs, and what decrypts. Chance comes from the surroundings.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD};
use num_bigint::BigUint;
use sha2::Digest as _;

use super::{Fault, Outcome, int_at, text_at};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::val::Val;

/// The alphabet of bcrypt, without padding.
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::BCRYPT, NO_PAD);

/// Above this cost one password takes longer than a check of a thousand jobs may.
const BCRYPT_COST: i64 = 14;

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn md5(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(hex(&md5::Md5::digest(text_at(args, 0)?.as_bytes()))))
}

pub(super) fn sha1(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(hex(&sha1::Sha1::digest(text_at(args, 0)?.as_bytes()))))
}

pub(super) fn sha256(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(hex(&sha2::Sha256::digest(text_at(args, 0)?.as_bytes()))))
}

pub(super) fn sha512(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(hex(&sha2::Sha512::digest(text_at(args, 0)?.as_bytes()))))
}

pub(super) fn bcrypt(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let cost = match args.len() {
        1 => 10,
        2 => int_at(args, 1)?,
        _ => return Err("it takes no more than two arguments".into()),
    };
    // Go takes its default for a cost below its smallest.
    let cost = if cost < 4 { 10 } else { cost };
    if cost > BCRYPT_COST {
        return Err(Fault::Argument(
            1,
            format!("a cost above {BCRYPT_COST} is not computed here, since it takes too long"),
        ));
    }
    let rounds = u32::try_from(cost).unwrap_or(10);
    cx.env.budget.charge(40 << rounds)?;
    let text = text_at(args, 0)?;
    if text.len() > 72 {
        return Err(Fault::Argument(0, "a password has at most 72 bytes".to_owned()));
    }
    // The text ends with a zero byte as far as there is room for one.
    let password: Vec<u8> = text.bytes().chain([0]).take(72).collect();
    let salt = cx.env.surroundings.random();
    let hash = bcrypt::bcrypt(rounds, salt, &password);
    let hash = hash.get(..23).unwrap_or(&hash);
    Ok(Val::text(format!("$2a${rounds:02}${}{}", BCRYPT.encode(salt), BCRYPT.encode(hash))))
}

pub(super) fn uuidv4(cx: &Evaluator<'_>, _: &[Val]) -> Outcome {
    let uuid = uuid::Builder::from_random_bytes(cx.env.surroundings.random()).into_uuid();
    Ok(Val::text(uuid.to_string()))
}

pub(super) fn uuidv5(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let namespace = text_at(args, 0)?;
    let namespace = match &*namespace {
        "dns" => uuid::Uuid::NAMESPACE_DNS,
        "url" => uuid::Uuid::NAMESPACE_URL,
        "oid" => uuid::Uuid::NAMESPACE_OID,
        "x500" => uuid::Uuid::NAMESPACE_X500,
        other => uuid::Uuid::parse_str(other)
            .map_err(|_| Fault::Argument(0, "a namespace is dns, url, oid, x500 or a UUID".to_owned()))?,
    };
    Ok(Val::text(uuid::Uuid::new_v5(&namespace, text_at(args, 1)?.as_bytes()).to_string()))
}

/// RSA with PKCS #1 v1.5 padding. The key stands beside the text in the job file, so there is nobody to hide the
/// time of the computation from.
pub(super) fn rsadecrypt(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    cx.env.budget.charge(100_000)?;
    let cipher = STANDARD.decode(text_at(args, 0)?.as_bytes());
    let cipher = cipher.map_err(|_| Fault::Argument(0, "the text is not base64".to_owned()))?;
    let no_key =
        || Fault::Argument(1, "it is no RSA private key in PEM form (PKCS #1, without password)".to_owned());
    let der = pem(&text_at(args, 1)?).ok_or_else(no_key)?;
    let (modulus, exponent) = private_key(&der).ok_or_else(no_key)?;
    let cipher_number = BigUint::from_bytes_be(&cipher);
    if modulus.bits() > 16_384 || cipher_number >= modulus {
        return Err("the text does not fit the key".into());
    }
    let plain = cipher_number.modpow(&exponent, &modulus).to_bytes_be();
    let message = unpadded(&plain).and_then(|message| std::str::from_utf8(message).ok());
    message.map(Val::text).ok_or_else(|| "the text was not encrypted for this key".into())
}

fn pem(key: &str) -> Option<Vec<u8>> {
    let body =
        key.split_once("-----BEGIN RSA PRIVATE KEY-----")?.1.split_once("-----END RSA PRIVATE KEY-----")?.0;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

/// Modulus and private exponent: the second and fourth number of the key.
fn private_key(der: &[u8]) -> Option<(BigUint, BigUint)> {
    let (tag, mut numbers, _) = element(der)?;
    let mut read = Vec::new();
    while tag == 0x30 && read.len() < 4 {
        let (2, number, rest) = element(numbers)? else { return None };
        read.push(BigUint::from_bytes_be(number));
        numbers = rest;
    }
    let mut read = read.into_iter();
    let (_version, modulus, _public, private) = (read.next()?, read.next()?, read.next()?, read.next()?);
    (modulus.bits() > 0).then_some((modulus, private))
}

/// One element of DER: tag, content, rest.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, der) = der.split_first()?;
    let (length, der) = der.split_first()?;
    let (length, der) = if *length < 0x80 {
        (usize::from(*length), der)
    } else {
        let (digits, der) = der.split_at_checked(usize::from(length & 0x7f).min(4))?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), der)
    };
    let (content, rest) = der.split_at_checked(length)?;
    Some((*tag, content, rest))
}

fn unpadded(plain: &[u8]) -> Option<&[u8]> {
    let rest = plain.strip_prefix(&[2])?;
    let end = rest.iter().position(|byte| *byte == 0).filter(|end| *end >= 8)?;
    rest.get(end + 1..)
}
