//! What a database can do other than what was asked.

/// The database did not do what the use case asked for. None of these is a person's mistake.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database engine failed")]
    Engine(#[from] sqlx::Error),
    #[error("column `{column}` holds a value that its type does not allow")]
    Column { column: &'static str },
    #[error("statement changed {changed} rows where exactly one was meant")]
    Affected { changed: u64 },
    #[error("migration `{name}` differs from the one that this database was made with")]
    MigrationChanged { name: String },
    #[error("database was made by a newer version of this program (migration {number})")]
    Newer { number: i64 },
    #[error("database holds a table `{table}` that is not ours, and nothing of ours")]
    Foreign { table: String },
    #[error("database address is neither `sqlite:PATH` nor `postgres://…`")]
    Url,
    #[error("database server cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    #[error("database server refuses this user")]
    Denied(#[source] sqlx::Error),
    #[error("database server has no database of this name")]
    Missing,
    #[error("database address asks for TLS, which this program does not speak with databases")]
    Tls,
    /// Something has to be written down and the site has no keyring to seal it to.
    #[error("what was done cannot be written down, so it was not done")]
    Untraced,
    #[error("database is encoded as {encoding}; ours need UTF8")]
    Encoding { encoding: String },
}

impl StoreError {
    /// Stable name of the failure.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Engine(_) | Self::Column { .. } | Self::Affected { .. } => "store.failed",
            Self::MigrationChanged { .. } => "database.changed",
            Self::Newer { .. } => "database.newer",
            Self::Foreign { .. } => "database.foreign",
            Self::Url => "database.url",
            Self::Unreachable(_) => "database.unreachable",
            Self::Denied(_) => "database.denied",
            Self::Missing => "database.missing",
            Self::Tls => "database.tls",
            Self::Untraced => "trace.no_keyring",
            Self::Encoding { .. } => "database.encoding",
        }
    }

    /// What whoever started the program can do about it.
    pub const fn way_out(&self) -> Option<&'static str> {
        Some(match self {
            Self::Engine(_) | Self::Column { .. } | Self::Affected { .. } => return None,
            Self::MigrationChanged { .. } => "this program and this database are of different builds: use the program that made it",
            Self::Newer { .. } => "use the newer program; an older one would not know what it must forget",
            Self::Foreign { .. } => "name an empty database, or one of this site",
            Self::Url => "for example --database postgres://countenance@localhost/countenance",
            Self::Unreachable(_) => "start the database server, or correct host and port in --database",
            Self::Denied(_) => "correct user and password: in --database, in PGPASSWORD or in ~/.pgpass",
            Self::Missing => "make it: createdb --encoding UTF8 --template template0 --owner USER NAME",
            Self::Tls => "leave `sslmode` out and lead the connection through a tunnel or a private line",
            Self::Untraced => "start the server once on the folder in which the site was founded: it holds the keyring",
            Self::Encoding { .. } => "make another: createdb --encoding UTF8 --template template0 --owner USER NAME",
        })
    }
}
