//! A new version of a job that asks nothing new of the tasks which run.

use crate::cluster::Cluster;
use crate::jobs::{Job, LAST, lines};

pub fn an_update_in_place(cluster: &Cluster<'_>) {
    let shell = format!("{}; echo {LAST}; exec sleep 600", lines(50));
    let version = |tag: &str, count: u32| {
        let service = format!(
            "count = {count}\n service {{\n name = \"updated\"\n provider = \"nomad\"\n tags = [\"{tag}\"]\n }}"
        );
        Job::service("updated").group(&service).task("web", &shell)
    };
    let first = cluster.run(&version("one", 1));
    let before = first.running("web");

    cluster.submit(&version("two", 2));
    let both = cluster.allocations("updated", 2);
    first.wait("has the new version of the job", |allocation| {
        (allocation["Job"]["Version"] == 1).then_some(())
    });
    let second = both.iter().find(|one| one.id != first.id).expect("a second allocation beside the first");
    assert!(both.iter().any(|one| one.id == first.id), "the first one stays");
    second.running("web");
    let tags = "the service has its new tag";
    cluster.api.wait(tags, "/v1/service/updated", |all| {
        all.as_array()?
            .iter()
            .any(|one| one["AllocID"] == first.id.as_str() && one["Tags"][0] == "two")
            .then_some(())
    });

    assert_eq!(first.container("web"), before, "{}", first.story("web"));
    first.said_all("web", 50, 1);
    second.said_all("web", 50, 1);
    cluster.purge("updated");
}
