//! An archive on its way to Podman, in pieces of any size: its headers are read, and its table of contents is looked at
//! and written anew where one image of several is meant. Everything else passes as it is, without a copy; what is kept are
//! small files only. Pure: where the pieces come from and go to is left to others.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use podman_driver_engine::config::syntax::image_reference::ArchiveFormat;
use tar::{EntryType, Header, PaxExtensions};
use thiserror::Error;

use super::member::{self, Chosen, Unchosen};

/// Of a tar, in bytes.
const BLOCK: usize = 512;
/// Tables of contents and long names are smaller, in bytes.
const LARGEST_KEPT: u64 = 4 << 20;
const SPARSE: &str = "there is a sparse file, which no archive of images has";

/// Why an archive is refused on its way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Damage {
    #[error("it is empty")]
    NoBytes,
    #[error("{0}. The file has to be an uncompressed tar: what `podman save` or `docker save` writes")]
    NoTar(Cow<'static, str>),
    #[error("it is cut off after {at} bytes, in the middle of {within}")]
    Cut { at: u64, within: String },
    #[error("it is damaged: at byte {at}, {reason}")]
    Broken { at: u64, reason: String },
    #[error("it has neither manifest.json nor index.json, so that it is no archive of images")]
    NoTable,
    #[error("it has no {wanted}, by which a member is chosen. Write the member after {other}")]
    OtherFormat { wanted: &'static str, other: &'static str },
    #[error(transparent)]
    Member(#[from] Unchosen),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Docker,
    Oci,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Docker => "manifest.json",
            Self::Oci => "index.json",
        }
    }
}

#[derive(Debug)]
enum State {
    /// Between two files.
    Header,
    /// In what belongs to a header: so many bytes are to come, padding among them.
    Data { left: u64, fate: Fate },
    /// Behind the last file.
    Ended,
}

#[derive(Debug)]
enum Fate {
    Pass,
    Drop,
    /// What a long name or size of the next file says.
    Extension(Kept),
    Table(Table, Kept),
}

#[derive(Debug)]
struct Kept {
    header: Bytes,
    data: BytesMut,
    size: usize,
}

/// An archive on its way.
#[derive(Debug)]
pub(super) struct Passage {
    format: ArchiveFormat,
    member: Option<String>,
    state: State,
    /// The part of a header that has come.
    header: BytesMut,
    /// How much has come, in bytes.
    at: u64,
    /// Where we are, for errors.
    within: String,
    /// Extensions, as they came, of the file that follows; and what they say.
    held: Vec<Bytes>,
    long_name: Option<String>,
    long_size: Option<u64>,
    tables: Vec<(Table, Result<(), Unchosen>)>,
}

impl Passage {
    /// One image of it where a member is named, otherwise all as it is.
    pub(super) fn new(format: ArchiveFormat, member: Option<&str>) -> Self {
        Self {
            format,
            member: member.map(str::to_owned),
            state: State::Header,
            header: BytesMut::with_capacity(BLOCK),
            at: 0,
            within: String::new(),
            held: Vec::new(),
            long_name: None,
            long_size: None,
            tables: Vec::new(),
        }
    }

