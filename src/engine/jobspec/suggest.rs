//! The nearest name among those that exist, for the suggestion in a diagnostic.

/// The name that was most likely meant, if one is near enough.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Long names cost time to compare and are no typing mistakes of each other.
    let name = name.get(..name.len().min(64)).unwrap_or("");
    let names = names.filter(|other| other.len() <= 64).take(1000);
    let scored = names.map(|other| (strsim::damerau_levenshtein(name, other), other));
    let (distance, other) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= name.chars().count().max(other.chars().count()) / 3 + 1
        && distance < name.chars().count().max(1))
    .then_some(other)
}
