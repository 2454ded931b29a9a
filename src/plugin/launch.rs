//! What the program is to do, as arguments and environment say: serve a host that knows the cookie, or tell a person
//! what this file is for. Nothing is opened or written here.

use std::ffi::OsString;
use std::path::PathBuf;

/// The variable by which a Nomad agent shows that it is one.
const COOKIE: &str = "NOMAD_PLUGIN_MAGIC_COOKIE";
/// Its value: a fixed word, no secret.
const COOKIE_VALUE: &str = "e4327c2e01eabfd75a8a67adb114fb34a757d57eee7728d857a8cec6e91a7255";
/// The version of Nomad's protocol that is spoken above go-plugin's.
pub const PROTOCOL_VERSION: u32 = 2;

/// What the program is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Launch {
    /// Serve the host that started it.
    Serve(Environment),
    /// Print this for a person, and end well.
    Answer(String),
    /// Print this on standard error, and end with exit code 1.
    Refuse(String),
}

/// What the host says beside the cookie.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Where the socket is put.
    pub socket_dir: PathBuf,
    /// Name or number of the group that may connect; none leaves the socket as the umask has it.
    pub socket_group: Option<String>,
    /// Whether the host asks for many connections over one.
    pub asks_multiplexing: bool,
    /// Whether the host asks for TLS, which is not spoken here.
    pub asks_tls: bool,
    /// The protocol versions that the host offers, as it writes them.
    pub versions: String,
}

impl Launch {
    /// Reads the surroundings. The cookie is looked at before anything else.
    pub fn new(
        name: &str,
        version: &str,
        mut arguments: impl Iterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        if variable(COOKIE).is_some_and(|cookie| cookie == COOKIE_VALUE) {
            return Self::Serve(Environment::new(variable));
        }
        // Arguments are a person's here. A host's are whatever the agent's configuration says, and not looked at.
        match arguments.find_map(|argument| argument.to_str().and_then(question)) {
            Some(Question::Version) => Self::Answer(format!("{name} {version}\n")),
            Some(Question::Help) => Self::Answer(help(name, version)),
            None => Self::Refuse(refusal(name)),
        }
    }
}

impl Environment {
    fn new(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |name: &str| set(name).map(|value| value.to_string_lossy().into_owned());
        let socket_dir = set("PLUGIN_UNIX_SOCKET_DIR").or_else(|| set("TMPDIR"));
        Self {
            socket_dir: socket_dir.unwrap_or_else(|| OsString::from("/tmp")).into(),
            socket_group: text("PLUGIN_UNIX_SOCKET_GROUP"),
            asks_multiplexing: set("PLUGIN_MULTIPLEX_GRPC").is_some(),
            asks_tls: set("PLUGIN_CLIENT_CERT").is_some(),
            versions: text("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default(),
        }
    }

    /// What is odd about the offered versions, for the log; the host itself decides whether it can go on.
    pub fn version_complaints(&self) -> Vec<String> {
        let offered = || self.versions.split(',').map(str::trim).filter(|item| !item.is_empty());
        let mut complaints: Vec<String> = offered()
            .filter(|item| item.parse::<u32>().is_err())
            .map(|item| format!("the host offers a protocol version that is no number: {item:?}"))
            .collect();
        if !offered().any(|item| item.parse() == Ok(PROTOCOL_VERSION)) {
            complaints.push(format!(
                "the host offers protocol versions {:?}, and version {PROTOCOL_VERSION} is the only one that this plugin speaks",
                self.versions
            ));
        }
        complaints
    }
}

enum Question {
    Version,
    Help,
}

fn question(argument: &str) -> Option<Question> {
    match argument {
        "--version" | "-V" => Some(Question::Version),
        "--help" | "-h" => Some(Question::Help),
        _ => None,
    }
}

fn help(name: &str, version: &str) -> String {
    format!(
        "{name} {version}\n\n\
         A task driver for Nomad: it runs tasks as Podman's containers.\n\n\
         Nomad's agent starts this program. Put it into the agent's plugin_dir and name it in the agent's \
         configuration:\n\n    \
         plugin \"{name}\" {{\n      config {{}}\n    }}\n\n\
         Options, without an agent:\n    \
         -h, --help       Print this text.\n    \
         -V, --version    Print the version.\n"
    )
}

fn refusal(name: &str) -> String {
    format!(
        "{name} is a plugin of Nomad and does nothing by itself.\n\
         Start Nomad's agent with this file in its plugin_dir; the agent starts the plugin.\n\
         `{name} --help` says more.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch(arguments: &[&str], variables: &[(&str, &str)]) -> Launch {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        Launch::new("name", "1.2.3", arguments.iter().map(OsString::from), variable)
    }

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let all = [&[(COOKIE, COOKIE_VALUE)], variables].concat();
        match launch(&["--whatever", "--version"], &all) {
            Launch::Serve(environment) => environment,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_the_cookie_nothing_is_served() {
        assert!(matches!(launch(&[], &[]), Launch::Refuse(_)));
        assert!(matches!(launch(&["--unknown"], &[(COOKIE, "wrong")]), Launch::Refuse(_)));
        assert_eq!(launch(&["--version"], &[]), Launch::Answer("name 1.2.3\n".to_owned()));
        assert!(matches!(launch(&["x", "-h"], &[(COOKIE, "wrong")]), Launch::Answer(_)));
    }

    #[test]
    fn empty_variables_are_as_none() {
        let unset = environment(&[]);
        assert_eq!(
            unset,
            environment(&[("PLUGIN_UNIX_SOCKET_DIR", ""), ("TMPDIR", ""), ("PLUGIN_CLIENT_CERT", "")])
        );
        assert_eq!(unset.socket_dir, PathBuf::from("/tmp"));
        assert_eq!(environment(&[("TMPDIR", "/t")]).socket_dir, PathBuf::from("/t"));
        assert_eq!(
            environment(&[("TMPDIR", "/t"), ("PLUGIN_UNIX_SOCKET_DIR", "/d")]).socket_dir,
            PathBuf::from("/d")
        );
        assert!(environment(&[("PLUGIN_MULTIPLEX_GRPC", "false")]).asks_multiplexing);
        assert!(environment(&[("PLUGIN_CLIENT_CERT", "x")]).asks_tls);
    }

    #[test]
    fn odd_versions_are_told() {
        let complaints =
            |versions| environment(&[("PLUGIN_PROTOCOL_VERSIONS", versions)]).version_complaints().len();
        assert_eq!(complaints("2"), 0);
        assert_eq!(complaints("3, 2,1"), 0);
        assert_eq!(complaints("2,x"), 1);
        assert_eq!(complaints("3"), 1);
        assert_eq!(complaints(""), 1);
    }
}
