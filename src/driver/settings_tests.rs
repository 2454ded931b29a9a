//! Which sockets a configuration gives, and what it is refused for.

use podman_driver_engine::config::PluginSocket;

use super::*;

fn block(name: &str, path: &str) -> PluginSocket {
    PluginSocket { name: name.to_owned(), socket_path: path.to_owned() }
}

fn sockets(plugin: PluginConfig) -> Result<Vec<(String, String, bool)>, String> {
    let settings = Settings::build(plugin, Sources::default(), Node::default(), &Settings::default());
    let of =
        |socket: &Arc<Socket>| (socket.name.clone(), socket.path.display().to_string(), socket.is_default);
    settings.map(|settings| settings.sockets.iter().map(of).collect()).map_err(|failure| failure.to_string())
}

fn row(name: &str, path: &str, is_default: bool) -> (String, String, bool) {
    (name.to_owned(), path.to_owned(), is_default)
}

#[test]
fn sockets_have_one_name_each_and_one_is_the_default() {
    let with = |socket: Vec<PluginSocket>| PluginConfig { socket, ..PluginConfig::default() };
    let app = row("app", "/a.sock", true);
    assert_eq!(
        sockets(with(vec![block("app", "unix:///a.sock")])),
        Ok(vec![app]),
        "the first one, for want of it"
    );
    assert_eq!(
        sockets(with(vec![
            block("app", "unix:/a.sock"),
            block("", "unix://b.sock"),
            block("app", "unix:///c.sock")
        ])),
        Ok(vec![row("app", "/a.sock", false), row("default", "/b.sock", true)]),
        "no name is the default's, and a name that is taken counts once"
    );
    let one = PluginConfig { socket_path: "unix:///p.sock".to_owned(), ..PluginConfig::default() };
    assert_eq!(sockets(one), Ok(vec![row("default", "/p.sock", true)]));
}

#[test]
fn without_any_option_it_is_the_users_own() {
    assert_eq!(usual(0), Path::new("/run/podman/podman.sock"));
    assert_eq!(usual(1001), Path::new("/run/user/1001/podman/podman.sock"));
}

#[test]
fn a_refusal_names_the_option() {
    let row = |socket: Vec<PluginSocket>, socket_path: &str, timeout: &str| PluginConfig {
        socket,
        socket_path: socket_path.to_owned(),
        client_http_timeout: timeout.to_owned(),
        ..PluginConfig::default()
    };
    let two = || vec![block("a", "unix:///a"), block("b", "/run/b.sock")];
    for (plugin, lines) in [
        (
            row(vec![block("a", "unix:///a")], "unix:///b", ""),
            &[
                "error: can't define socket blocks and socket_path, they're mutually exclusive. (option socket_path)",
            ][..],
        ),
        (
            row(vec![], "", "30 bananas"),
            &["time: unknown unit \" bananas\" in duration \"30 bananas\" (option client_http_timeout)"],
        ),
        (
            row(vec![], "", "0s"),
            &["client_http_timeout \"0s\" is not longer than zero. (option client_http_timeout)"],
        ),
        (
            row(two(), "", "30 bananas"),
            &[
                "invalid socket_path \"/run/b.sock\": a socket file is written \"unix:///run/b.sock\" (option socket[1].socket_path)",
                "time: unknown unit \" bananas\" in duration \"30 bananas\" (option client_http_timeout)",
            ],
        ),
        (
            row(vec![], "http://host:8080", ""),
            &[
                "socket_path: \"http://host:8080\" is reached over a network, which has no protection there; only unix sockets are supported.",
            ],
        ),
        (
            row(vec![block("a", "unix:///a"), block("b", "http://host")], "", ""),
            &["socket[1].socket_path: \"http://host\" is reached over a network"],
        ),
    ] {
        let text = sockets(plugin).expect_err("is refused");
        let mut said: Vec<&str> = text.lines().collect();
        said.sort_unstable();
        assert_eq!(said.len(), lines.len(), "{text}");
        for (said, wanted) in said.iter().zip(lines) {
            assert!(said.starts_with(wanted), "{said}");
        }
    }
}

#[test]
fn the_time_out_is_that_of_the_first_byte() {
    let of = |text: &str| {
        deadlines(&PluginConfig { client_http_timeout: text.to_owned(), ..PluginConfig::default() })
    };
    let usual = of("");
    assert_eq!((usual.connect, usual.first_byte), (Duration::from_secs(5), Some(Duration::from_secs(60))));
    let longer = of("1m30s");
    assert_eq!((longer.connect, longer.first_byte), (Duration::from_secs(5), Some(Duration::from_secs(90))));
}

#[test]
fn a_second_config_keeps_the_sockets_that_are_the_same() {
    let plugin = |timeout: &str| PluginConfig {
        socket: vec![block("a", "unix:///a"), block("b", "unix:///b")],
        client_http_timeout: timeout.to_owned(),
        ..PluginConfig::default()
    };
    let build = |timeout: &str, before: &Settings| {
        Settings::build(plugin(timeout), Sources::default(), Node::default(), before).expect("is good")
    };
    let first = build("", &Settings::default());
    let same = build("", &first);
    assert!(first.sockets.iter().zip(&same.sockets).all(|(a, b)| Arc::ptr_eq(a, b)));
    let other = build("30s", &first);
    assert!(!Arc::ptr_eq(&first.sockets[0], &other.sockets[0]), "other limits, another client");
}
