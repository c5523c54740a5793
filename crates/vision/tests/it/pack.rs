use std::fs;

use countenance_vision::Pack;

/// A copy of the installed pack that a test may spoil.
fn copy() -> tempfile::TempDir {
    let installed = countenance_setup::models().unwrap();
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(installed.pack).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

#[test]
fn a_pack_is_refused_when_a_byte_of_a_model_is_another() {
    let copy = copy();
    let pack = Pack::load(copy.path()).unwrap();
    assert_eq!((pack.name(), pack.thresholds().search_max), ("mobilefacenet-2024", 108));
    assert!(pack.licence().contains("not verified") && pack.provenance().contains("not verified"));
    for name in ["fr_detect.onnx", "fr_landmark.onnx", "fr_feature.onnx", "fr_liveness.onnx"] {
        let path = copy.path().join(name);
        let whole = fs::read(&path).unwrap();
        let mut altered = whole.clone();
        altered[whole.len() / 2] ^= 1;
        fs::write(&path, &altered).unwrap();
        assert_eq!(Pack::load(copy.path()).unwrap_err().code(), "pack.hash", "{name}");
        fs::remove_file(&path).unwrap();
        assert_eq!(Pack::load(copy.path()).unwrap_err().code(), "pack.missing", "{name}");
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(Pack::load(copy.path()).unwrap().hash(), pack.hash());
}

#[test]
fn a_manifest_that_switches_a_safeguard_off_is_refused() {
    let copy = copy();
    let path = copy.path().join("manifest.toml");
    let text = fs::read_to_string(&path).unwrap();
    let spoiled = [
        ("match_threshold = 0.57", "match_threshold = 0.0"),
        ("match_threshold = 0.57", "match_threshold = nan"),
        ("live_threshold = 0.80", "live_threshold = -1.0"),
        ("search_max = 108", "search_max = 0"),
        ("crop = 2.7", "crop = 0.5"),
        ("file = \"fr_detect.onnx\"", "file = \"../fr_detect.onnx\""),
        ("version = 1\n", "version = 1\nsurprise = true\n"),
    ];
    for (from, to) in spoiled {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        assert_eq!(Pack::load(copy.path()).unwrap_err().code(), "pack.manifest", "{to}");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(Pack::load(copy.path()).unwrap_err().code(), "pack.missing");
}
