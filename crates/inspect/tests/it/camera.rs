//! A camera of our own, behind real UDP and HTTP: it speaks as much ONVIF as an inspection asks for, with or without face analytics.
//! That it is ONVIF is shown by a client that others wrote (`e2e/camera.test.mjs`).

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;

const TO_ALL: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);

/// What a camera's analytics look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Analytics {
    Faces,
    Movement,
    /// It has no such service.
    Absent,
}

/// What a camera is like.
#[derive(Debug, Clone)]
pub(crate) struct Camera {
    pub(crate) address: Ipv4Addr,
    pub(crate) serial: &'static str,
    pub(crate) analytics: Analytics,
    /// Whether all but its services asks for a password.
    pub(crate) locked: bool,
    /// Whether it does not know `GetServices`.
    pub(crate) old: bool,
}

impl Camera {
    pub(crate) const fn at(address: Ipv4Addr) -> Self {
        Self {
            address,
            serial: "STUB-1",
            analytics: Analytics::Faces,
            locked: false,
            old: false,
        }
    }

    pub(crate) const fn with(self, analytics: Analytics) -> Self {
        Self { analytics, ..self }
    }
}

/// A camera that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) http: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Starts it on a free port; it answers probes on `discovery_port` (0: it answers none).
pub(crate) async fn start(camera: Camera, discovery_port: u16) -> std::io::Result<Running> {
    let listener = TcpListener::bind((camera.address, 0)).await?;
    let http = listener.local_addr()?;
    let mut tasks = Vec::new();
    if discovery_port > 0 {
        tasks.extend(answer_probes(camera.address, discovery_port, format!("http://{http}/onvif/device_service")).await?);
    }
    let router = Router::new()
        .route("/onvif/device_service", post(answer))
        .route("/onvif/{service}", post(answer))
        .with_state((camera, http));
    tasks.push(tokio::spawn(async move {
        axum::serve(listener, router).await.ok();
    }));
    Ok(Running { http, tasks })
}

/// Answers probes sent to this address, and those to all that come over its interface.
pub(crate) async fn answer_probes(address: Ipv4Addr, port: u16, service: String) -> std::io::Result<Vec<JoinHandle<()>>> {
    let mut sockets = vec![UdpSocket::bind((address, port)).await?];
    // Only one camera of a machine hears what goes to all; the others are asked one by one.
    if let Ok(all) = UdpSocket::bind((TO_ALL, port)).await
        && all.join_multicast_v4(TO_ALL, address).is_ok()
    {
        sockets.push(all);
    }
    let answers = |socket: UdpSocket| {
        let service = service.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let probe = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
                let Some(id) = between(&probe, "MessageID") else { continue };
                // From its own address, whoever was asked.
                if let Ok(own) = UdpSocket::bind((address, 0)).await {
                    own.send_to(matches(&id, &service).as_bytes(), from).await.ok();
                }
            }
        })
    };
    Ok(sockets.into_iter().map(answers).collect())
}

fn matches(id: &str, service: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:MessageID>urn:uuid:00000000-0000-4000-8000-000000000001</a:MessageID><a:RelatesTo>{id}</a:RelatesTo><a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:00000000-0000-4000-8000-aabbcc001122</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/Stub%20camera</d:Scopes><d:XAddrs>{service}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"#
    )
}

/// The text of the first element of this local name.
fn between(xml: &str, name: &str) -> Option<String> {
    let begin = xml.find(&format!("{name}>")).or_else(|| xml.find(&format!("{name} ")))?;
    let text = xml.get(begin..)?.split_once('>')?.1;
    Some(text.split('<').next()?.trim().to_owned())
}

/// The local name of the first element in the body: the question.
fn asked(xml: &str) -> Option<String> {
    let body = xml.find("Body").and_then(|at| xml.get(at..)?.split_once('>'))?.1;
    let tag = body.split_once('<')?.1;
    let name = tag.split([' ', '>', '/']).next()?;
    Some(name.rsplit(':').next()?.to_owned())
}

