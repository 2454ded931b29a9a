//! What loading a large archive costs in memory. Alone in its process, so that nothing else is measured. Podman is a
//! stand-in that takes the body and forgets it: what counts is our side.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use nomad_driver_podman::driver::image;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::podman::Deadlines;
use podman_driver_engine::config::syntax::image_reference::ArchiveFormat;
use podman_driver_engine::pull::{
    ArchiveSource, ImageSource, Platform, PullPlan, PullPolicy, SourceLocation,
};

/// In bytes.
const LARGE: u64 = 500 << 20;
/// So much more may be used at any time, in bytes.
const ALLOWED: u64 = 2 << 20;

/// A docker-archive with a layer of so many bytes, which take no room on the disk.
fn archive(path: &Path, layer: u64) {
    let table = br#"[{"Config":"c.json","RepoTags":["localhost/large:1"],"Layers":["layer.tar"]}]"#;
    let mut file = File::create(path).unwrap();
    for (name, length) in [("layer.tar", layer), ("manifest.json", table.len() as u64)] {
        let mut header = tar::Header::new_gnu();
        header.set_path(name).unwrap();
        header.set_mode(0o644);
        header.set_size(length);
        header.set_cksum();
        file.write_all(header.as_bytes()).unwrap();
        if name == "layer.tar" {
            file.seek(SeekFrom::Current(i64::try_from(length).unwrap())).unwrap();
        } else {
            file.write_all(table).unwrap();
        }
    }
    let length = file.stream_position().unwrap();
    file.set_len(length.next_multiple_of(512) + 1024).unwrap();
}

fn podman(mut stream: UnixStream, taken: &AtomicU64) -> Option<()> {
    let mut from = BufReader::new(stream.try_clone().ok()?);
    loop {
        let head = http::head(&mut from)?;
        let (method, path) = http::asked(&head)?;
        let answer = match (method, path) {
            ("POST", "/images/load") => {
                loop {
                    let mut size = String::new();
                    from.read_line(&mut size).ok()?;
                    let size = u64::from_str_radix(size.trim(), 16).ok()?;
                    io::copy(&mut from.by_ref().take(size + 2), &mut io::sink()).ok()?;
                    taken.fetch_add(size, Ordering::SeqCst);
                    if size == 0 {
                        break;
                    }
                }
                http::whole("5.4.2", 200, "{\"Names\":[\"localhost/large:1\"]}")
            }
            ("GET", "/images/localhost/large:1/json") => http::whole("5.4.2", 200, "{\"Id\":\"large\"}"),
            _ => http::whole("5.4.2", 404, "{\"cause\":\"no such image\",\"message\":\"no such image\"}"),
        };
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

/// A line of `/proc/self/status`, in bytes.
fn memory(what: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

#[test]
fn a_large_archive_costs_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["small.tar", "large.tar"].map(|name| folder.path().join(name));
    // The small one is larger than all buffers on the way.
    archive(&files[0], 16 << 20);
    archive(&files[1], LARGE);

    let listener = UnixListener::bind(folder.path().join("podman.sock")).unwrap();
    let taken = Arc::new(AtomicU64::new(0));
    let counted = taken.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let counted = counted.clone();
            thread::spawn(move || podman(stream, &counted));
        }
    });
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = web.local_addr().unwrap();
    let served = folder.path().to_owned();
    thread::spawn(move || {
        for mut stream in web.incoming().flatten() {
            let head = http::head(&mut BufReader::new(&stream)).unwrap();
            let mut file = File::open(served.join(head.split(' ').nth(1).unwrap().trim_matches('/'))).unwrap();
            let length = file.metadata().unwrap().len();
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").unwrap();
            io::copy(&mut file, &mut stream).unwrap();
        }
    });

    let socket = Socket::new("default", &folder.path().join("podman.sock"), true, Deadlines::default());
    let load = |location: SourceLocation, member: Option<&str>| {
        let source = ArchiveSource {
            reference: "docker-archive:large".to_owned(),
            format: ArchiveFormat::Docker,
            location,
            member: member.map(str::to_owned),
            checksum: None,
        };
        let plan = PullPlan {
            source: ImageSource::Archive(source),
            policy: PullPolicy::IfMissing,
            platform: Platform::default(),
            timeout: Duration::from_secs(300),
            activity_timeout: Some(Duration::from_secs(60)),
            tls_verify: true,
            login: None,
            auth_file: None,
            helper: None,
            soft_fail: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(image::ensure(&socket, &plan, |_| {})).as_deref(), Ok("large"));
    };
    let at = |index: usize, remote: bool| match remote {
        true => SourceLocation::Url(format!("http://{address}/{}", ["small.tar", "large.tar"][index])),
        false => SourceLocation::Absolute(files[index].to_str().unwrap().to_owned()),
    };
    for (what, remote, member) in
        [("a file", false, None), ("a member", false, Some("@0")), ("an address", true, None)]
    {
        load(at(0, remote), member);
        let before = memory("VmRSS:");
        // The highest value since then.
        fs::write("/proc/self/clear_refs", "5").unwrap();
        taken.store(0, Ordering::SeqCst);
        load(at(1, remote), member);
        let grown = memory("VmHWM:").saturating_sub(before);
        assert!(taken.load(Ordering::SeqCst) > LARGE, "{what}: Podman has all of it");
        eprintln!("loading {} MB from {what}: {} kB more at most, from {} kB", LARGE >> 20, grown >> 10, before >> 10);
        assert!(grown <= ALLOWED, "{what}: {} kB more", grown >> 10);
    }
}
