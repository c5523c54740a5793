//! What `inspect network` says, in both languages.

use countenance_base::{Locale, Text};

use super::discovery::TYPES;
use super::{Asked, Device, FaceKind, Options, Question, Range, RangeRefused, Silence, Verdict};

/// What no question over a network can see.
const UNSEEN: [(&str, &str); 5] = [
    (
        "被遮住的摄像头旁边另放一部手机，手机里的程序在认人",
        "a phone beside a taped camera, with a program that knows faces",
    ),
    (
        "录像机或者服务器事后再分析：摄像头本身什么都不声明",
        "a recorder or a server that analyses later: the camera itself declares nothing",
    ),
    (
        "藏起服务、换了端口、接在别的网络上，或者关着机的设备",
        "a device that hides its service, uses another port, hangs on another network, or is switched off",
    ),
    (
        "不声明就认人的设备；声明的名称也可能不在我们的词表里",
        "a device that knows faces and does not declare it, or by a name that is not in our list",
    ),
    (
        "设备自报的型号、序列号是不是真的：请对照机身铭牌",
        "whether model and serial number, which a device says of itself, are true: compare the plate on it",
    ),
];

/// What would be sent, before anything is.
pub fn plan(range: Range, options: &Options, locale: Locale) -> String {
    let say = Say(locale);
    let (count, limits) = (range.addresses().count(), &options.limits);
    let mut lines = vec![match locale {
        Locale::Zh => format!("询问 {range}：{count} 个地址。只读，不带账号，不试密码，不改任何设置。"),
        Locale::En => {
            format!("Asking {range}: {count} addresses. Only reading, without an account; no password is tried, nothing is changed.")
        }
    }];
    lines.push(match locale {
        Locale::Zh => format!("  UDP {}：每个地址 {} 个 WS-Discovery 探询", options.discovery_port, TYPES.len()),
        Locale::En => format!(
            "  UDP {}: {} WS-Discovery probes to each address",
            options.discovery_port,
            TYPES.len()
        ),
    });
    lines.push(format!(
        "  {}",
        if options.multicast {
            say.one(
                "本机有网卡在这个范围内时，再向组播地址 239.255.255.250 各发一个",
                "and one of each to 239.255.255.250 where this machine has an interface inside the range",
            )
        } else {
            say.one("不发组播", "nothing to the multicast address")
        }
    ));
    let names: Vec<&str> = Question::ALL.iter().map(|question| question.name()).collect();
    lines.push(format!(
        "  {} {}",
        say.one("HTTP，只问应答的设备，ONVIF：", "HTTP, only to devices that answer, ONVIF:"),
        names.join(say.one("、", ", "))
    ));
    if !options.ports.is_empty() {
        let ports: Vec<String> = options.ports.iter().map(u16::to_string).collect();
        lines.push(format!(
            "  {} {}",
            say.one(
                "不应答的地址也直接问这些端口：",
                "addresses that do not answer are asked at these ports, too:"
            ),
            ports.join(say.one("、", ", "))
        ));
    }
    let (requests, kib) = (limits.requests, limits.answer_bytes / 1024);
    let (each, device, total) = (limits.request.as_secs(), limits.device.as_secs(), limits.total.as_secs());
    lines.push(match locale {
        Locale::Zh => format!(
            "  上限：同时 {} 台，每台 {requests} 问、{device} 秒，每问 {each} 秒、{kib} KiB，总共 {total} 秒",
            limits.concurrency
        ),
        Locale::En => format!(
            "  at most: {} devices at a time; {requests} questions and {device} s for each; {each} s and {kib} KiB for a question; {total} s in all",
            limits.concurrency
        ),
    });
    lines.join("\n") + "\n"
}

/// Why a range is not asked, and what to do.
pub fn refusal(refused: RangeRefused, locale: Locale) -> String {
    let say = Say(locale);
    let words = match refused {
        RangeRefused::Form => say.one(
            "没有询问：请写成 IPv4 地址范围，例如 192.168.1.0/24。",
            "nothing was asked: write a range of IPv4 addresses, like 192.168.1.0/24.",
        ),
        RangeRefused::NotPrivate => say.one(
            "没有询问：只问私有网络（10.0.0.0/8、172.16.0.0/12、192.168.0.0/16）和本机回环。请到现场，接入那里的网络再问。",
            "nothing was asked: only private networks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16) and loopback are. Go there, join its network, and ask from inside.",
        ),
        RangeRefused::TooLarge => say.one(
            "没有询问：一次最多 /22（1024 个地址）。请分成几段，一段一段地问。",
            "nothing was asked: at most a /22 (1024 addresses) at a time. Split it, and ask one part after the other.",
        ),
    };
    format!("{words} [{}]", refused.code())
}

