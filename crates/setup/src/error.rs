//! Why set-up did not finish, as a code, and what a person can do about it.

use std::path::PathBuf;

/// Set-up did not finish. Nothing unverified is in use: files appear under their names only after their hash was checked.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{program} is not installed (it fetches {package})")]
    ClientMissing { program: &'static str, package: String },
    #[error("{program} could not fetch {package}: {reason}")]
    Network {
        program: &'static str,
        package: String,
        reason: String,
    },
    #[error("{file} does not have the pinned hash, it was moved aside to {aside}")]
    Hash { file: String, aside: PathBuf },
    #[error("{file} is not in {archive}, or could not be unpacked: {reason}")]
    Archive { archive: String, file: String, reason: String },
    #[error("no ONNX Runtime is pinned for machines of type {0}")]
    Machine(String),
    #[error("{path} could not be written or read: {source}")]
    Cache { path: PathBuf, source: std::io::Error },
    #[error("neither XDG_CACHE_HOME nor HOME is set, so there is no place for a cache")]
    NoHome,
    #[error("{0} is not there: models and runtime are not set up")]
    NotInstalled(PathBuf),
    #[error("the manifest inside this program cannot be read: {0}")]
    Manifest(String),
    #[error("the browser tests need {what}")]
    Browser { what: String, command: String },
    #[error("{command} failed: {reason}")]
    Command { command: String, reason: String },
}

impl SetupError {
    /// Stable word for scripts and for searching the documentation.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ClientMissing { .. } => "setup.client_missing",
            Self::Network { .. } => "setup.network",
            Self::Hash { .. } => "setup.hash",
            Self::Archive { .. } => "setup.archive",
            Self::Machine(_) => "setup.machine",
            Self::Cache { .. } => "setup.cache",
            Self::NoHome => "setup.no_home",
            Self::NotInstalled(_) => "setup.not_installed",
            Self::Manifest(_) => "setup.manifest",
            Self::Browser { .. } => "setup.browser",
            Self::Command { .. } => "setup.command",
        }
    }

    /// What to do next, Chinese and English.
    pub fn remedy(&self) -> (String, String) {
        match self {
            Self::ClientMissing { program, .. } => (
                format!("请安装 {program}，然后重新运行。"),
                format!("install {program}, then run this again"),
            ),
            Self::Network { program, .. } => (
                format!("请检查网络、代理以及 {program} 的软件源设置，然后重新运行；已取得的文件不会重复下载。"),
                format!(
                    "check network, proxy and the index that {program} is configured with, then run this again; what is there is not fetched twice"
                ),
            ),
            Self::Hash { .. } => (
                "该文件未被使用。请换一个网络或软件源后重新运行；若再次出现，请报告。".to_owned(),
                "the file is not used; run this again over another network or mirror, and report it if it happens again".to_owned(),
            ),
            Self::Cache { path, .. } => (
                format!("请检查 {} 的权限和剩余空间。", path.display()),
                format!("check permissions and free space at {}", path.display()),
            ),
            Self::NoHome => ("请设置 XDG_CACHE_HOME。".to_owned(), "set XDG_CACHE_HOME".to_owned()),
            Self::NotInstalled(_) => (
                "请运行 countenance-gate setup。".to_owned(),
                "run `countenance-gate setup`".to_owned(),
            ),
            Self::Browser { command, .. } => (format!("请以管理员身份运行：{command}"), format!("run as administrator: {command}")),
            Self::Machine(_) => (
                "请在 x86_64 或 aarch64 的 Linux 上运行。".to_owned(),
                "run this on Linux on x86_64 or aarch64".to_owned(),
            ),
            Self::Archive { .. } | Self::Manifest(_) | Self::Command { .. } => (
                "请报告此问题，并附上以上各行。".to_owned(),
                "report this, with the lines above".to_owned(),
            ),
        }
    }
}
