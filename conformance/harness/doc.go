// Package harness launches the plugin's binary for tests, in two ways: as a Nomad client does, with Nomad's own
// packages (Launch, Reattach), and bare, with nothing between the test and the process (Start), for what a well-behaved
// client never does. It brings configs into the form in which they travel, and serves real Podmans.
package harness
