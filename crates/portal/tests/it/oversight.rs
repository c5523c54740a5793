//! Samples of what is due: duties, filing, incidents, officer, suppliers.

use countenance_base::{Locale, Text};
use countenance_portal::desk::filing::UseView;
use countenance_portal::desk::{
    CountView, DuePage, DutyLine, EvidenceLine, FeedView, FilingLine, FilingPack, FilingPage, IncidentLine, Incidents, OfficerPage,
    OfficerView, OtherSite, PackView, RecordOption, StateOfDuty, SupplierLine, Suppliers, VideoView, audit_words,
};
use countenance_portal::{Place, Problem, PublicSupplier, PublicSuppliers, Template};

use crate::samples::{NOW, Sample, at, frame};

fn duty(kind: &str, state: StateOfDuty) -> DutyLine {
    DutyLine {
        kind: kind.into(),
        subject: None,
        state,
        since: "2026-10-12".into(),
        due: Some("2026-11-30".into()),
        time: None,
        complete: true,
        article: Some(Text::new("《某办法》第十五条第一款", "Some Measures, article 15, paragraph 1")),
        to_confirm: false,
        evidence: None,
        href: Some("/desk/filing"),
    }
}

fn duties() -> Vec<DutyLine> {
    vec![
        DutyLine {
            due: None,
            time: Some(at("2026-11-23T01:00:00Z")),
            subject: Some(Text::new("第 2 号", "No. 2")),
            ..duty("incident_report", StateOfDuty::Overdue)
        },
        DutyLine {
            complete: false,
            ..duty("filing", StateOfDuty::Open)
        },
        DutyLine {
            due: None,
            article: None,
            href: Some("/desk/incidents"),
            subject: Some(Text::new("第 2 号", "No. 2")),
            ..duty("incident_told", StateOfDuty::Open)
        },
        DutyLine {
            href: Some("#record"),
            ..duty("level_filing", StateOfDuty::Open)
        },
        DutyLine {
            due: None,
            to_confirm: true,
            href: Some("#record"),
            subject: Some(audit_words("2026-09-01")),
            ..duty("audit_findings", StateOfDuty::Open)
        },
        DutyLine {
            to_confirm: true,
            href: Some("#record"),
            subject: Some(audit_words("2026-07-01")),
            ..duty("audit_report", StateOfDuty::Open)
        },
        DutyLine {
            due: None,
            evidence: Some(EvidenceLine {
                on: "2026-11-20".into(),
                acknowledgement: Some("公安视备 3301-7".into()),
                document: Some(("7c".repeat(32), "档案室 3 柜".into())),
            }),
            href: None,
            ..duty("video_filing", StateOfDuty::Done)
        },
        DutyLine {
            to_confirm: true,
            evidence: Some(EvidenceLine {
                on: "2026-09-01".into(),
                acknowledgement: None,
                document: Some(("5b".repeat(32), "档案室 3 柜".into())),
            }),
            href: None,
            ..duty("level_assessment", StateOfDuty::Done)
        },
    ]
}

fn option(kind: &str, audit: Option<&str>) -> RecordOption {
    RecordOption {
        value: kind.into(),
        kind: kind.into(),
        subject: audit.map(audit_words),
    }
}

fn supplier(bound: bool) -> PublicSupplier {
    PublicSupplier {
        name: Text::new("云安科技有限公司", "Yun'an Technology Ltd"),
        contact: "400-000-0000".into(),
        purpose: Text::new("维护门禁设备", "maintains the gates"),
        kinds: Text::new("设备日志，不含人脸", "logs of the gates, no faces"),
        contract: if bound { "HT-2026-17".into() } else { String::new() },
        contract_until: bound.then(|| "2027-06-30".into()),
        bound,
    }
}

fn count(filed: bool) -> CountView {
    CountView {
        here: 1_204,
        elsewhere: 98_910,
        persons: 100_114,
        threshold: Some(100_000),
        warning: Some(100_000),
        reached_on: Some("2026-11-20".into()),
        due_on: Some("2027-01-04".into()),
        due_complete: false,
        overdue: false,
        filed: filed.then(|| ("网信备 44-17".into(), "2026-11-22".into())),
        article: Some(Text::new("《某办法》第十五条第一款", "Some Measures, article 15, paragraph 1")),
    }
}

fn filing(acknowledged: bool) -> FilingLine {
    FilingLine {
        number: 1,
        kind: "first".into(),
        made: at(NOW),
        snapshot: "5b".repeat(32),
        acknowledged: acknowledged.then(|| ("网信备 44-17".into(), "2026-11-22".into())),
    }
}

fn pack() -> PackView {
    PackView {
        kind: "first".into(),
        made: "2026-11-23T03:32:16Z".into(),
        snapshot: "5b".repeat(32),
        site: Text::new("示范小区", "Demo estate"),
        operator: Text::new("示范物业", "Demo Property Services"),
        contact: Text::new("电话 010-0000-0000", "telephone 010-0000-0000"),
        complaints: Text::new("服务台", "service desk"),
        here: 1_204,
        elsewhere: 98_910,
        reached_on: Some("2026-11-20".into()),
        due_on: Some("2027-01-04".into()),
        sites: vec![("望江苑".into(), 98_910, "2026-11-19".into())],
        series: vec![("2026-11-23".into(), 1_204, 98_910)],
        uses: vec![UseView {
            door: Text::new("三号门", "Door 3"),
            purpose: Text::new("空手进门", "Getting in with hands full"),
            necessity: Text::new("推婴儿车的人没有空手", "People with prams have no hand free"),
            other_ways: Text::new("二维码、密码", "QR code, PIN"),
            mode: "1-few".into(),
            template_days: 365,
            passage_days: 30,
            assessment: Some("5b".repeat(32)),
        }],
        gates: vec![(3, Text::new("三号门", "Door 3"), 3, Some("5b".repeat(32)))],
        storage: vec!["template_gate".into()],
        controls: vec!["encryption".into()],
        retention: vec![("consent_max_days".into(), 365)],
        suppliers: vec![(
            Text::new("云安科技", "Yun'an"),
            Text::new("维护", "maintenance"),
            Text::new("日志", "logs"),
            String::new(),
        )],
        ..PackView::default()
    }
}

