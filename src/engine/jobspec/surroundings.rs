//! What an evaluation may ask of the world: files beside the job file, and chance. Whoever evaluates a job passes an
//! implementation in; there is one here that has nothing, for tests and for texts without files.

/// Files and chance, as the job file's functions need them. Paths are clean and as the program would open them.
pub trait Surroundings: Send + Sync {
    /// The bytes of a file. The error is a clause such as `no file exists at a.txt`.
    fn read_file(&self, path: &str) -> Result<Vec<u8>, String>;

    /// Whether a regular file is at this path; the error says what else is there.
    fn file_exists(&self, path: &str) -> Result<bool, String>;

    /// All regular files below a folder, relative to it, with `/`. A folder that does not exist has none.
    fn list_files(&self, folder: &str) -> Result<Vec<String>, String>;

    /// The folder that relative paths start from, for `abspath`.
    fn working_folder(&self) -> Result<String, String>;

    /// The user's home folder, for `~`.
    fn home_folder(&self) -> Option<String>;

    /// Random bytes, for `uuidv4` and the salt of `bcrypt`.
    fn random(&self) -> [u8; 16];
}

/// No files, no home, and chance that always comes out the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Surroundings for Nothing {
    fn read_file(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("no file exists at {path}"))
    }

    fn file_exists(&self, _: &str) -> Result<bool, String> {
        Ok(false)
    }

    fn list_files(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn working_folder(&self) -> Result<String, String> {
        Ok("/".to_owned())
    }

    fn home_folder(&self) -> Option<String> {
        None
    }

    fn random(&self) -> [u8; 16] {
        [0x5e; 16]
    }
}
