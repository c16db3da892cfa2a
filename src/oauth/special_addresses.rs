//! Addresses that are nobody's public web site: the special-purpose registries of IANA (RFC 6890) and a few more.
//!
//! Over IPv6 the question is turned round: only 2000::/3 is given out to the public, so everything else is special, which covers
//! IPv4 in any of its disguises (mapped, compatible, NAT64) without looking into them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> (Ipv4Addr, u8) {
    (Ipv4Addr::new(a, b, c, d), prefix)
}

const SPECIAL_V4: [(Ipv4Addr, u8); 19] = [
    // "This network"
    v4(0, 0, 0, 0, 8),
    // Private
    v4(10, 0, 0, 0, 8),
    // Shared by the customers of a carrier
    v4(100, 64, 0, 0, 10),
    // Loopback
    v4(127, 0, 0, 0, 8),
    // Azure's host, reached only from within it
    v4(168, 63, 129, 16, 32),
    // Link-local, where clouds keep their metadata
    v4(169, 254, 0, 0, 16),
    // Private
    v4(172, 16, 0, 0, 12),
    // IETF protocol assignments
    v4(192, 0, 0, 0, 24),
    // Documentation
    v4(192, 0, 2, 0, 24),
    // AS112
    v4(192, 31, 196, 0, 24),
    // AMT
    v4(192, 52, 193, 0, 24),
    // 6to4 relays
    v4(192, 88, 99, 0, 24),
    // Private
    v4(192, 168, 0, 0, 16),
    // AS112
    v4(192, 175, 48, 0, 24),
    // Benchmarking
    v4(198, 18, 0, 0, 15),
    // Documentation
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    // Multicast
    v4(224, 0, 0, 0, 4),
    // Reserved, and broadcast
    v4(240, 0, 0, 0, 4),
];

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> (Ipv6Addr, u8) {
    (Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

const PUBLIC_V6: (Ipv6Addr, u8) = v6(0x2000, 0, 0, 3);

/// Within [`PUBLIC_V6`].
const SPECIAL_V6: [(Ipv6Addr, u8); 5] = [
    // IETF protocol assignments: Teredo, benchmarking, ORCHID, drone identifiers
    v6(0x2001, 0, 0, 23),
    // Documentation
    v6(0x2001, 0xdb8, 0, 32),
    // 6to4: an IPv4 address stands in it
    v6(0x2002, 0, 0, 16),
    // AS112
    v6(0x2620, 0x4f, 0x8000, 48),
    // Documentation
    v6(0x3fff, 0, 0, 20),
];

/// Whether nothing may be fetched from `address`.
pub fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => SPECIAL_V4
            .iter()
            .any(|(network, prefix)| shift(address, *prefix) == shift(*network, *prefix)),
        IpAddr::V6(address) => {
            !within(address, PUBLIC_V6)
                || SPECIAL_V6.iter().any(|network| within(address, *network))
        }
    }
}

const fn shift(address: Ipv4Addr, prefix: u8) -> u32 {
    address.to_bits() >> (32 - prefix)
}

const fn within(address: Ipv6Addr, (network, prefix): (Ipv6Addr, u8)) -> bool {
    let host_bits = 128 - prefix;
    address.to_bits() >> host_bits == network.to_bits() >> host_bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the registries print them, independent of how the code groups them.
    const REGISTERED: [&str; 50] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.0.8/32",
        "192.0.0.170/32",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "255.255.255.255/32",
        "::1/128",
        "::/128",
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001::/32",
        "2001:1::1/128",
        "2001:1::2/128",
        "2001:1::3/128",
        "2001:2::/48",
        "2001:3::/32",
        "2001:4:112::/48",
        "2001:10::/28",
        "2001:20::/28",
        "2001:30::/28",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "168.63.129.16/32",
    ];

    fn sampled(network: &str, noise: u128) -> IpAddr {
        let (address, prefix) = network.split_once('/').unwrap();
        let prefix: u32 = prefix.parse().unwrap();
        match address.parse().unwrap() {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shr(prefix).unwrap_or(0);
                #[expect(clippy::cast_possible_truncation, reason = "noise")]
                let noise = noise as u32;
                Ipv4Addr::from_bits(ip.to_bits() | (noise & mask)).into()
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shr(prefix).unwrap_or(0);
                Ipv6Addr::from_bits(ip.to_bits() | (noise & mask)).into()
            }
        }
    }

    #[test]
    fn public_addresses_are_not_special() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.17",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert!(!is_special(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn disguises_of_an_ipv4_address_are_special() {
        for text in [
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "::127.0.0.1",
            "::ffff:0:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2001:0:102:304::1",
        ] {
            assert!(is_special(text.parse().unwrap()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_address_of_a_registered_network_is_special(network in 0..REGISTERED.len(), noise: u128) {
            let address = sampled(REGISTERED[network], noise);
            prop_assert!(is_special(address), "{} of {}", address, REGISTERED[network]);
        }

        #[test]
        fn nothing_outside_the_public_block_is_public(bits: u128) {
            let address = Ipv6Addr::from_bits(bits);
            prop_assume!(address.segments()[0] >> 13 != 1);
            prop_assert!(is_special(address.into()));
        }
    }
}
