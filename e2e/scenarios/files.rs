//! What Nomad puts into a task's folders before it starts.

use crate::cluster::Cluster;
use crate::jobs::{Job, LAST};

pub fn templates_and_secrets_are_in_the_container(cluster: &Cluster<'_>) {
    let templates = r#"
      template {
        data        = "hello from {{ env \"NOMAD_TASK_NAME\" }}"
        destination = "local/greeting"
      }
      template {
        data        = "WORD=hidden"
        destination = "secrets/words"
        env         = true
      }
    "#;
    let shell = format!(
        "cat /local/greeting; echo; cat /secrets/words; echo; echo env $WORD; grep ' /secrets ' /proc/mounts; \
         echo written by web >/alloc/data/note; echo {LAST}; exec sleep 600"
    );
    let allocation = cluster.run(&Job::service("files").task_with("web", &shell, "", templates));
    let before = allocation.running("web");
    let said = allocation.said_until("web", |line| line == LAST);
    for expected in ["hello from web", "WORD=hidden", "env hidden"] {
        assert!(said.iter().any(|line| line == expected), "{expected}: {said:?}");
    }
    assert!(said.iter().any(|line| line.contains(" /secrets tmpfs ")), "the secrets lie in memory: {said:?}");

    // The shared folder is the same for the agent and for the container.
    let path = format!("/v1/client/fs/cat/{}?path=alloc/data/note", allocation.id);
    let mut note = String::new();
    std::io::Read::read_to_string(&mut cluster.api.send("GET", &path, None).unwrap().body, &mut note)
        .unwrap();
    assert_eq!(note, "written by web\n");

    assert_eq!(allocation.container("web"), before);
    allocation.purge();
}
