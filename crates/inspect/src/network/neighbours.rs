//! MACs of devices on the same wire, as the machine itself already knows them; nothing is sent for it.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::register::hexadecimal;

/// Linux's own table; other systems have none that is a file, and then none is known.
const TABLE: &str = "/proc/net/arp";

pub(super) fn known() -> BTreeMap<Ipv4Addr, String> {
    std::fs::read_to_string(TABLE).map(|table| read(&table)).unwrap_or_default()
}

fn read(table: &str) -> BTreeMap<Ipv4Addr, String> {
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        let (address, mac) = (words.next()?.parse().ok()?, words.nth(2)?);
        let digits = hexadecimal(mac)?;
        digits.chars().any(|digit| digit != '0').then(|| (address, mac.to_owned()))
    };
    table.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_unfinished_rows_are_not() {
        let table = "IP address       HW type     Flags       HW address            Mask     Device\n\
            10.0.0.3         0x1         0x2         aa:bb:cc:00:11:22     *        eth0\n\
            10.0.0.4         0x1         0x0         00:00:00:00:00:00     *        eth0\n";
        let known = read(table);
        assert_eq!(known.len(), 1);
        assert_eq!(
            known.get(&Ipv4Addr::new(10, 0, 0, 3)).map(String::as_str),
            Some("aa:bb:cc:00:11:22")
        );
    }
}
