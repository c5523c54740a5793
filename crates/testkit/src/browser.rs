//! A browser without a window: cookies, redirects, forms with their hidden token; what it reads is the page as served.

use std::time::Duration;

use anyhow::{Context as _, bail};

/// One person's browser.
#[derive(Debug, Clone)]
pub struct Browser {
    http: reqwest::Client,
    base: String,
}

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub path: String,
    pub html: String,
}

impl Browser {
    pub fn new(base: &str, language: &str) -> anyhow::Result<Self> {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("accept-language", language.parse()?);
        headers.insert("accept", "text/html".parse()?);
        let http = reqwest::Client::builder()
            .no_proxy()
            .cookie_store(true)
            // Every request is a connection of its own, so that of two servers it may meet either.
            .pool_max_idle_per_host(0)
            .default_headers(headers)
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self {
            http,
            base: base.to_owned(),
        })
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Page> {
        Page::read(self.http.get(self.url(path)).send().await?).await
    }

    /// What is no page.
    pub async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let answer = self.http.get(self.url(path)).send().await?.error_for_status()?;
        Ok(answer.bytes().await?.to_vec())
    }

    /// Fills the form with this `action` on `page` and submits it.
    pub async fn submit(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        let form = page
            .form(action)
            .with_context(|| format!("no form for `{action}` on {} ({})", page.path, page.text()))?;
        let mut all: Vec<(&str, String)> = hidden(form);
        anyhow::ensure!(all.iter().any(|(name, _)| *name == "token"), "the form `{action}` has no token");
        all.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.post(action, &all).await
    }

    /// Posts fields without looking at a page first.
    pub async fn post(&self, path: &str, fields: &[(&str, String)]) -> anyhow::Result<Page> {
        let origin = self.base.clone();
        Page::read(self.http.post(self.url(path)).header("origin", origin).form(fields).send().await?).await
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }
}

impl Page {
    async fn read(answer: reqwest::Response) -> anyhow::Result<Self> {
        let (status, path) = (answer.status().as_u16(), answer.url().path().to_owned());
        Ok(Self {
            status,
            path,
            html: String::from_utf8(answer.bytes().await?.to_vec())?,
        })
    }

    /// Fails unless the page came well.
    pub fn good(self) -> anyhow::Result<Self> {
        if self.status != 200 {
            bail!("{} answered {}: {}", self.path, self.status, self.text());
        }
        Ok(self)
    }

    pub fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// The value of a `data-…` attribute.
    pub fn data(&self, name: &str) -> anyhow::Result<String> {
        attribute(&self.html, &format!("data-{name}=\"")).with_context(|| format!("no data-{name} on {}", self.path))
    }

    /// Addresses that forms on this page post to.
    pub fn actions(&self) -> Vec<String> {
        self.html
            .split("<form")
            .skip(1)
            .filter_map(|form| attribute(form, "action=\""))
            .collect()
    }

    fn form(&self, action: &str) -> Option<&str> {
        let wanted = format!("action=\"{action}\"");
        self.html
            .split("<form")
            .skip(1)
            .map(|form| form.split("</form>").next().unwrap_or(form))
            .find(|form| form.contains(&wanted))
    }

    /// The text between `open` and `close`, unescaped.
    pub fn between(&self, open: &str, close: &str) -> Option<String> {
        let rest = self.html.split_once(open)?.1;
        Some(unescape(rest.split_once(close)?.0))
    }

    /// The page's main words without tags.
    pub fn text(&self) -> String {
        let main = self.html.split_once("<main").map_or(self.html.as_str(), |(_, main)| main);
        let mut text = String::new();
        let mut inside = true;
        for character in main.chars() {
            match character {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                _ if !inside => text.push(character),
                _ => {}
            }
        }
        unescape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// The hidden fields of a form, as a browser sends them along.
fn hidden(form: &str) -> Vec<(&str, String)> {
    form.split("<input type=\"hidden\" name=\"")
        .skip(1)
        .filter_map(|rest| {
            let (name, rest) = rest.split_once('"')?;
            Some((name, attribute(rest.split('>').next()?, "value=\"").unwrap_or_default()))
        })
        .collect()
}

fn attribute(html: &str, start: &str) -> Option<String> {
    let rest = html.split_once(start)?.1;
    Some(unescape(rest.split_once('"')?.0))
}

fn unescape(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
