//! Good inputs of an inspection's targets: answers of a camera, and exports of each form.

use countenance_fuzzing::targets::{PROBE, book};

/// The number of the question, then the answer. Question 11 is the first again.
fn answer(number: u8, name: &str, inside: &str) -> Vec<u8> {
    let text = format!(r#"<?xml version="1.0"?><s:E xmlns:s="x"><s:Body><{name}Response>{inside}</{name}Response></s:Body></s:E>"#);
    [&[number], text.as_bytes()].concat()
}

pub(crate) fn answers() -> Vec<Vec<u8>> {
    let configuration = r#"<t:Configurations token="a&lt;1"><t:Name>analytics</t:Name></t:Configurations>"#;
    vec![
        answer(
            0,
            "GetServices",
            "<Service><Namespace>http://www.onvif.org/ver20/analytics/wsdl</Namespace><XAddr>http://10.0.0.3:8080/onvif/analytics</XAddr></Service>",
        ),
        answer(
            1,
            "GetCapabilities",
            "<Capabilities><t:Analytics><t:XAddr>http://10.0.0.3/onvif/a</t:XAddr></t:Analytics><t:Events><t:XAddr>http://10.0.0.4/e</t:XAddr></t:Events></Capabilities>",
        ),
        answer(
            2,
            "GetDeviceInformation",
            "<Manufacturer>Nobody &amp; Sons</Manufacturer><Model>&#x4e00;</Model><SerialNumber><![CDATA[S<1]]></SerialNumber>",
        ),
        answer(
            3,
            "GetEventProperties",
            "<w:TopicSet><t:RuleEngine><FaceDetect w:topic=\"true\"><t:MessageDescription/></FaceDetect><Line/></t:RuleEngine></w:TopicSet>",
        ),
        answer(4, "GetVideoAnalyticsConfigurations", configuration),
        answer(
            6,
            "GetSupportedAnalyticsModules",
            "<M><D Name=\"hik:faceContrast\"/><D Name='tt:Motion'/></M>",
        ),
        answer(8, "GetSupportedRules", "<R><D Name=\"tt:FaceRecognition\"/></R>"),
        answer(9, "GetRules", "<Rule Name=\"人脸比对\" Type=\"a:b\"/>"),
        answer(10, "GetSupportedMetadata", "<M Type=\"x\"><F><t:HumanFace/></F></M>"),
    ]
}

pub(crate) fn probe_answer() -> Vec<u8> {
    format!(
        "<s:E xmlns:s='x'><s:Header><a:RelatesTo>{PROBE}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch><d:XAddrs>http://10.0.0.3/onvif \
         http://[fe80::1]/onvif</d:XAddrs><d:Scopes>onvif://www.onvif.org/name/Door%203 onvif://www.onvif.org/MAC/aabbcc001122</d:Scopes></d:ProbeMatch>\
         </d:ProbeMatches></s:Body></s:E>"
    )
    .into_bytes()
}

const TABLE: &str = "姓名,年龄,标签,备注\r\n王小明,31,\"年轻|常客\",VIP客户\r\n李秀英,,陌生人,\"{\"\"sex\"\": \"\"女\"\"}\"\r\n";

pub(crate) fn exports() -> Vec<Vec<u8>> {
    let utf16 = std::iter::once(0xfeff).chain(TABLE.encode_utf16());
    vec![
        TABLE.as_bytes().to_vec(),
        encoding_rs::GB18030.encode(TABLE).0.into_owned(),
        utf16.flat_map(u16::to_le_bytes).collect(),
        TABLE.replace(',', "\t").into_bytes(),
        r#"{"total": 2, "data": [{"name": "a", "tags": ["VIP", {"mood": "happy"}]}, {"name": "b", "age": 3.5e1, "race": null}]}"#.into(),
        "{\"tag\": \"VIP\"}\n{\"tag\": \"\\u964c生人\", \"x\": [true, -1]}\n".into(),
        book(&workbooks()[0]).unwrap(),
    ]
}

pub(crate) fn workbooks() -> Vec<Vec<u8>> {
    let sheet = r#"<worksheet><dimension ref="A1:C3"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c><c r="B1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="str"><v>a &amp; b</v></c><c t="s"><v>1</v></c><c s="1"><f>1+1</f><v>2.5</v></c></row><row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2026-01-01</v></c></row></sheetData></worksheet>"#;
    let texts = r#"<sst count="2" uniqueCount="2"><si><t>tag</t></si><si><r><t>V</t></r><r><t xml:space="preserve">IP</t></r><rPh><t>x</t></rPh></si></sst>"#;
    let sheets = r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="1"/><sheets><sheet name="VIP" sheetId="1" state="hidden" r:id="r1"/></sheets><definedNames><definedName name="n">VIP!$A$1</definedName></definedNames></workbook>"#;
    let relations = r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/xl/s.xml"/></Relationships>"#;
    vec![
        [sheet, texts].join("\0").into_bytes(),
        [sheet, texts, sheets, relations].join("\0").into_bytes(),
    ]
}