async fn answer(State((camera, http)): State<(Camera, SocketAddr)>, xml: String) -> Response {
    let question = asked(&xml).unwrap_or_default();
    let open = ["GetSystemDateAndTime", "GetServices", "GetCapabilities"];
    if camera.locked && !open.contains(&question.as_str()) {
        return soap(StatusCode::BAD_REQUEST, &fault("ter:NotAuthorized"));
    }
    match camera.body(&question, http) {
        Some(body) => soap(StatusCode::OK, &body),
        None => soap(StatusCode::BAD_REQUEST, &fault("ter:ActionNotSupported")),
    }
}

fn soap(status: StatusCode, body: &str) -> Response {
    let envelope = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tan="http://www.onvif.org/ver20/analytics/wsdl" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wstop="http://docs.oasis-open.org/wsn/t-1" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error" xmlns:xs="http://www.w3.org/2001/XMLSchema"><s:Body>{body}</s:Body></s:Envelope>"#
    );
    (status, [(header::CONTENT_TYPE, "application/soap+xml; charset=utf-8")], envelope).into_response()
}

fn fault(code: &str) -> String {
    format!(
        r#"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>"#
    )
}

const MODULES: &str = r#"<tan:SupportedAnalyticsModules><tt:AnalyticsModuleContentSchemaLocation>http://www.w3.org/2001/XMLSchema</tt:AnalyticsModuleContentSchemaLocation><tt:AnalyticsModuleDescription Name="tt:CellMotionEngine"><tt:Parameters><tt:SimpleItemDescription Name="Sensitivity" Type="xs:integer"/></tt:Parameters></tt:AnalyticsModuleDescription>FACES</tan:SupportedAnalyticsModules>"#;
const FACE_MODULE: &str =
    r#"<tt:AnalyticsModuleDescription Name="stub:FaceRecognitionEngine"><tt:Parameters/></tt:AnalyticsModuleDescription>"#;
const TOPICS: &str = r#"<wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet><tns1:RuleEngine><CellMotionDetector><Motion wstop:topic="true"><tt:MessageDescription IsProperty="true"><tt:Data><tt:SimpleItemDescription Name="IsMotion" Type="xs:boolean"/></tt:Data></tt:MessageDescription></Motion></CellMotionDetector>FACES</tns1:RuleEngine></wstop:TopicSet>"#;
const FACE_TOPIC: &str = r#"<FaceDetect wstop:topic="true"><tt:MessageDescription IsProperty="false"><tt:Data><tt:SimpleItemDescription Name="Likelihood" Type="xs:float"/></tt:Data></tt:MessageDescription></FaceDetect>"#;

impl Camera {
    fn body(&self, question: &str, http: SocketAddr) -> Option<String> {
        let faces = |text: &str, faces: &str| text.replace("FACES", if self.analytics == Analytics::Faces { faces } else { "" });
        let analytics = [
            "GetSupportedAnalyticsModules",
            "GetAnalyticsModules",
            "GetSupportedRules",
            "GetRules",
            "GetSupportedMetadata",
        ];
        if self.analytics == Analytics::Absent && analytics.contains(&question) {
            return None;
        }
        let prefix = match question {
            _ if analytics.contains(&question) => "tan",
            "GetEventProperties" => "tev",
            "GetProfiles" | "GetVideoSources" | "GetVideoAnalyticsConfigurations" => "trt",
            _ => "tds",
        };
        let inside = match question {
            "GetServices" if self.old => return None,
            "GetServices" => self.services(http),
            "GetCapabilities" => self.capabilities(http),
            "GetSystemDateAndTime" => DATE.to_owned(),
            "GetDeviceInformation" => format!(
                "<tds:Manufacturer>Nobody</tds:Manufacturer><tds:Model>Stub</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>{}</tds:SerialNumber><tds:HardwareId>0</tds:HardwareId>",
                self.serial
            ),
            "GetProfiles" => PROFILES.to_owned(),
            "GetVideoSources" => SOURCES.to_owned(),
            "GetVideoAnalyticsConfigurations" => CONFIGURATIONS.to_owned(),
            "GetEventProperties" => faces(TOPICS, FACE_TOPIC),
            "GetSupportedAnalyticsModules" => faces(MODULES, FACE_MODULE),
            "GetAnalyticsModules" => faces(
                r#"<tan:AnalyticsModule Name="Motion" Type="tt:CellMotionEngine"><tt:Parameters/></tan:AnalyticsModule>FACES"#,
                r#"<tan:AnalyticsModule Name="Guests" Type="stub:FaceRecognitionEngine"><tt:Parameters/></tan:AnalyticsModule>"#,
            ),
            "GetSupportedRules" => faces(
                r#"<tan:SupportedRules><tt:RuleDescription Name="tt:LineDetector"><tt:Parameters/></tt:RuleDescription>FACES</tan:SupportedRules>"#,
                r#"<tt:RuleDescription Name="tt:FaceDetect"><tt:Parameters/></tt:RuleDescription>"#,
            ),
            "GetRules" => String::new(),
            "GetSupportedMetadata" => faces(
                r#"<tan:AnalyticsModule Type="tt:CellMotionEngine"><tan:SampleFrame UtcTime="2026-01-01T00:00:00Z"/></tan:AnalyticsModule>FACES"#,
                r#"<tan:AnalyticsModule Type="stub:Engine7"><tan:SampleFrame UtcTime="2026-01-01T00:00:00Z"><tt:Object ObjectId="1"><tt:Appearance><tt:HumanFace/></tt:Appearance></tt:Object></tan:SampleFrame></tan:AnalyticsModule>"#,
            ),
            _ => return None,
        };
        Some(format!("<{prefix}:{question}Response>{inside}</{prefix}:{question}Response>"))
    }