/// The whole answer.
pub fn tell(asked: &Asked, kinds: &[FaceKind], locale: Locale) -> String {
    let say = Say(locale);
    let mut lines = vec![say.head(asked)];
    for verdict in [Verdict::Unregistered, Verdict::Registered, Verdict::Unknown, Verdict::DeclaresNone] {
        let devices: Vec<&Device> = asked.devices.iter().filter(|device| device.verdict() == verdict).collect();
        if devices.is_empty() {
            continue;
        }
        lines.push(format!("\n{} ({})", say.verdict(verdict), devices.len()));
        for device in devices {
            lines.extend(say.device(device, kinds));
        }
    }
    let named = asked.devices.iter().flat_map(|device| &device.declared);
    let named: Vec<usize> = named.map(|one| one.kind).collect();
    let told = (0..).zip(kinds).filter(|(at, _)| named.contains(at));
    let told: Vec<String> = told
        .map(|(_, kind)| format!("  {}: {}", say.of(&kind.title), say.of(&kind.why)))
        .collect();
    if !told.is_empty() {
        lines.push(format!("\n{}", say.one("声明的是什么：", "What is declared:")));
        lines.extend(told);
    }
    lines.push(format!("\n{}", say.one("这里看不见的：", "What this cannot see:")));
    lines.extend(UNSEEN.iter().map(|(zh, en)| format!("  - {}", say.one(zh, en))));
    lines.push(
        say.one(
            "所以还要按“二十分钟检查”的纸面步骤走一遍：看、问、对照铭牌，当面打开系统。",
            "So walk the printed twenty-minute path as well: look, ask, compare plates, have the system opened before you.",
        )
        .to_owned(),
    );
    lines.join("\n") + "\n"
}

struct Say(Locale);

impl Say {
    const fn one<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.0 {
            Locale::Zh => zh,
            Locale::En => en,
        }
    }

    fn of<'a>(&self, text: &'a Text) -> &'a str {
        self.one(&text.zh, &text.en)
    }

    fn head(&self, asked: &Asked) -> String {
        let (range, addresses, devices) = (&asked.range, asked.addresses, asked.devices.len());
        let mut lines = vec![match self.0 {
            Locale::Zh => format!("\n{range}：问了 {addresses} 个地址，{devices} 台设备应答。"),
            Locale::En => format!("\n{range}: {addresses} addresses asked, {devices} devices answered."),
        }];
        if asked.unsent > 0 {
            let unsent = asked.unsent;
            lines.push(match self.0 {
                Locale::Zh => format!("本机没能发出 {unsent} 个探询：请确认已接入这个网络。"),
                Locale::En => format!("This machine could not send {unsent} probes: make sure that it has joined this network."),
            });
        }
        if !asked.left_out.is_empty() {
            let left: Vec<String> = asked.left_out.iter().map(ToString::to_string).collect();
            lines.push(format!(
                "{} {}",
                self.one("时间用完，没有问完：", "Time was up before these were asked:"),
                left.join(self.one("、", ", "))
            ));
        }
        lines.join("\n")
    }

    const fn verdict(&self, verdict: Verdict) -> &'static str {
        match (verdict, self.0) {
            (Verdict::Unregistered, Locale::Zh) => "声明了人脸分析，不在登记册里",
            (Verdict::Unregistered, Locale::En) => "Declare face analytics and are not in the register",
            (Verdict::Registered, Locale::Zh) => "声明了人脸分析，在登记册里",
            (Verdict::Registered, Locale::En) => "Declare face analytics and are in the register",
            (Verdict::Unknown, Locale::Zh) => "没有答全，不知道有没有",
            (Verdict::Unknown, Locale::En) => "Did not answer enough to know",
            (Verdict::DeclaresNone, Locale::Zh) => "答了，没有声明人脸分析",
            (Verdict::DeclaresNone, Locale::En) => "Answered and declare no face analytics",
        }
    }

    fn device(&self, device: &Device, kinds: &[FaceKind]) -> Vec<String> {
        let itself = [&device.manufacturer, &device.model, &device.name, &device.firmware];
        let itself: Vec<&str> = itself.into_iter().flatten().map(String::as_str).collect();
        let mut lines = vec![format!("  {}:{}  {}", device.address, device.port, itself.join(" · "))];
        if let Some(serial) = &device.serial {
            lines.push(format!("    {} {serial}", self.one("序列号", "serial number")));
        }
        if !device.macs.is_empty() {
            lines.push(format!("    MAC {}", device.macs.join(", ")));
        }
        if let Some(gate) = &device.gate {
            lines.push(format!("    {} {gate}", self.one("登记册：", "in the register:")));
        }
        for one in &device.declared {
            let kind = kinds.get(one.kind).map_or("", |kind| self.of(&kind.title));
            lines.push(format!("    {kind}: {} ({})", one.name, one.question.name()));
        }
        if device.verdict() == Verdict::Unknown {
            let silent = device
                .silent
                .iter()
                .filter(|(_, why)| *why != Silence::Refused || device.silent.len() > 1);
            lines.extend(silent.map(|(question, why)| format!("    {}: {} [{}]", question.name(), self.why(*why), why.code())));
        }
        lines
    }

    const fn why(&self, why: Silence) -> &'static str {
        match why {
            Silence::NoConnection => self.one("连不上", "no connection"),
            Silence::TimedOut => self.one("答得太慢，不再等", "too slow; not waited for"),
            Silence::TooLong => self.one("答得太长，不再读", "too long; not read on"),
            Silence::NotXml => self.one("答的不是 XML", "the answer is no XML"),
            Silence::HostileXml => self.one("答的 XML 会撑爆读它的程序，没有读", "XML made to burst its reader; not read"),
            Silence::Redirected => self.one("要我们去别处问，没有去", "sends elsewhere; not followed"),
            Silence::Elsewhere => self.one(
                "服务写在别的地址上，没有去问",
                "its service is said to be at another address; not asked there",
            ),
            Silence::Secure => self.one("只在 TLS 上应答，这里不问", "only over TLS; not asked here"),
            Silence::Password => self.one("要密码；没有试", "asks for a password; none was tried"),
            Silence::Refused => self.one("拒绝回答，或者没有这项服务", "refuses, or has no such service"),
            Silence::Enough => self.one("问够了次数", "was asked as often as one may be"),
        }
    }
}
