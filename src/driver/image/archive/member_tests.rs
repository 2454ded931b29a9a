//! Members of archives, as the tables of real ones have them.

use serde_json::json;

use super::*;

fn docker_table() -> Vec<u8> {
    json!([
        {"Config": "a.json", "RepoTags": ["busybox:1", "localhost/team/a:2"], "Layers": ["l"]},
        {"Config": "b.json", "RepoTags": ["docker.io/library/redis:7"], "Layers": ["m"]},
        {"Config": "c.json", "RepoTags": null, "Layers": []},
    ])
    .to_string()
    .into_bytes()
}

#[test]
fn a_member_of_a_docker_archive_goes_by_name_or_number() {
    let table = docker_table();
    for (member, config, tags) in [
        ("busybox:1", "a.json", json!(["busybox:1"])),
        ("docker.io/library/busybox:1", "a.json", json!(["busybox:1"])),
        ("localhost/team/a:2", "a.json", json!(["localhost/team/a:2"])),
        ("redis:7", "b.json", json!(["docker.io/library/redis:7"])),
        ("@0", "a.json", json!(["busybox:1", "localhost/team/a:2"])),
        ("@2", "c.json", json!(null)),
    ] {
        let chosen = docker(&table, Some(member)).unwrap();
        assert_eq!(chosen.target, config, "{member}");
        let rewritten: Value = serde_json::from_slice(&chosen.rewritten.unwrap()).unwrap();
        assert_eq!(rewritten.as_array().unwrap().len(), 1);
        assert_eq!((&rewritten[0]["Config"], &rewritten[0]["RepoTags"]), (&json!(config), &tags), "{member}");
    }
    let first = Chosen { target: "a.json".to_owned(), rewritten: None };
    assert_eq!(docker(&table, None), Ok(first), "the first one, and all are loaded");
}

#[test]
fn an_absent_member_of_a_docker_archive_tells_those_that_there_are() {
    for member in ["busybox:2", "busybox", "@3", "@x", "@", "é"] {
        let there = ["busybox:1", "docker.io/library/redis:7", "@2"].map(str::to_owned).into();
        let expected = Unchosen::Absent { member: member.to_owned(), there };
        assert_eq!(docker(&docker_table(), Some(member)), Err(expected));
    }
    assert_eq!(docker(b"[]", None), Err(Unchosen::Empty));
    assert_eq!(docker(b"[]", Some("@0")), Err(Unchosen::Empty));
    for damaged in [&b"{}"[..], b"[", b"[1]", b"[{}]"] {
        assert!(matches!(docker(damaged, None), Err(Unchosen::NotUnderstood(_))));
    }
}

fn oci_table(images: &[(&str, Option<&str>)]) -> Vec<u8> {
    let images: Vec<Value> = images
        .iter()
        .map(|(digest, name)| {
            let mut image = json!({"mediaType": "m", "digest": digest, "size": 1});
            if let Some(name) = name {
                image["annotations"] = json!({REF_NAME: name});
            }
            image
        })
        .collect();
    json!({"schemaVersion": 2, "manifests": images}).to_string().into_bytes()
}

#[test]
fn a_member_of_an_oci_archive_goes_by_its_annotation_or_number() {
    let table = oci_table(&[("sha256:a", Some("one")), ("sha256:b", Some("two")), ("sha256:c", None)]);
    for (member, digest) in [("one", "sha256:a"), ("two", "sha256:b"), ("@2", "sha256:c")] {
        let chosen = oci(&table, Some(member)).unwrap();
        assert_eq!(chosen.target, digest);
        let rewritten: Value = serde_json::from_slice(&chosen.rewritten.unwrap()).unwrap();
        assert_eq!(rewritten["schemaVersion"], 2);
        assert_eq!(rewritten["manifests"].as_array().unwrap().len(), 1);
        assert_eq!(rewritten["manifests"][0]["digest"], digest);
    }
    let there: Vec<String> = ["one", "two", "@2"].map(str::to_owned).into();
    let absent = Unchosen::Absent { member: "three".to_owned(), there: there.clone() };
    assert_eq!(oci(&table, Some("three")), Err(absent));
    assert_eq!(oci(&table, None), Err(Unchosen::Several(there)));
}

#[test]
fn one_image_of_an_oci_archive_needs_no_choice() {
    let alone = oci_table(&[("sha256:a", Some("one"))]);
    assert_eq!(oci(&alone, None), Ok(Chosen { target: "sha256:a".to_owned(), rewritten: None }));
    let twice = oci_table(&[("sha256:a", Some("one")), ("sha256:a", Some("two"))]);
    let chosen = oci(&twice, None).unwrap();
    assert_eq!(chosen.target, "sha256:a");
    assert!(chosen.rewritten.is_some(), "Podman refuses two entries of one image");
    assert_eq!(oci(&oci_table(&[]), None), Err(Unchosen::Empty));
    assert!(matches!(oci(b"{}", None), Err(Unchosen::NotUnderstood(_))));
}

#[test]
fn an_archive_cannot_give_the_drivers_own_names() {
    let name = "localhost/nomad-driver-podman/archive:sha256-0";
    let table = json!([{"Config": "a", "RepoTags": ["a:1", name]}]).to_string();
    assert_eq!(docker(table.as_bytes(), None), Err(Unchosen::Reserved(name.to_owned())));
    assert_eq!(docker(table.as_bytes(), Some("@0")), Err(Unchosen::Reserved(name.to_owned())));
    assert!(docker(table.as_bytes(), Some("a:1")).is_ok(), "the other name is left away");
    let table = oci_table(&[("sha256:a", Some(name))]);
    assert_eq!(oci(&table, None), Err(Unchosen::Reserved(name.to_owned())));
    let short = "nomad-driver-podman/archive:sha256-0";
    assert_eq!(oci(&oci_table(&[("sha256:a", Some(short))]), None), Err(Unchosen::Reserved(short.to_owned())));
}

#[test]
fn many_members_are_not_all_named() {
    let there = (0..30).map(|index| format!("@{index}")).collect();
    let text = Unchosen::Several(there).to_string();
    assert!(text.ends_with("@18, @19 and 10 more"), "{text}");
}
