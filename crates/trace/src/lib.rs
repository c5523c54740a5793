//! What the server itself leaves in the trace: who read about whom, what a person said yes to, which key or policy changed.
//!
//! A [`Trace`] is a transaction that may touch rows about persons, and knows who reads them. What happened is written down in it as
//! an [`Event`], sealed to the site's keyring, in the same transaction as the change; the [`Writer`], which holds the keyring, makes
//! leaves of events soon after. An operator's look at a person becomes an event by itself when the transaction is committed, and no
//! answer is given before that.
//!
//! INVARIANT: no row of an event names a person in the clear, and the secret about a person is in the keyring only.
//! What this cannot do: somebody who is root on the server and asks the database by hand leaves no leaf. The monitor's counts of rows
//! against leaves are what shows it.

mod event;
mod open_leaf;
mod owner;
mod reader;
mod recover_list;
mod store;
mod tag_list;
mod trace;
mod writer;

pub use event::{Event, PersonSecret};
pub use open_leaf::{OpenLeaf, count_leaves, open_leaf, open_leaves, own_leaves_since};
pub use owner::Owner;
pub use reader::Reader;
pub use recover_list::recover_list;
pub use tag_list::{TagList, read_tags, sealed_records, tag_lists, tag_rows};
pub use trace::{Pen, Trace};
pub use writer::{Ink, Own, WriteError, Writer};
