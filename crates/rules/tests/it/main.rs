//! The committed rulebooks, as programs embed them.

#[test]
fn it_loads() {
    if let Err(error) = countenance_rules::embedded() {
        panic!("{error}");
    }
}
