//! Functions on address prefixes. Addresses are 128 bits wide here; IPv4 uses the lower 32.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{Fault, Outcome, int_at, text_at};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::val::Val;

/// Go's limit, for machines where an integer has 32 bits.
const NEW_BITS: i64 = 32;

fn prefix(args: &[Val]) -> Result<IpNet, Fault> {
    let text = text_at(args, 0)?;
    let net =
        text.parse::<IpNet>().map_err(|_| Fault::Argument(0, format!("\"{text}\" is no address prefix")));
    net.map(|net| net.trunc())
}

fn bits(net: IpNet) -> u32 {
    u32::from(net.max_prefix_len())
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn address(like: IpNet, number: u128) -> IpAddr {
    match like {
        IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX))),
        IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(number)),
    }
}

/// The highest number that fits these bits.
fn highest(bits: u32) -> u128 {
    1_u128.checked_shl(bits).map_or(u128::MAX, |count| count - 1)
}

pub(super) fn cidrhost(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let net = prefix(args)?;
    let host = int_at(args, 1)?;
    let highest = highest(bits(net) - u32::from(net.prefix_len()));
    let distance = u128::from(host.unsigned_abs());
    let too_many = || Fault::Argument(1, format!("the prefix {net} has no host {host}"));
    let host = if host < 0 {
        highest.checked_sub(distance - 1).ok_or_else(too_many)?
    } else {
        Some(distance).filter(|host| *host <= highest).ok_or_else(too_many)?
    };
    Ok(Val::text(address(net, number(net.network()) | host).to_string()))
}

pub(super) fn cidrnetmask(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(prefix(args)?.netmask().to_string()))
}

pub(super) fn cidrsubnet(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let net = prefix(args)?;
    let (new_bits, subnet) = (int_at(args, 1)?, int_at(args, 2)?);
    let length = longer(net, new_bits).map_err(|why| Fault::Argument(1, why))?;
    let subnet =
        u128::try_from(subnet).ok().filter(|subnet| *subnet <= highest(length - u32::from(net.prefix_len())));
    let subnet =
        subnet.ok_or_else(|| Fault::Argument(2, format!("{new_bits} bits cannot hold this number")))?;
    let start = number(net.network()) | subnet.checked_shl(bits(net) - length).unwrap_or(0);
    Ok(Val::text(format!("{}/{length}", address(net, start))))
}

fn longer(net: IpNet, new_bits: i64) -> Result<u32, String> {
    if new_bits > NEW_BITS {
        return Err(format!("a prefix can be extended by at most {NEW_BITS} bits"));
    }
    let length = u32::try_from(new_bits).ok().map(|new| new + u32::from(net.prefix_len()));
    length
        .filter(|length| *length <= bits(net))
        .ok_or_else(|| format!("the prefix {net} cannot be extended so far"))
}

pub(super) fn cidrsubnets(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let net = prefix(args)?;
    let last = number(net.broadcast());
    let mut free = Some(number(net.network()));
    let mut subnets = Vec::new();
    for at in 1..args.len() {
        let new_bits = int_at(args, at)?;
        if new_bits < 1 {
            return Err(Fault::Argument(at, "a prefix is extended by at least one bit".to_owned()));
        }
        let length = longer(net, new_bits).map_err(|why| Fault::Argument(at, why))?;
        let highest_host = highest(bits(net) - length);
        // The next start with all host bits zero.
        let start = free.and_then(|free| Some(free.checked_add(highest_host)? & !highest_host));
        let start = start.filter(|start| *start <= last).ok_or_else(|| {
            Fault::Argument(at, format!("the prefix {net} has no room left for a subnet of {length} bits"))
        })?;
        free = start.checked_add(highest_host).and_then(|end| end.checked_add(1));
        subnets.push(Val::text(format!("{}/{length}", address(net, start))));
    }
    Ok(Val::list(subnets))
}
