//! What files and folders of a scenario are called.

/// `label` as the name of a folder: what could lead elsewhere or is not
/// allowed on some system becomes `-`.
pub fn folder_name(label: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || "-_.+ ".contains(c);
    let name: String = label.chars().map(|c| if allowed(c) { c } else { '-' }).take(100).collect();
    let name = name.trim_matches([' ', '.']);
    if name.is_empty() { "scenario".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_output_folder() {
        for (label, folder) in [
            ("two-memories", "two-memories"),
            ("../../etc", "-..-etc"),
            ("..", "scenario"),
            ("a/b\\c:d", "a-b-c-d"),
            ("Größe 2.5", "Größe 2.5"),
            ("", "scenario"),
        ] {
            assert_eq!(folder_name(label), folder, "{label}");
        }
    }
}
