//! `countenance-gate check IMAGE…`: what the models see, stage by stage, with times. Nothing is kept; no embedding is shown or compared.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use countenance_vision::{Face, Limits, Pack, Picture, PictureError, RunError, Thresholds, Vision, distance_mm, rough_distance_mm};

#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// JPEG or PNG files
    #[arg(required = true)]
    pub images: Vec<PathBuf>,
    /// The camera's horizontal field of view in degrees; with it, distances are shown
    #[arg(long)]
    pub field_of_view: Option<f32>,
    /// Folder of the model pack, instead of the one that `setup` installed
    #[arg(long, requires = "runtime")]
    pub pack: Option<PathBuf>,
    /// ONNX Runtime's shared library, instead of the one that `setup` installed
    #[arg(long, requires = "pack")]
    pub runtime: Option<PathBuf>,
}

/// Looks at every picture, and fails when one of them could not be used.
pub fn run(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let used = check(arguments, &mut io::stdout())?;
    Ok(if used { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What went wrong, as the code that is shown.
struct Refused {
    code: &'static str,
    detail: String,
}

impl Refused {
    fn new(code: &'static str, error: &dyn std::fmt::Display) -> Self {
        Self {
            code,
            detail: error.to_string(),
        }
    }

    fn say(&self, out: &mut dyn Write) -> io::Result<()> {
        let (zh, en) = sentence(self.code);
        writeln!(out, "  {}: {}\n  {zh}\n  {en}", self.code, self.detail)
    }
}

impl From<RunError> for Refused {
    fn from(error: RunError) -> Self {
        Self::new(error.code(), &error)
    }
}

fn check(arguments: &CheckArguments, out: &mut dyn Write) -> io::Result<bool> {
    let (mut vision, thresholds) = match load(arguments, out)? {
        Ok(loaded) => loaded,
        Err(refused) => {
            refused.say(out)?;
            return Ok(false);
        }
    };
    let mut used = true;
    for path in &arguments.images {
        writeln!(out, "{}", path.display())?;
        let mut lines = String::new();
        let looked = look(path, &mut vision, &thresholds, arguments.field_of_view, &mut lines);
        out.write_all(lines.as_bytes())?;
        if let Err(refused) = looked {
            refused.say(out)?;
            used = false;
        }
    }
    if let Err(error) = vision.rinse() {
        Refused::from(error).say(out)?;
        return Ok(false);
    }
    Ok(used)
}

fn load(arguments: &CheckArguments, out: &mut dyn Write) -> io::Result<Result<(Vision, Thresholds), Refused>> {
    let (pack, runtime) = match (&arguments.pack, &arguments.runtime) {
        (Some(pack), Some(runtime)) => (pack.clone(), runtime.clone()),
        _ => match countenance_setup::installed() {
            Ok(installed) => (installed.pack, installed.runtime),
            Err(error) => return Ok(Err(Refused::new(error.code(), &error))),
        },
    };
    let begin = Instant::now();
    let pack = match Pack::load(&pack) {
        Ok(pack) => pack,
        Err(error) => return Ok(Err(Refused::new(error.code(), &error))),
    };
    let vision = match Vision::load(&pack, &runtime) {
        Ok(vision) => vision,
        Err(error) => return Ok(Err(Refused::new(error.code(), &error))),
    };
    writeln!(
        out,
        "pack {} {}, manifest {}",
        pack.name(),
        pack.version(),
        countenance_base::to_hex(&pack.hash())
    )?;
    writeln!(out, "  licence: {}\n  provenance: {}", pack.licence(), pack.provenance())?;
    writeln!(
        out,
        "  ONNX Runtime {}, verified and loaded in {}",
        pack.runtime_version(),
        millis(begin)
    )?;
    Ok(Ok((vision, pack.thresholds().clone())))
}

fn look(path: &Path, vision: &mut Vision, thresholds: &Thresholds, view: Option<f32>, lines: &mut String) -> Result<(), Refused> {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let mut line = |text: String| writeln!(lines, "  {text}").ok();
    let begin = Instant::now();
    let picture = read(path)?;
    line(format!(
        "{} × {}, read and decoded in {}",
        picture.width(),
        picture.height(),
        millis(begin)
    ));
    let begin = Instant::now();
    let faces = vision.detect(&picture)?;
    line(format!("{} face(s), found in {}", faces.len(), millis(begin)));
    if faces.is_empty() {
        return Err(Refused::new("picture.no_face", &"the detector found nothing"));
    }
    for face in &faces {
        for text in describe(vision, &picture, face, thresholds, view)? {
            line(text);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Picture, Refused> {
    let unreadable = |error: io::Error| Refused::new("picture.unreadable", &error);
    let refused = |error: PictureError| Refused::new(error.code(), &error);
    let limits = Limits::FILE;
    if fs::metadata(path).map_err(unreadable)?.len() > limits.bytes as u64 {
        return Err(refused(PictureError::TooLarge));
    }
    Picture::decode(&fs::read(path).map_err(unreadable)?, limits).map_err(refused)
}

fn describe(
    vision: &mut Vision,
    picture: &Picture,
    face: &Face,
    thresholds: &Thresholds,
    view: Option<f32>,
) -> Result<Vec<String>, RunError> {
    let area = face.area;
    let mut lines = vec![format!(
        "face at {:.0},{:.0} to {:.0},{:.0}, score {:.2}",
        area.left, area.top, area.right, area.bottom, face.score
    )];
    let begin = Instant::now();
    let landmarks = vision.landmarks(picture, face)?;
    let landmarks_took = millis(begin);
    let begin = Instant::now();
    let quality = vision.quality(picture, &landmarks)?;
    lines.push(format!(
        "  {:.0} px between the eyes, turned {:+.0}°, nodding {:+.0}°, tilted {:+.0}°, sharpness {:.0}, exposure {:.0} (points {landmarks_took}, quality {})",
        quality.eyes_px, quality.yaw, quality.pitch, quality.roll, quality.sharpness, quality.exposure, millis(begin)
    ));
    if let Some(view) = view {
        let metres = |mm: Option<u32>| mm.map_or_else(|| "unknown".to_owned(), |mm| format!("{:.2} m", f64::from(mm) / 1000.0));
        let by_eyes = metres(distance_mm(quality.eyes_px, picture.width(), view));
        let by_box = metres(rough_distance_mm(area.width(), picture.width(), view));
        lines.push(format!("  distance {by_eyes} by the eyes, {by_box} by the box"));
    }
    let begin = Instant::now();
    let live = vision.live(picture, face)?;
    let verdict = if live >= thresholds.live_threshold { "live" } else { "not live" };
    lines.push(format!(
        "  {verdict}: {live:.3}, threshold {:.2} ({})",
        thresholds.live_threshold,
        millis(begin)
    ));
    let begin = Instant::now();
    drop(vision.embed(picture, &landmarks)?);
    lines.push(format!("  embedded and forgotten ({})", millis(begin)));
    Ok(lines)
}

fn millis(begin: Instant) -> String {
    format!("{:.1} ms", begin.elapsed().as_secs_f64() * 1e3)
}

/// What a person reads for a code, Chinese and English.
fn sentence(code: &str) -> (&'static str, &'static str) {
    match code {
        "picture.unreadable" => ("无法读取该文件。", "The file cannot be read."),
        "picture.unknown_format" => (
            "该文件既不是 JPEG 也不是 PNG 图片。",
            "The file is neither a JPEG nor a PNG picture.",
        ),
        "picture.truncated" => (
            "图片不完整，请重新拍摄或重新传输。",
            "The picture is incomplete; take or transfer it again.",
        ),
        "picture.too_large" => (
            "图片超出尺寸上限，未解码。",
            "The picture is larger than the limit and was not decoded.",
        ),
        "picture.too_small" => ("图片太小，无法容纳人脸。", "The picture is too small to hold a face."),
        "picture.damaged" => ("图片数据已损坏。", "The picture's data is damaged."),
        "picture.other_format" => (
            "不接受这种图片格式。请另存为 JPEG 或 PNG。",
            "This picture format is not taken; save it as JPEG or PNG.",
        ),
        "picture.moving" => (
            "该文件是动画，不知道该看哪一帧。请另存为一张静止图片。",
            "The file is an animation, and it cannot be told which frame is meant; save one as a still picture.",
        ),
        "picture.print_colours" => (
            "图片是印刷用的 CMYK 颜色，无法还原肤色。请另存为 RGB。",
            "The picture is in printing inks (CMYK), which do not tell the colours of a face; save it as RGB.",
        ),
        "picture.rare_coding" => (
            "不接受这种少见的 JPEG 编码。请另存为普通 JPEG 或 PNG。",
            "This rare kind of JPEG is not taken; save it as an ordinary JPEG or PNG.",
        ),
        "picture.too_complex" => (
            "图片的分段多得不像相机写的，未解码。",
            "The picture has more parts than any camera writes and was not decoded.",
        ),
        "picture.wrong_length" => (
            "镜头画面的长度与尺寸不符。",
            "The camera's frame does not have the length of its size.",
        ),
        "picture.no_face" => ("图片中没有找到人脸。", "No face was found in the picture."),
        "pack.missing" => (
            "模型包缺少文件，请运行 countenance-gate setup。",
            "The model pack lacks a file; run `countenance-gate setup`.",
        ),
        "pack.hash" => (
            "模型文件与清单的哈希不符，不予使用。请运行 countenance-gate setup。",
            "A model differs from the hash in its manifest and is not used; run `countenance-gate setup`.",
        ),
        "pack.manifest" => ("模型包的清单无法使用。", "The model pack's manifest cannot be used."),
        "runtime.missing" => (
            "缺少 ONNX Runtime，请运行 countenance-gate setup。",
            "ONNX Runtime is missing; run `countenance-gate setup`.",
        ),
        "runtime.hash" => (
            "ONNX Runtime 与清单的哈希不符，不予加载。",
            "ONNX Runtime differs from the hash in the manifest and is not loaded.",
        ),
        "setup.not_installed" | "setup.no_home" => (
            "模型尚未安装，请运行 countenance-gate setup。",
            "The models are not installed; run `countenance-gate setup`.",
        ),
        _ => ("模型无法运行。", "The models could not be run."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_in(folder: &Path, images: &[&str], pack: Option<&Path>, runtime: Option<&Path>) -> (bool, String) {
        let arguments = CheckArguments {
            images: images.iter().map(|name| folder.join(name)).collect(),
            field_of_view: Some(60.0),
            pack: pack.map(Path::to_owned),
            runtime: runtime.map(Path::to_owned),
        };
        let mut out = Vec::new();
        let used = check(&arguments, &mut out).unwrap();
        (used, String::from_utf8(out).unwrap())
    }

    /// A PNG header that claims 50,000 × 50,000, with its right checksum.
    const HUGE: &[u8] = &[
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50, 8, 2, 0,
        0, 0, 0xc4, 0xcd, 0xaa, 0x9d, 0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54, 0x35, 0xaf, 0x06, 0x1e,
    ];

    #[test]
    fn a_portrait_is_described_without_its_embedding() {
        let pictures = countenance_setup::models().unwrap().pictures;
        let (used, said) = check_in(&pictures, &["obama.jpg"], None, None);
        assert!(used, "{said}");
        for part in [
            "910 × 1137",
            "1 face(s)",
            "distance 0.",
            "  live: ",
            "embedded and forgotten",
            "not verified",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(said.len() < 2_000, "there is no room for 512 numbers");
    }

    #[test]
    fn pictures_that_cannot_be_used_are_named_in_both_languages() {
        let pictures = countenance_setup::models().unwrap().pictures;
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        let portrait = fs::read(pictures.join("obama.jpg")).unwrap();
        write("truncated.jpg", &portrait[..portrait.len() / 2]);
        write("huge.png", HUGE);
        write("text.jpg", b"not a picture\n");
        write("saved.webp", b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0");
        let mut empty = io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(320, 240, image::Rgb([90, 120, 90]))
            .write_to(&mut empty, image::ImageFormat::Jpeg)
            .unwrap();
        write("empty.jpg", &empty.into_inner());
        let table = [
            ("truncated.jpg", "picture.truncated"),
            ("huge.png", "picture.too_large"),
            ("text.jpg", "picture.unknown_format"),
            ("saved.webp", "picture.other_format"),
            ("empty.jpg", "picture.no_face"),
            ("absent.jpg", "picture.unreadable"),
        ];
        for (name, code) in table {
            let (used, said) = check_in(folder.path(), &[name], None, None);
            let (zh, en) = sentence(code);
            assert!(
                !used && said.contains(code) && said.contains(zh) && said.contains(en),
                "{name}: {said}"
            );
        }
    }

    #[test]
    fn there_are_words_for_every_picture_that_is_not_decoded() {
        let nothing_said = sentence("a code that nothing has");
        for error in PictureError::ALL {
            assert_ne!(sentence(error.code()), nothing_said, "{}", error.code());
        }
    }

    #[test]
    fn a_wrong_model_and_a_missing_runtime_are_refused() {
        let installed = countenance_setup::models().unwrap();
        let pack = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(&installed.pack).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), pack.path().join(entry.file_name())).unwrap();
        }
        let (used, said) = check_in(
            &installed.pictures,
            &["obama.jpg"],
            Some(pack.path()),
            Some(&pack.path().join("none.so")),
        );
        assert!(!used && said.contains("runtime.missing"), "{said}");
        fs::write(pack.path().join("fr_feature.onnx"), b"another model").unwrap();
        let (used, said) = check_in(&installed.pictures, &["obama.jpg"], Some(pack.path()), Some(&installed.runtime));
        assert!(!used && said.contains("pack.hash"), "{said}");
    }
}