fn incident(closed: bool) -> IncidentLine {
    IncidentLine {
        number: 2,
        kind: "leak".into(),
        words: "四号楼一台门禁设备失窃，外壳被撬开。".into(),
        known: at("2026-11-23T01:00:00Z"),
        persons: closed.then_some(41),
        grade: closed.then(|| "0".into()),
        reported: closed.then(|| at(NOW)),
        acknowledgement: closed.then(|| "报 9".into()),
        told: None,
        closed: closed.then(|| at(NOW)),
        closing: "锁已更换。".into(),
    }
}

fn render(page: &impl Template) -> String {
    page.render().unwrap()
}

pub(crate) fn all(locale: Locale) -> Vec<Sample> {
    let desk = || frame(locale, Place::Due);
    let due = |duties, address: Option<&str>| {
        render(&DuePage {
            frame: desk(),
            duties,
            warning: address.is_none().then_some(80_000),
            recorded: vec![option("level_assessment", None), option("audit_findings", Some("2026-09-01"))],
            video: Some(VideoView {
                runs: address.map(|_| true),
                since: address.map(|_| "2026-11-02".to_owned()).unwrap_or_default(),
                article: Some(Text::new("《某条例》第十四条", "Some Regulations, article 14")),
            }),
            feed: FeedView {
                exists: address.is_some(),
                address: address.map(str::to_owned),
                webhook: None,
                key: "3f2a91c07d5e8b64".into(),
            },
            problem: None,
        })
    };
    let filings = |filed| {
        render(&FilingPage {
            frame: desk(),
            count: count(filed),
            sites: vec![OtherSite {
                number: 1,
                name: "望江苑".into(),
                persons: 98_910,
                counted_on: "2026-11-19".into(),
                said_by: "集团信息部".into(),
            }],
            filings: vec![filing(filed)],
            kinds: vec![if filed { "change" } else { "first" }.into()],
            problem: (!filed).then(|| Problem::new("oversight.acknowledgement")),
        })
    };
    let mut samples = vec![
        ("due", due(duties(), Some("/feed/desk/3f2a91c07d5e8b64.ics"))),
        ("due_none", due(vec![], None)),
        ("filing", filings(false)),
        ("filing_filed", filings(true)),
    ];
    samples.push((
        "filing_pack",
        render(&FilingPack {
            frame: desk(),
            pack: pack(),
            json: "/desk/filing/pack.json".into(),
            acknowledged: None,
            also: vec!["credit_code".into(), "agent".into()],
        }),
    ));
    samples.extend(registers(locale));
    samples
}

fn registers(locale: Locale) -> Vec<Sample> {
    let desk = || frame(locale, Place::Due);
    let officer = |reported: bool| {
        render(&OfficerPage {
            frame: desk(),
            officer: reported.then(|| OfficerView {
                name: "演示负责人".into(),
                contact: Text::new("电话 010-0000-0001", "telephone 010-0000-0001"),
                appointed: "2026-11-20".into(),
                reported: None,
            }),
            problem: None,
        })
    };
    let suppliers = |suppliers| {
        render(&PublicSuppliers {
            frame: frame(locale, Place::Guest),
            operator: Text::new("示范物业", "Demo Property Services"),
            contact: Text::new("服务台", "service desk"),
            officer: Some(Text::new("电话 010-0000-0001", "telephone 010-0000-0001")),
            suppliers,
        })
    };
    let line = |bound, ended: Option<&str>| SupplierLine {
        number: 1,
        shown: supplier(bound),
        began: "2026-01-05".into(),
        ended: ended.map(str::to_owned),
    };
    vec![
        (
            "incidents",
            render(&Incidents {
                frame: desk(),
                incidents: vec![incident(false), incident(true)],
                problem: Some(Problem::new("oversight.state")),
            }),
        ),
        ("officer", officer(true)),
        ("officer_none", officer(false)),
        (
            "suppliers_desk",
            render(&Suppliers {
                frame: desk(),
                suppliers: vec![line(false, None), line(true, None), line(true, Some("2026-11-01"))],
                problem: None,
            }),
        ),
        ("suppliers", suppliers(vec![supplier(true), supplier(false)])),
        ("suppliers_none", suppliers(vec![])),
    ]
}

#[test]
fn filed_is_said_only_beside_a_number() {
    let (words, other) = (["Filed", "number "], "Acknowledged");
    for (name, html) in all(Locale::En) {
        let said = html.matches(">Filed<").count() + html.matches(" Filed<").count() + html.matches(other).count();
        assert!(said <= html.matches(words[1]).count(), "{name}");
        if name == "filing_filed" {
            assert!(said > 0, "the search finds what it must");
        }
        if ["filing", "filing_pack"].contains(&name) {
            assert_eq!(said, 0, "{name}");
        }
    }
}

#[test]
fn the_supplier_that_has_no_contract_is_shown_as_such() {
    let suppliers = all(Locale::Zh).into_iter().find(|(name, _)| *name == "suppliers").unwrap().1;
    assert!(suppliers.contains("没有合同") && suppliers.contains("HT-2026-17"));
}
