//! As much of HTTP as stand-ins for a service need: reading one request, and writing answers.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::BufRead;

/// The head of the next request, with its empty line; `None` when the other side closed.
pub fn head(from: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if from.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// A header's value, by its name in lower case.
pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// The body that belongs to a head; of a chunked one, the data. `None` when the other side closed in the middle.
pub fn body(head: &str, from: &mut impl BufRead) -> Option<Vec<u8>> {
    match header(head, "content-length") {
        Some(length) => {
            let mut body = vec![0; length.parse().ok()?];
            from.read_exact(&mut body).ok()?;
            Some(body)
        }
        None if header(head, "transfer-encoding") == Some("chunked") => chunked(from),
        None => Some(Vec::new()),
    }
}

fn chunked(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        from.read_line(&mut size).ok().filter(|read| *read > 0)?;
        let mut chunk = vec![0; usize::from_str_radix(size.trim(), 16).ok()? + 2];
        from.read_exact(&mut chunk).ok()?;
        if chunk.len() == 2 {
            return Some(body);
        }
        body.extend_from_slice(&chunk[..chunk.len() - 2]);
    }
}

/// Method and path below `/v4.0.0/libpod`, with the query.
pub fn asked(head: &str) -> Option<(&str, &str)> {
    let mut words = head.lines().next()?.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    Some((method, path.strip_prefix("/v4.0.0/libpod").unwrap_or(path)))
}

/// A whole answer of a Podman of this version.
pub fn whole(version: &str, status: u16, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nLibpod-Api-Version: {version}\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// The head of a chunked answer.
pub const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A chunk; one of nothing ends the body.
pub fn chunk(data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}
