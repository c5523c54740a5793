//! A resident with a browser and a phone.

use anyhow::Context as _;
use countenance_base::{GateId, PersonId, Rng, Timestamp, to_hex};

use crate::browser::{Browser, Page};
use crate::estate::{Estate, Letter};
use crate::phone::Phone;

pub(super) const PIN: &str = "704182";
pub(super) const DOOR_PIN: &str = "386015";

/// A person of the estate.
#[derive(Debug)]
pub struct Resident {
    pub letter: Letter,
    pub browser: Browser,
    pub phone: Phone,
    /// Known once the QR lane is on: the page says whose code it is.
    pub person: Option<PersonId>,
}

impl Resident {
    /// Opens the account with the letter's claim code; the keys are made here.
    pub async fn claim(estate: &Estate, name: &str, rng: &mut dyn Rng) -> anyhow::Result<Self> {
        let letter = estate
            .seed
            .letters
            .iter()
            .find(|letter| letter.person == name)
            .with_context(|| format!("no letter for {name}"))?
            .clone();
        let browser = Browser::new(&estate.server(), "zh-CN")?;
        let phone = Phone::new(estate.now(), rng);
        let page = browser.get("/claim").await?.good()?;
        let record_key = phone.record_key().context("no record key")?;
        let ratchet = phone.ratchet(GateId::SERVER, estate.now());
        let fields = [
            ("login", letter.login.as_str()),
            ("code", &letter.code),
            ("pin", PIN),
            ("again", PIN),
            ("signing_key", &to_hex(&phone.public().0)),
            ("record_key", &to_hex(&record_key)),
            ("ratchet", &to_hex(ratchet.key().expose())),
            ("month", &ratchet.month().0.to_string()),
        ];
        browser.submit(&page, "/claim", &fields).await?.good()?;
        Ok(Self {
            letter,
            browser,
            phone,
            person: None,
        })
    }

    /// Turns the QR lane on and learns whose code it is.
    pub async fn turn_on_qr(&mut self) -> anyhow::Result<()> {
        let ways = self.browser.get("/ways").await?.good()?;
        self.browser.submit(&ways, "/ways/qr/on", &[]).await?.good()?;
        let page = self.browser.get("/ways/qr").await?.good()?;
        self.person = Some(page.data("person")?.parse()?);
        Ok(())
    }

    pub async fn turn_on_pin(&self) -> anyhow::Result<()> {
        let page = self.browser.get("/ways/pin").await?.good()?;
        self.browser
            .submit(&page, "/ways/pin", &[("pin", DOOR_PIN), ("again", DOOR_PIN)])
            .await?
            .good()?;
        Ok(())
    }

    /// The page on which this person decides about the face at the door with this number.
    pub async fn face_page(&self, door: u8) -> anyhow::Result<Page> {
        let ways = self.browser.get("/ways").await?.good()?;
        let action = format!("/face/{door}");
        anyhow::ensure!(
            ways.actions().contains(&action),
            "door {door} offers no face decision: {}",
            ways.text()
        );
        self.browser.submit(&ways, &action, &[]).await
    }

    /// Signs exactly the text that the page of this door shows, and submits it. Two steps: open the page, agree.
    pub async fn consent_at(&self, door: u8) -> anyhow::Result<Page> {
        let page = self.face_page(door).await?.good()?;
        let text = page
            .between("data-text lang=\"en\">", "</pre>")
            .context("the page shows no text to sign")?;
        let signature = to_hex(&self.phone.sign(&text).0);
        let action = page
            .actions()
            .into_iter()
            .find(|action| action.starts_with("/face/"))
            .context("no form to agree")?;
        self.browser
            .submit(&page, &action, &[("text", &text), ("signature", &signature)])
            .await?
            .good()
    }

    pub async fn consent(&self) -> anyhow::Result<Page> {
        self.consent_at(3).await
    }

    /// Asks for an enrolment code on the consent's page and makes its QR.
    pub async fn enrolment_qr(&self, now: Timestamp) -> anyhow::Result<(String, String)> {
        let consent = self.consent_page().await?;
        let action = consent
            .actions()
            .into_iter()
            .find(|action| action.ends_with("/code"))
            .context("no form for a code")?;
        let page = self.browser.submit(&consent, &action, &[]).await?.good()?;
        let (code, gate): (String, GateId) = (page.data("code")?, page.data("gate")?.parse()?);
        let ticket = self.phone.ticket(&code, gate, now);
        Ok((self.phone.enrolment_qr(&code, gate, now), ticket.digits()))
    }

    /// The page of the newest consent.
    pub async fn consent_page(&self) -> anyhow::Result<Page> {
        let page = self.browser.get("/consents").await?.good()?;
        let href = page
            .html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .find(|href| href.starts_with("/consents/"))
            .context("no consent is listed")?
            .to_owned();
        self.browser.get(&href).await?.good()
    }

    /// Withdraws on the list of consents. Two steps: open the page, withdraw.
    pub async fn withdraw(&self) -> anyhow::Result<Page> {
        let page = self.browser.get("/consents").await?.good()?;
        let action = page
            .actions()
            .into_iter()
            .find(|action| action.ends_with("/withdraw"))
            .context("nothing to withdraw")?;
        self.browser.submit(&page, &action, &[]).await?.good()
    }

    pub fn door_qr(&self, now: Timestamp) -> anyhow::Result<String> {
        Ok(self.phone.door_qr(self.person.context("the QR lane is off")?, now))
    }
}
