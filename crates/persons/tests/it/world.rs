//! A site with one household, on a real database.

use countenance_testdb::trace;
use countenance_trace::PersonSecret;
use std::time::Duration;

use countenance_base::{PersonId, SecretKey, SeededRng, SiteId, Text, Timestamp, rng};
use countenance_grant::{PublicKey, SigningKey, letter_key};
use countenance_persons::{ClaimAccount, Ctx, ImportHousehold, NewPerson, Pepper, Site, found_site, import_household, make_claim_letter};
use countenance_rules::Rulebook;
use countenance_storage::Db;
use countenance_testdb::Place;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) now: Timestamp,
    pub(crate) rng: SeededRng,
    pub(crate) rulebook: Rulebook,
    pub(crate) pepper: Pepper,
    pub(crate) site: Site,
    pub(crate) place: Place,
}

impl World {
    pub(crate) async fn new() -> Self {
        let place = Place::empty().await;
        let db = place.open().await;
        let now = Timestamp::parse_rfc3339("2026-11-23T08:00:00Z").unwrap();
        let mut rng = SeededRng::new(11);
        let word = Text::new("词", "word");
        let site = Site {
            id: SiteId::new(now, &mut rng),
            name: word.clone(),
            operator: word.clone(),
            contact: word.clone(),
            complaints: word,
            time_zone: "Asia/Shanghai".to_owned(),
            public_key: SigningKey::generate(&mut rng).public(),
            evidence_key: letter_key(&[9; 32]).unwrap(),
            intake_key: countenance_testdb::intake(),
        };
        let mut tx = trace(&db).await;
        found_site(&mut tx, now, &site).await.unwrap();
        tx.commit().await.unwrap();
        let rulebook = countenance_rules::embedded().unwrap().pop().unwrap();
        Self {
            db,
            now,
            rng,
            rulebook,
            pepper: Pepper::from_root(&SecretKey::new([5; 32])),
            site,
            place,
        }
    }

    /// The database, and what use cases are handed beside it.
    pub(crate) fn parts(&mut self) -> (Db, Ctx<'_>) {
        let ctx = Ctx {
            now: self.now,
            rng: &mut self.rng,
            rulebook: &self.rulebook,
            pepper: &self.pepper,
            site: &self.site,
        };
        (self.db.clone(), ctx)
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    /// All that is stored.
    pub(crate) async fn bytes(&self) -> Vec<u8> {
        self.place.bytes().await
    }

    /// A person with a claim letter: id and what to type with it.
    pub(crate) async fn letter(&mut self, unit: &str) -> (PersonId, ClaimAccount) {
        let (db, mut ctx) = self.parts();
        let mut tx = trace(&db).await;
        let people = vec![NewPerson {
            display_name: "someone".to_owned(),
            under_guardian_age: false,
        }];
        let person = import_household(
            &mut tx,
            &mut ctx,
            ImportHousehold {
                unit: unit.to_owned(),
                people,
            },
        )
        .await
        .unwrap()
        .remove(0);
        let letter = make_claim_letter(&mut tx, &mut ctx, person.id).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let PublicKey(signing_key) = SigningKey::generate(ctx.rng).public();
        let record_key = letter_key(&rng::bytes(ctx.rng)).unwrap();
        (
            person.id,
            ClaimAccount {
                login: letter.login,
                code: letter.code,
                pin: "704182".to_owned(),
                signing_key,
                record_key,
                secret: PersonSecret {
                    month: ctx.now.month(),
                    key: SecretKey::new(rng::bytes(ctx.rng)),
                },
            },
        )
    }
}
