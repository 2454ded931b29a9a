//! Whether the name of an environment variable says that its value is a secret.
//! Hiding such a value is left to whoever prints; options that are secrets are marked in the data.

/// Words that end a secret's name, also behind others without a break (`PGPASSWORD`).
const ENDINGS: [&str; 5] = ["password", "passwd", "passphrase", "secret", "token"];
/// Usual short forms, as words of their own.
const SHORT: [&str; 2] = ["pass", "pwd"];
/// What stands before `key` without a break in names of secrets; other words merely end in `key` (`MONKEY`).
const BEFORE_KEY: [&str; 8] = ["", "access", "api", "auth", "encryption", "master", "private", "signing"];

/// Whether a word of the name is password, secret, token or key or a usual short form, in any case and also in
/// the plural. `PWD` alone is the shell's name for the working folder, and `NOMAD_SECRETS_DIR` is Nomad's for a folder.
/// Words end at anything that is neither letter nor digit, and where small letters turn to capital ones.
pub fn is_secret_name(name: &str) -> bool {
    !matches!(name, "PWD" | "NOMAD_SECRETS_DIR")
        && name.split(|c: char| !c.is_alphanumeric()).flat_map(camel_words).any(|word| is_secret_word(&word))
}

fn is_secret_word(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let singular = word.strip_suffix('s').unwrap_or(word);
    SHORT.contains(&word)
        || ENDINGS.iter().any(|ending| singular.ends_with(ending))
        || singular.strip_suffix("key").is_some_and(|before| BEFORE_KEY.contains(&before))
}

/// The words of `camelCase` text in small letters, and the whole text: `dbPassword` is `db`, `password`,
/// `dbpassword`.
fn camel_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_small = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        // `APIKey`: the last capital of a run belongs to the small letter behind it.
        let starts_word = letter.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (before_is_small || starts_word) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        before_is_small = letter.is_lowercase();
    }
    words.push(text.to_lowercase());
    words
}

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn names_that_say_so_are_secrets() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "dbPassword",
            "PGPASSWORD",
            "db.password",
            "MYSQL_ROOT_PASSWORD_FILE",
            "SECRET",
            "CLIENT_SECRETS",
            "client-secret",
            "TOKEN",
            "VAULT_TOKEN",
            "MY_PASS",
            "MYSQL_PWD",
            "SSH_PASSPHRASE",
            "secretName",
            "AuthToken",
            "TOKEN2",
            "KEY",
            "API_KEY",
            "APIKEY",
            "apiKey",
            "APIKey",
            "AWS_ACCESS_KEY_ID",
            "SECRET_KEY_BASE",
            "SSH_KEYS",
            "privatekey",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_none() {
        for name in [
            "",
            "PATH",
            "PWD",
            "OLDPWD",
            "COMPASS",
            "MONKEY",
            "KEYBOARD",
            "KEYSTORE_PATH",
            "TOKENIZER",
            "SECRETARY",
            "PASSAGE",
            "TURKEY",
            "NOMAD_PORT_http",
            "LANG",
            "_",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
