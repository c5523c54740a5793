//! The program for every target: which one it is, it knows by its own name.

#![no_main]

// The hook that libFuzzer sets ends the program at any panic, also at one that the code under test catches.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |bytes: &[u8]| {
    let target = countenance_fuzzing::target(env!("CARGO_BIN_NAME")).expect("a target of this name");
    (target.run)(bytes);
});