    /// Takes the next piece in, and appends what goes on.
    pub(super) fn push(&mut self, mut piece: Bytes, out: &mut Vec<Bytes>) -> Result<(), Damage> {
        while !piece.is_empty() {
            let wanted = match &self.state {
                State::Header => u64::try_from(BLOCK - self.header.len()).unwrap_or_default(),
                State::Data { left, .. } => *left,
                State::Ended => u64::MAX,
            };
            let part = piece.split_to(usize::try_from(wanted).map_or(piece.len(), |wanted| wanted.min(piece.len())));
            let length = u64::try_from(part.len()).unwrap_or_default();
            self.at += length;
            match &mut self.state {
                State::Ended => out.push(part),
                State::Header => {
                    self.header.extend_from_slice(&part);
                    if self.header.len() == BLOCK {
                        self.file_begins(out)?;
                    }
                }
                State::Data { left, fate } => {
                    *left -= length;
                    match fate {
                        Fate::Pass => out.push(part),
                        Fate::Drop => {}
                        Fate::Extension(kept) | Fate::Table(_, kept) => kept.data.extend_from_slice(&part),
                    }
                    if *left == 0 {
                        self.file_ends(out)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Judges the whole after its last piece. What was given out before is only right if this is.
    pub(super) fn finish(&self) -> Result<(), Damage> {
        match &self.state {
            State::Header if self.at == 0 => return Err(Damage::NoBytes),
            State::Header if self.header.len() as u64 == self.at => return Err(no_tar(&self.header)),
            State::Header if !self.header.is_empty() => {
                return Err(Damage::Cut { at: self.at, within: "a header".to_owned() });
            }
            State::Data { .. } => return Err(Damage::Cut { at: self.at, within: self.within.clone() }),
            State::Header | State::Ended => {}
        }
        let has = |wanted| self.tables.iter().any(|(table, _)| *table == wanted);
        match (self.member.is_some(), has(Table::Docker), has(Table::Oci)) {
            (_, false, false) => return Err(Damage::NoTable),
            (true, true, false) if self.wants() == Table::Oci => return Err(other_format(Table::Docker)),
            (true, false, true) if self.wants() == Table::Docker => return Err(other_format(Table::Oci)),
            _ => {}
        }
        // Docker writes both tables, and one of them is enough for Podman.
        match self.tables.iter().find(|(_, judged)| judged.is_ok()) {
            Some(_) => Ok(()),
            None => self.tables.iter().try_for_each(|(_, judged)| Ok(judged.clone()?)),
        }
    }

    fn wants(&self) -> Table {
        match self.format {
            ArchiveFormat::Docker => Table::Docker,
            _ => Table::Oci,
        }
    }

    fn file_begins(&mut self, out: &mut Vec<Bytes>) -> Result<(), Damage> {
        let block = self.header.split().freeze();
        if block.iter().all(|byte| *byte == 0) {
            self.state = State::Ended;
            out.append(&mut self.held);
            out.push(block);
            return Ok(());
        }
        if !is_header(&block) {
            return Err(if self.at == BLOCK as u64 { no_tar(&block) } else { self.broken("there is no header") });
        }
        let header = Header::from_byte_slice(&block);
        let kind = header.entry_type();
        let size = self.size_of(header)?;
        let padded = size.div_ceil(BLOCK as u64).checked_mul(BLOCK as u64);
        let left = padded.ok_or_else(|| self.broken("a file is longer than can be"))?;
        if is_extension(kind) {
            self.within = "a file's name".to_owned();
            let kept = self.kept(block, size)?;
            return self.begin(left, Fate::Extension(kept), out);
        }
        let written = String::from_utf8_lossy(&header.path_bytes()).into_owned();
        self.within = self.long_name.take().unwrap_or(written);
        self.long_size = None;
        let fate = self.fate(kind, &block, size)?;
        match fate {
            Fate::Pass => {
                out.append(&mut self.held);
                out.push(block);
            }
            Fate::Drop => self.held.clear(),
            // They pass if the table does.
            Fate::Extension(_) | Fate::Table(..) => {}
        }
        self.begin(left, fate, out)
    }

    fn begin(&mut self, left: u64, fate: Fate, out: &mut Vec<Bytes>) -> Result<(), Damage> {
        self.state = State::Data { left, fate };
        if left == 0 { self.file_ends(out) } else { Ok(()) }
    }

    /// Links, folders and the like have no data, whatever their header says.
    fn size_of(&self, header: &Header) -> Result<u64, Damage> {
        let kind = header.entry_type();
        let has_none = kind.is_hard_link()
            || kind.is_symlink()
            || kind.is_character_special()
            || kind.is_block_special()
            || kind.is_dir()
            || kind.is_fifo();
        if kind.is_gnu_sparse() {
            return Err(self.broken(SPARSE));
        }
        if has_none {
            return Ok(0);
        }
        match self.long_size.filter(|_| !is_extension(kind)) {
            Some(size) => Ok(size),
            None => header.entry_size().map_err(|_| self.broken("a file's length is not understood")),
        }
    }

    fn fate(&self, kind: EntryType, block: &Bytes, size: u64) -> Result<Fate, Damage> {
        let name = cleaned(&self.within);
        let table = match name.as_str() {
            "manifest.json" => Table::Docker,
            "index.json" => Table::Oci,
            // They belong to the other table, which would be taken for the whole.
            "oci-layout" if self.member.is_some() && self.wants() == Table::Docker => return Ok(Fate::Drop),
            "repositories" if self.member.is_some() => return Ok(Fate::Drop),
            _ => return Ok(Fate::Pass),
        };
        if !matches!(kind, EntryType::Regular | EntryType::Continuous) {
            return Err(self.broken(&format!("{name} is no file")));
        }
        if self.tables.iter().any(|(known, _)| *known == table) {
            return Err(self.broken(&format!("there is a second {name}")));
        }
        Ok(Fate::Table(table, self.kept(block.clone(), size)?))
    }

    fn kept(&self, header: Bytes, size: u64) -> Result<Kept, Damage> {
        let small = usize::try_from(size).ok().filter(|_| size <= LARGEST_KEPT);
        let size = small.ok_or_else(|| self.broken(&format!("{} has {size} bytes", self.within)))?;
        Ok(Kept { header, data: BytesMut::new(), size })
    }

    fn file_ends(&mut self, out: &mut Vec<Bytes>) -> Result<(), Damage> {
        let State::Data { fate, .. } = std::mem::replace(&mut self.state, State::Header) else { return Ok(()) };
        match fate {
            Fate::Pass | Fate::Drop => Ok(()),
            Fate::Extension(kept) => self.extension(kept),
            Fate::Table(table, kept) => self.table(table, kept, out),
        }
    }

    fn extension(&mut self, kept: Kept) -> Result<(), Damage> {
        let Kept { header, data, size } = kept;
        let data = data.freeze();
        let text = data.get(..size).unwrap_or_default();
        match Header::from_byte_slice(&header).entry_type() {
            EntryType::GNULongName => {
                let name = text.split(|byte| *byte == 0).next().unwrap_or_default();
                self.long_name = Some(String::from_utf8_lossy(name).into_owned());
            }
            EntryType::XHeader => {
                for record in PaxExtensions::new(text) {
                    let record = record.map_err(|_| self.broken("an extended header is not understood"))?;
                    match record.key_bytes() {
                        b"path" => {
                            self.long_name = Some(String::from_utf8_lossy(record.value_bytes()).into_owned());
                        }
                        b"size" => {
                            let size = record.value().ok().and_then(|size| size.parse().ok());
                            self.long_size =
                                Some(size.ok_or_else(|| self.broken("a file's length is not understood"))?);
                        }
                        // Podman's reader would take another name and length from it.
                        key if key.starts_with(b"GNU.sparse") => return Err(self.broken(SPARSE)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        self.held.extend([header, data]);
        Ok(())
    }

    fn table(&mut self, table: Table, kept: Kept, out: &mut Vec<Bytes>) -> Result<(), Damage> {
        let Kept { header, data, size } = kept;
        let other = self.member.is_some() && self.wants() != table;
        let text = data.get(..size).unwrap_or_default();
        let chosen = match table {
            _ if other => Ok(Chosen { target: String::new(), rewritten: None }),
            Table::Docker => member::docker(text, self.member.as_deref()),
            Table::Oci => member::oci(text, self.member.as_deref()),
        };
        self.tables.push((table, chosen.as_ref().map(drop).map_err(Clone::clone)));
        let before = std::mem::take(&mut self.held);
        match chosen {
            // It would be taken for the whole.
            _ if other => {}
            Ok(Chosen { rewritten: Some(text), .. }) => out.extend(file(table, text)),
            // Whether there is another table beside one of several images shows at the end.
            Ok(Chosen { rewritten: None, .. }) | Err(Unchosen::Several(_)) => {
                out.extend(before);
                out.extend([header, data.freeze()]);
            }
            Err(unchosen) => return Err(unchosen.into()),
        }
        Ok(())
    }

    fn broken(&self, reason: &str) -> Damage {
        Damage::Broken { at: self.at, reason: reason.to_owned() }
    }
}

fn other_format(there: Table) -> Damage {
    match there {
        Table::Docker => {
            Damage::OtherFormat { wanted: Table::Oci.name(), other: ArchiveFormat::Docker.prefix() }
        }
        Table::Oci => {
            Damage::OtherFormat { wanted: Table::Docker.name(), other: ArchiveFormat::Oci.prefix() }
        }
    }
}

/// A table with another text, padded.
fn file(table: Table, text: Vec<u8>) -> [Bytes; 2] {
    let mut header = Header::new_ustar();
    // A short name without `..` is one that can be set.
    _ = header.set_path(table.name());
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_size(text.len() as u64);
    header.set_cksum();
    let mut data = text;
    data.resize(data.len().next_multiple_of(BLOCK), 0);
    [Bytes::copy_from_slice(header.as_bytes()), data.into()]
}

fn is_extension(kind: EntryType) -> bool {
    kind.is_pax_local_extensions() || kind.is_gnu_longname() || kind.is_gnu_longlink()
}

/// Whether the sum that a header has of itself is right. Some have counted with signed bytes.
fn is_header(block: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Ok(stored) = Header::from_byte_slice(block).cksum() else { return false };
    let bytes = || {
        let bytes = block.iter().enumerate();
        bytes.map(|(place, byte)| if SUM.contains(&place) { b' ' } else { *byte })
    };
    let unsigned: u32 = bytes().map(u32::from).sum();
    let signed: i32 = bytes().map(|byte| i32::from(byte.cast_signed())).sum();
    stored == unsigned || i64::from(stored) == i64::from(signed)
}

fn no_tar(begins: &[u8]) -> Damage {
    const KINDS: [(&[u8], &str); 6] = [
        (b"\x1f\x8b", "it is compressed with gzip"),
        (b"\x28\xb5\x2f\xfd", "it is compressed with zstd"),
        (b"\xfd7zXZ", "it is compressed with xz"),
        (b"BZh", "it is compressed with bzip2"),
        (b"PK\x03\x04", "it is a zip file"),
        (b"<", "it is no tar, but a web page or other text"),
    ];
    let kind = KINDS.into_iter().find(|(magic, _)| begins.starts_with(magic));
    Damage::NoTar(kind.map_or("it is no tar", |(_, kind)| kind).into())
}

/// A name inside of an archive, without detours.
fn cleaned(name: &str) -> String {
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
#[path = "passage_tests.rs"]
mod tests;
