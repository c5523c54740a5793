//! Pieces become rows again, as far as there is a key.

use std::collections::{BTreeMap, BTreeSet};

use countenance_storage::{Kind, Table, schema_number, tables};
use countenance_trace::{Owner, Trace, Writer};

use crate::backup::error::BackupError;
use crate::backup::file::Backup;
use crate::backup::map::{TABLES, Whose};
use crate::backup::owners::id_in;
use crate::backup::piece::{read_rows, read_table};
use crate::backup::seal::{Label, PieceKind, Sealer};
use crate::backup::write::head_table;

/// What opens the pieces of one file.
#[derive(Debug)]
pub(crate) struct Labels(BTreeMap<Label, Sealer>);

impl Labels {
    /// Out of the keys that are there now, for a backup that was sealed with keys of this site.
    pub(crate) fn of(writer: &Writer, backup: &Backup) -> Result<Self, BackupError> {
        let keys = writer.backup_keys().ok_or(BackupError::NoKeys)?;
        let file = &backup.head.file;
        let site = keys.person(Owner::Site(backup.head.site).entry())?.ok_or(BackupError::Closed)?;
        let end = backup.end(&Sealer::new(&site.key, file))?;
        if end.generation > keys.generation() {
            return Err(BackupError::KeysOlder);
        }
        if backup.head.schema != schema_number() {
            return Err(BackupError::Version);
        }
        let sealers = keys.all()?.into_iter().map(|key| Sealer::new(&key.key, file));
        Ok(Self(sealers.map(|sealer| (sealer.label, sealer)).collect()))
    }
}

/// What was written, and what was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Put {
    pub(crate) people: u64,
    pub(crate) rows: u64,
    /// Keys that have ended: of people who were erased, and of destructions that are done.
    pub(crate) ended: u64,
    pub(crate) rows_ended: u64,
}

/// Writes every row whose key is there, in the file's order, which is that of the references between tables. What hangs on a row that
/// is left out is sealed under the same key.
pub(crate) async fn put_back(tx: &mut Trace, backup: &mut Backup, labels: &Labels) -> Result<Put, BackupError> {
    check_empty(tx).await?;
    let tables = tables_of(tx, backup).await?;
    let mut put = Put::default();
    let mut ended = BTreeSet::new();
    let mut households = BTreeSet::new();
    for piece in backup.pieces()? {
        let piece = piece?;
        let Some(sealer) = labels.0.get(&piece.label) else {
            ended.insert(piece.label);
            put.rows_ended += u64::from(piece.rows);
            continue;
        };
        let plain = sealer.open(PieceKind::Rows, piece.number, piece.rows, &piece.sealed);
        let plain = plain.ok_or(BackupError::Closed)?;
        let number = read_table(&plain).and_then(|number| usize::try_from(number).ok());
        let (whose, table) = number.and_then(|number| tables.get(number)).ok_or(BackupError::Closed)?;
        let kinds: Vec<Kind> = table.columns().iter().map(|(_, kind)| *kind).collect();
        for row in read_rows(&plain, &kinds).ok_or(BackupError::Closed)? {
            // It was sealed for each of its people.
            if *whose == Whose::Household && !households.insert(id_in(table, &row, "id")) {
                continue;
            }
            table.put(tx, &row).await?;
            put.rows += 1;
            put.people += u64::from(table.name() == "persons");
        }
    }
    put.ended = ended.len() as u64;
    Ok(put)
}

/// The file's tables, which must be those of this program.
async fn tables_of(tx: &mut Trace, backup: &Backup) -> Result<Vec<(Whose, Table)>, BackupError> {
    let mut found = Vec::new();
    for head in &backup.head.tables {
        let known = TABLES.iter().find(|(name, whose)| *name == head.name && *whose != Whose::Nobody);
        let (name, whose) = known.ok_or(BackupError::Version)?;
        let table = Table::of(tx, name).await?;
        if head_table(&table) != *head {
            return Err(BackupError::Version);
        }
        found.push((*whose, table));
    }
    Ok(found)
}

async fn check_empty(tx: &mut Trace) -> Result<(), BackupError> {
    for name in tables(tx).await?.iter().filter(|name| *name != "migrations") {
        if !Table::of(tx, name).await?.read(tx, None, 1).await?.is_empty() {
            return Err(BackupError::NotEmpty);
        }
    }
    Ok(())
}
