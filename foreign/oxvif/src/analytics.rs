//! The one service that the mock lacks. Questions about analytics are answered here; everything else goes to the mock and comes back with
//! this address in place of its own, and with the service named where a device names its services.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use reqwest::Client;
use tokio::net::TcpListener;

use crate::Failed;

const CONTENT_TYPE: &str = "application/soap+xml; charset=utf-8";
/// Soap actions of ONVIF analytics, <http://www.onvif.org/ver20/analytics/wsdl>.
const ACTIONS: &str = "http://www.onvif.org/ver20/analytics/wsdl/";

struct Front {
    client: Client,
    mock: String,
    own: String,
}

/// Starts the stub before the mock at `mock`, and says where.
pub(crate) async fn before(mock: String) -> Result<String, Failed> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let own = format!("http://{}", listener.local_addr()?);
    let client = Client::builder().no_proxy().build()?;
    let front = Arc::new(Front {
        client,
        mock,
        own: own.clone(),
    });
    let router = Router::new().route("/{*path}", post(answer)).with_state(front);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(own)
}

async fn answer(State(front): State<Arc<Front>>, request: axum::extract::Request) -> Response {
    let (head, body) = request.into_parts();
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    if let Some(question) = kind.split_once(ACTIONS).and_then(|(_, rest)| rest.split('"').next()) {
        return soap(StatusCode::OK, analytics(question));
    }
    let Ok(body) = axum::body::to_bytes(body, 1 << 20).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    match front.forward(head.uri.path(), kind, body.to_vec()).await {
        Ok((status, text)) => soap(status, front.with_analytics(&text)),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

impl Front {
    async fn forward(&self, path: &str, kind: String, body: Vec<u8>) -> reqwest::Result<(StatusCode, String)> {
        let request = self
            .client
            .post(format!("{}{path}", self.mock))
            .header(header::CONTENT_TYPE, kind)
            .body(body);
        let response = request.send().await?;
        Ok((response.status(), response.text().await?))
    }

    fn with_analytics(&self, text: &str) -> String {
        let own = &self.own;
        let service = format!(
            "<tds:Service><tds:Namespace>http://www.onvif.org/ver20/analytics/wsdl</tds:Namespace><tds:XAddr>{own}/onvif/analytics</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service></tds:GetServicesResponse>"
        );
        let capability = format!(
            "<tds:Capabilities><tt:Analytics><tt:XAddr>{own}/onvif/analytics</tt:XAddr><tt:RuleSupport>true</tt:RuleSupport><tt:AnalyticsModuleSupport>true</tt:AnalyticsModuleSupport></tt:Analytics>"
        );
        text.replace(&self.mock, own)
            .replace("</tds:GetServicesResponse>", &service)
            .replace("<tds:Capabilities>", &capability)
    }
}

/// As ONVIF's analytics service answers: one detector of movement, and faces.
fn analytics(question: &str) -> String {
    let inside = match question {
        "GetSupportedRules" => {
            r#"<tan:SupportedRules><tt:RuleDescription Name="tt:LineDetector"><tt:Parameters/></tt:RuleDescription><tt:RuleDescription Name="tt:FaceRecognition"><tt:Parameters/></tt:RuleDescription></tan:SupportedRules>"#
        }
        "GetRules" => r#"<tan:Rule Name="Hall" Type="tt:FaceRecognition"><tt:Parameters/></tan:Rule>"#,
        "GetSupportedAnalyticsModules" => {
            r#"<tan:SupportedAnalyticsModules><tt:AnalyticsModuleDescription Name="tt:CellMotionEngine"><tt:Parameters/></tt:AnalyticsModuleDescription><tt:AnalyticsModuleDescription Name="stub:FaceDetectionEngine"><tt:Parameters/></tt:AnalyticsModuleDescription></tan:SupportedAnalyticsModules>"#
        }
        "GetAnalyticsModules" | "GetSupportedMetadata" => "",
        _ => {
            return envelope(
                r#"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>"#,
            );
        }
    };
    envelope(&format!("<tan:{question}Response>{inside}</tan:{question}Response>"))
}

fn envelope(body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tan="http://www.onvif.org/ver20/analytics/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>{body}</s:Body></s:Envelope>"#
    )
}

fn soap(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}
