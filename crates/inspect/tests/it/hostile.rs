//! Devices that answer so as to do harm: each is bounded and told, and none hides the honest one beside it.

use std::net::Ipv4Addr;
use std::time::Duration;

use countenance_inspect::network::{Options, Question, Silence, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::camera::{Camera, answer_probes, start};
use crate::network::{asked, free_port, options};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n";

/// How a device misbehaves.
#[derive(Debug, Clone, Copy)]
enum Trick {
    EndlessBody,
    EntityBomb,
    Deep,
    Garbage,
    Redirect,
    SlowDrip,
    Silent,
    ServicesElsewhere,
    EndlessHead,
}

impl Trick {
    async fn play(self, mut socket: TcpStream, victim: std::net::SocketAddr) -> std::io::Result<()> {
        let mut request = vec![0; 65_536];
        if socket.read(&mut request).await? == 0 {
            return Ok(());
        }
        let whole = |body: &str| format!("{OK}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        match self {
            Self::EndlessBody => {
                socket.write_all(format!("{OK}\r\n<a>").as_bytes()).await?;
                loop {
                    socket.write_all(&[b'x'; 8192]).await?;
                }
            }
            Self::EndlessHead => {
                socket.write_all(OK.as_bytes()).await?;
                loop {
                    socket.write_all(b"X-Again: and again and again and again\r\n").await?;
                }
            }
            Self::EntityBomb => {
                let bomb =
                    "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;\">]><a>&d;</a>";
                socket.write_all(whole(bomb).as_bytes()).await
            }
            Self::Deep => socket.write_all(whole(&"<a>".repeat(100_000)).as_bytes()).await,
            Self::Garbage => socket.write_all(whole("\u{1}\u{2}<<<>>&&& not XML").as_bytes()).await,
            Self::Redirect => {
                let to = format!(
                    "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{victim}/onvif/device_service\r\nContent-Length: 0\r\n\r\n"
                );
                socket.write_all(to.as_bytes()).await
            }
            Self::SlowDrip => {
                socket.write_all(format!("{OK}\r\n").as_bytes()).await?;
                loop {
                    socket.write_all(b"<").await?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            Self::Silent => std::future::pending().await,
            Self::ServicesElsewhere => {
                let service = |namespace: &str| {
                    format!(
                        "<Service><Namespace>http://www.onvif.org/{namespace}/wsdl</Namespace><XAddr>http://{victim}/onvif/analytics</XAddr></Service>"
                    )
                };
                let services = [service("ver20/analytics"), service("ver10/events")].concat();
                let body = format!("<E><Body><GetServicesResponse>{services}</GetServicesResponse></Body></E>");
                socket.write_all(whole(&body).as_bytes()).await
            }
        }
    }
}

async fn hostile(trick: Trick, address: Ipv4Addr, port: u16, victim: std::net::SocketAddr) -> Vec<JoinHandle<()>> {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let service = format!("http://{}/onvif/device_service", listener.local_addr().unwrap());
    let mut tasks = answer_probes(address, port, service).await.unwrap();
    tasks.push(tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(trick.play(socket, victim));
        }
    }));
    tasks
}

fn impatient(port: u16) -> Options {
    let mut options = options(port);
    options.limits.request = Duration::from_millis(1_500);
    options.limits.device = Duration::from_secs(3);
    options
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_trick_is_bounded_told_and_hides_nobody() {
    let port = free_port().await;
    let at = |last| Ipv4Addr::new(127, 0, 81, last);
    let tricks = [
        (Trick::EndlessBody, vec![Silence::TooLong, Silence::TimedOut]),
        (Trick::EntityBomb, vec![Silence::HostileXml]),
        (Trick::Deep, vec![Silence::HostileXml]),
        (Trick::Garbage, vec![Silence::NotXml]),
        (Trick::Redirect, vec![Silence::Redirected]),
        (Trick::SlowDrip, vec![Silence::TimedOut]),
        (Trick::Silent, vec![Silence::TimedOut]),
        (Trick::ServicesElsewhere, vec![Silence::Elsewhere]),
        (Trick::EndlessHead, vec![Silence::NoConnection, Silence::TimedOut]),
    ];
    // Whoever is named by a redirect or as a service's address must not be asked: it counts connections.
    let victim = TcpListener::bind((Ipv4Addr::new(127, 0, 82, 1), 0)).await.unwrap();
    let victim_at = victim.local_addr().unwrap();
    let honest = start(Camera::at(at(20)), port).await.unwrap();
    let mut tasks = Vec::new();
    for (last, (trick, _)) in (1..).zip(&tricks) {
        tasks.extend(hostile(*trick, at(last), port, victim_at).await);
    }
    let mut options = impatient(port);
    let asked = asked("127.0.81.0/27", &options, "").await;
    let device = |last: u8| asked.devices.iter().find(|device| device.address == at(last)).unwrap();
    assert_eq!(device(20).verdict(), Verdict::Unregistered);
    assert_eq!(asked.devices.len(), tricks.len() + 1);
    for (last, (trick, expected)) in (1..).zip(&tricks) {
        let device = device(last);
        assert_eq!(device.verdict(), Verdict::Unknown, "{trick:?}: {device:?}");
        let (_, why) = device
            .silent
            .iter()
            .find(|(question, _)| *question == Question::GetServices)
            .unwrap();
        assert!(expected.contains(why), "{trick:?}: {why:?}");
    }
    let unasked = tokio::time::timeout(Duration::from_millis(100), victim.accept()).await;
    assert!(unasked.is_err(), "somebody was asked who is not in the range");
    // The same search finds a connection that is made.
    let made = TcpStream::connect(victim_at).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(5), victim.accept()).await.is_ok());
    drop((made, honest));

    // When time is up, the rest is named and not waited for.
    options.limits.total = Duration::from_millis(1);
    options.limits.concurrency = 1;
    let hurried = crate::network::asked("127.0.81.0/27", &options, "").await;
    assert!(hurried.left_out.len() >= tricks.len(), "{:?}", hurried.left_out);
    for task in tasks {
        task.abort();
    }
}

#[tokio::test]
async fn a_device_is_asked_only_so_often() {
    let port = free_port().await;
    let running = start(Camera::at(Ipv4Addr::new(127, 0, 83, 1)), port).await.unwrap();
    let mut options = options(port);
    options.limits.requests = 3;
    let asked = asked("127.0.83.1", &options, "").await;
    let device = &asked.devices[0];
    assert!(device.silent.iter().any(|(_, why)| *why == Silence::Enough), "{device:?}");
    assert!(device.declared.len() <= 1, "the first three questions hardly say: {device:?}");
    drop(running);
}
