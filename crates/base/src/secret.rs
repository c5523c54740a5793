//! Values that print nothing and zero themselves.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Wraps a value so that it never prints and is zeroed when dropped. No `Serialize`, no `Display`.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; the name makes each use easy to find.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> ZeroizeOnDrop for Secret<T> {}

/// A 32-byte key.
pub type SecretKey = Secret<[u8; 32]>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing() {
        assert_eq!(format!("{:?}", SecretKey::new([7; 32])), "Secret(…)");
    }
}