    fn services(&self, http: SocketAddr) -> String {
        let service = |namespace: &str, path: &str| {
            format!(
                "<tds:Service><tds:Namespace>http://www.onvif.org/{namespace}/wsdl</tds:Namespace><tds:XAddr>http://{http}/onvif/{path}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
            )
        };
        let mut services = vec![
            service("ver10/device", "device_service"),
            service("ver10/media", "media"),
            service("ver10/events", "events"),
        ];
        if self.analytics != Analytics::Absent {
            services.push(service("ver20/analytics", "analytics"));
        }
        services.concat()
    }

    fn capabilities(&self, http: SocketAddr) -> String {
        let analytics = format!(
            "<tt:Analytics><tt:XAddr>http://{http}/onvif/analytics</tt:XAddr><tt:RuleSupport>true</tt:RuleSupport><tt:AnalyticsModuleSupport>true</tt:AnalyticsModuleSupport></tt:Analytics>"
        );
        format!(
            "<tds:Capabilities>{}<tt:Device><tt:XAddr>http://{http}/onvif/device_service</tt:XAddr></tt:Device><tt:Events><tt:XAddr>http://{http}/onvif/events</tt:XAddr></tt:Events><tt:Media><tt:XAddr>http://{http}/onvif/media</tt:XAddr></tt:Media></tds:Capabilities>",
            if self.analytics == Analytics::Absent { "" } else { &analytics }
        )
    }
}

const DATE: &str = "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>8</tt:Hour><tt:Minute>0</tt:Minute><tt:Second>0</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year><tt:Month>1</tt:Month><tt:Day>1</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>";
const SOURCES: &str = r#"<trt:VideoSources token="source"><tt:Framerate>25</tt:Framerate><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution></trt:VideoSources>"#;
const PROFILES: &str = r#"<trt:Profiles token="profile" fixed="true"><tt:Name>main</tt:Name><tt:VideoSourceConfiguration token="source-configuration"><tt:Name>source</tt:Name><tt:UseCount>1</tt:UseCount><tt:SourceToken>source</tt:SourceToken><tt:Bounds x="0" y="0" width="1920" height="1080"/></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="encoder"><tt:Name>encoder</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution><tt:Quality>4</tt:Quality><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl><tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration><tt:VideoAnalyticsConfiguration token="analytics-1"><tt:Name>analytics</tt:Name><tt:UseCount>1</tt:UseCount></tt:VideoAnalyticsConfiguration></trt:Profiles>"#;
const CONFIGURATIONS: &str = r#"<trt:Configurations token="analytics-1"><tt:Name>analytics</tt:Name><tt:UseCount>1</tt:UseCount><tt:AnalyticsEngineConfiguration/><tt:RuleEngineConfiguration/></trt:Configurations>"#;
