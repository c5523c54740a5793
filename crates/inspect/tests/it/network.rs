//! Cameras on loopback, found or not by what they declare.

use std::net::Ipv4Addr;
use std::time::Duration;

use countenance_base::Locale;
use countenance_inspect::network::{
    Asked, Limits, Options, Question, Range, Register, Silence, Verdict, ask, face_kinds, plan, record, tell,
};
use tokio::net::UdpSocket;

use crate::camera::{Analytics, Camera, start};

pub(crate) fn options(discovery_port: u16) -> Options {
    Options {
        multicast: false,
        discovery_port,
        ports: Vec::new(),
        message_id: [7; 16],
        limits: Limits {
            request: Duration::from_secs(5),
            discovery: Duration::from_millis(1_500),
            ..Limits::default()
        },
    }
}

/// A port that is free on all of loopback, for a probe needs the same on each address.
pub(crate) async fn free_port() -> u16 {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
    socket.local_addr().unwrap().port()
}

pub(crate) async fn asked(range: &str, options: &Options, register: &str) -> Asked {
    let register = if register.is_empty() {
        Register::default()
    } else {
        Register::read(register).unwrap()
    };
    ask(Range::parse(range).unwrap(), options, &register, &face_kinds().unwrap())
        .await
        .unwrap()
}

fn verdicts(asked: &Asked) -> Vec<(u8, Verdict)> {
    let one = |device: &countenance_inspect::network::Device| (device.address.octets()[3], device.verdict());
    asked.devices.iter().map(one).collect()
}

#[tokio::test]
async fn who_declares_faces_is_found_and_the_same_camera_without_them_is_not() {
    let port = free_port().await;
    let at = |last| Ipv4Addr::new(127, 0, 77, last);
    let old = Camera {
        old: true,
        serial: "STUB-4",
        ..Camera::at(at(4))
    };
    let mut running = Vec::new();
    for camera in [
        Camera::at(at(1)),
        Camera::at(at(2)).with(Analytics::Movement),
        Camera::at(at(3)).with(Analytics::Absent),
        old,
    ] {
        running.push(start(camera, port).await.unwrap());
    }
    let all = asked("127.0.77.0/29", &options(port), "").await;
    assert_eq!((all.addresses, all.unsent, all.to_all), (6, 0, false));
    assert_eq!(
        verdicts(&all),
        [
            (1, Verdict::Unregistered),
            (4, Verdict::Unregistered),
            (2, Verdict::DeclaresNone),
            (3, Verdict::DeclaresNone)
        ]
    );
    assert!(all.found());
    let kinds = face_kinds().unwrap();
    let declared = |question: Question| {
        let of = all.devices[0].declared.iter().filter(|one| one.question == question);
        of.map(|one| (kinds[one.kind].id.as_str(), one.name.as_str())).collect::<Vec<_>>()
    };
    let recognition = ("face.recognition", "stub:FaceRecognitionEngine");
    assert_eq!(declared(Question::GetSupportedAnalyticsModules), [recognition]);
    assert_eq!(declared(Question::GetAnalyticsModules), [recognition]);
    assert_eq!(declared(Question::GetSupportedRules), [("face.detection", "tt:FaceDetect")]);
    assert_eq!(declared(Question::GetSupportedMetadata), [("face.detection", "HumanFace")]);
    assert_eq!(
        declared(Question::GetEventProperties),
        [("face.detection", "RuleEngine/FaceDetect")]
    );

    // In the register by address, and by serial number: neither is marked.
    let register = "[[gate]]\nname = \"door 3\"\nhost = \"127.0.77.1\"\n[[gate]]\nname = \"door 4\"\nserial = \"stub-4\"\n";
    let known = asked("127.0.77.0/29", &options(port), register).await;
    assert_eq!(verdicts(&known)[..2], [(1, Verdict::Registered), (4, Verdict::Registered)]);
    assert!(!known.found());
    let gates: Vec<Option<&str>> = known.devices.iter().map(|device| device.gate.as_deref()).collect();
    assert_eq!(gates, [Some("door 3"), Some("door 4"), None, None]);

    for (locale, parts) in [
        (
            Locale::Zh,
            ["声明了人脸分析，不在登记册里 (2)", "一部手机", "二十分钟检查", "认出是谁"],
        ),
        (
            Locale::En,
            [
                "Declare face analytics and are not in the register (2)",
                "a phone beside a taped camera",
                "twenty-minute path",
                "tells who it is",
            ],
        ),
    ] {
        let text = tell(&all, &kinds, locale);
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
    let record = record(&all, &kinds);
    assert_eq!(record["devices"][0]["verdict"], "unregistered");
    assert_eq!(record["devices"][0]["says_of_itself"]["serial"], "STUB-1");
    assert_eq!(record["devices"][0]["declared"][0]["kind"], "face.recognition");
}

#[tokio::test]
async fn a_camera_that_asks_for_a_password_is_not_called_harmless() {
    let port = free_port().await;
    let camera = Camera {
        locked: true,
        ..Camera::at(Ipv4Addr::new(127, 0, 78, 1))
    };
    let running = start(camera, port).await.unwrap();
    let asked = asked("127.0.78.1", &options(port), "").await;
    assert_eq!(verdicts(&asked), [(1, Verdict::Unknown)]);
    assert!(
        asked.devices[0]
            .silent
            .contains(&(Question::GetSupportedAnalyticsModules, Silence::Password))
    );
    let text = tell(&asked, &face_kinds().unwrap(), Locale::En);
    assert!(text.contains("asks for a password; none was tried [device.password]"), "{text}");
    drop(running);
}

#[tokio::test]
async fn whoever_answers_no_probe_is_found_only_at_a_port_that_is_named() {
    let port = free_port().await;
    let running = start(Camera::at(Ipv4Addr::new(127, 0, 79, 1)), 0).await.unwrap();
    assert_eq!(asked("127.0.79.0/30", &options(port), "").await.devices, []);
    let mut options = options(port);
    options.ports = vec![running.http.port()];
    assert_eq!(
        verdicts(&asked("127.0.79.0/30", &options, "").await),
        [(1, Verdict::Unregistered)],
        "and nobody at .2"
    );
}

#[tokio::test]
async fn a_probe_to_all_goes_out_only_where_we_are_inside() {
    let port = free_port().await;
    let mut options = options(port);
    options.multicast = true;
    assert!(asked("127.0.0.1", &options, "").await.to_all, "this machine is 127.0.0.1");
    assert!(
        !asked("127.0.80.8", &options, "").await.to_all,
        "and goes to 127.0.80.8 from 127.0.0.1"
    );
}

#[test]
fn what_would_be_sent_is_said_beforehand() {
    let options = Options {
        ports: vec![8000],
        ..Options::default()
    };
    for locale in Locale::ALL {
        let text = plan(Range::parse("192.168.1.0/24").unwrap(), &options, locale);
        for part in ["192.168.1.0/24", "254", "3702", "239.255.255.250", "8000", "24", "1024 KiB"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(Question::ALL.iter().all(|question| text.contains(question.name())), "{text}");
    }
}
