//! Where a database is.

use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::StoreError;

/// A file of this machine, or a database of a `PostgreSQL` server.
#[derive(Clone)]
pub enum DbUrl {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// `sqlite:PATH`, `postgres://user@host/database` with the parameters of `libpq`.
impl FromStr for DbUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() {
                Err(StoreError::Url)
            } else {
                Ok(Self::Sqlite(path.into()))
            };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(StoreError::Url);
        }
        text.parse::<PgConnectOptions>()
            .map(|options| Self::Postgres(Box::new(options)))
            .map_err(|_| StoreError::Url)
    }
}

/// For messages: no user, no password.
impl std::fmt::Display for DbUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                match options.get_socket() {
                    Some(socket) => write!(f, "postgres:///{database} at {}", socket.display()),
                    None => write!(f, "postgres://{}:{}/{database}", options.get_host(), options.get_port()),
                }
            }
        }
    }
}

impl std::fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DbUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_its_password_never_shown() {
        for (text, shown) in [
            ("sqlite:a/b.db", "sqlite:a/b.db"),
            ("sqlite:///var/c.db", "sqlite:/var/c.db"),
            ("postgres://me:hidden@db.example:5433/site", "postgres://db.example:5433/site"),
            ("postgresql://me@localhost/site?host=/run/pg", "postgres:///site at /run/pg"),
        ] {
            let url: DbUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("hidden"));
        }
        for bad in ["", "sqlite:", "site.db", "mysql://localhost/site", "postgres://localhost:port/site"] {
            assert!(matches!(bad.parse::<DbUrl>(), Err(StoreError::Url)), "{bad}");
        }
    }
}
