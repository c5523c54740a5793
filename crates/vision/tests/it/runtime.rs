use std::fs;

use countenance_vision::{Pack, Vision};

#[test]
fn a_runtime_that_is_missing_or_another_is_refused() {
    let installed = countenance_setup::models().unwrap();
    let pack = Pack::load(&installed.pack).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("libonnxruntime.so");
    let code = || Vision::load(&pack, &path).map_or_else(|error| error.code(), |_| "loaded");
    assert_eq!(code(), "runtime.missing");
    let mut bytes = fs::read(&installed.runtime).unwrap();
    bytes[1000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(code(), "runtime.hash");
    bytes[1000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(code(), "loaded");
}

/// Later builds of ONNX Runtime report use to their maker. A gate keeps to itself: the pinned build imports nothing that could open a
/// connection, so that there is nothing to switch off. Names of imported functions end with a zero byte; the linker may let one name be
/// the end of another, so what stands before is not looked at.
#[test]
fn the_pinned_runtime_imports_no_function_that_opens_a_connection() {
    let library = fs::read(countenance_setup::models().unwrap().runtime).unwrap();
    let imports = |name: &str| {
        let needle = [name.as_bytes(), b"\0"].concat();
        library.windows(needle.len()).any(|window| window == needle)
    };
    for present in ["memcpy", "pthread_create", "dlopen"] {
        assert!(imports(present), "the search finds what is there: {present}");
    }
    for absent in ["socket", "connect", "getaddrinfo", "send", "sendto", "sendmsg"] {
        assert!(!imports(absent), "{absent}");
    }
}
