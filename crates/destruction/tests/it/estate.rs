//! The estate with the server's own keyring and ledger beside it.

use countenance_access::{next_place, place_leaves, unplaced_leaves};
use countenance_base::{DestructionId, PersonId};
use countenance_destruction::{
    Bundle, Destruction, OrderError, Scope, certify, finish_destruction, lookup_destruction, make_bundle, order_destruction, standing,
};
use countenance_gate_core::journal::LeafClass;
use countenance_persons::write_leaves;
use countenance_testdb::{keyring, reading, trace_at};
use countenance_tlog::{KEY_LOG, NoteSigner};
use countenance_trace::{Ink, Writer};

use crate::world::{Resident, World};

pub(crate) struct Estate {
    pub(crate) world: World,
    pub(crate) writer: Writer,
}

impl Estate {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let writer = Writer::new(keyring(&world.place.folder().join("keyring")));
        Self { world, writer }
    }

    pub(crate) fn ink(&self) -> Ink {
        Ink {
            evidence_key: self.world.site.evidence_key,
            policy: 1,
            demo: true,
            now: self.world.now,
        }
    }

    /// What the server does once a second: events become leaves, leaves get places.
    pub(crate) async fn log(&mut self) -> u64 {
        let ink = self.ink();
        let mut tx = trace_at(&self.world.db, self.world.now).await;
        while write_leaves(&mut tx, &mut self.writer, 100, ink, &mut self.world.rng)
            .await
            .unwrap()
        {}
        let leaves = unplaced_leaves(&mut tx, 10_000).await.unwrap();
        let first = next_place(&mut tx).await.unwrap();
        let entries: Vec<Vec<u8>> = leaves.into_iter().map(|leaf| leaf.leaf).collect();
        place_leaves(&mut tx, first, &entries).await.unwrap();
        tx.commit().await.unwrap();
        first + entries.len() as u64
    }

    pub(crate) async fn order(&mut self, scope: Scope) -> Result<DestructionId, OrderError> {
        let (db, mut ctx) = self.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let id = order_destruction(&mut tx, &mut ctx, scope).await?;
        tx.commit().await.unwrap();
        Ok(id)
    }

    pub(crate) async fn waits(&self, id: DestructionId) -> usize {
        standing(&mut reading(&self.world.db).await, id).await.unwrap().len()
    }

    pub(crate) async fn finish(&mut self, id: DestructionId) {
        let ink = self.ink();
        let (db, mut ctx) = self.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        finish_destruction(&mut tx, &mut ctx, &mut self.writer, ink, id).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// How many were certified under a checkpoint of this size.
    pub(crate) async fn certify(&mut self, size: u64) -> usize {
        let (db, ctx) = self.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let count = certify(&mut tx, &ctx, &operator(), (size, [9; 32])).await.unwrap();
        tx.commit().await.unwrap();
        count
    }

    pub(crate) async fn lookup(&self, id: DestructionId) -> Destruction {
        lookup_destruction(&mut reading(&self.world.db).await, id).await.unwrap().unwrap()
    }

    pub(crate) async fn bundle(&self, id: DestructionId, only: Option<&[u64]>) -> Bundle {
        let destruction = self.lookup(id).await;
        let mut tx = reading(&self.world.db).await;
        let bundle = make_bundle(&mut tx, &destruction, "proof".into(), None, only).await.unwrap();
        bundle.unwrap()
    }

    /// The gate answers: an Erase frame with its receipt.
    pub(crate) async fn gate_erases(&mut self, resident: &Resident, consent: countenance_base::ConsentId) {
        let frame = self.world.frame(LeafClass::Erase, |world, sequence| {
            Some(World::erased(
                &world.receipt(resident, consent, sequence, "grant.ended"),
                &world.device,
            ))
        });
        assert!(!self.world.upload(vec![frame]).await.forked);
    }

    pub(crate) fn keyring_has(&self, person: PersonId) -> bool {
        self.writer.keyring().person(person).unwrap().is_some()
    }
}

pub(crate) fn operator() -> NoteSigner {
    NoteSigner::new("countenance/test/operator", KEY_LOG, &[3; 32]).unwrap()
}
