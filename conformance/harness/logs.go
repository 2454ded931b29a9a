package harness

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
)

// Record is one record as the host's logger got it.
type Record struct {
	Logger  string
	Level   hclog.Level
	Message string
	Args    map[string]any
}

// FromPlugin tells a record that the plugin wrote from go-plugin's own.
func (r Record) FromPlugin() bool {
	return strings.HasSuffix(r.Logger, BinaryName) || strings.HasSuffix(r.Logger, hider)
}

// Structured tells whether the host could read the line as one of hclog's: it adds the plugin's own time then.
func (r Record) Structured() bool { _, has := r.Args["timestamp"]; return has }

// Logs are all records of a host. They are shown when the test fails.
type Logs struct {
	lock    sync.Mutex
	records []Record
}

func newLogs(t testing.TB) *Logs {
	logs := &Logs{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the host's log:\n%s", logs)
		}
	})
	return logs
}

// Accept takes a record; it makes Logs a sink of hclog's.
func (l *Logs) Accept(name string, level hclog.Level, message string, args ...any) {
	record := Record{Logger: name, Level: level, Message: message, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		record.Args[fmt.Sprint(args[i])] = args[i+1]
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	l.records = append(l.records, record)
}

// FromPlugin are the records that the plugin wrote so far.
func (l *Logs) FromPlugin() []Record {
	l.lock.Lock()
	defer l.lock.Unlock()
	var found []Record
	for _, record := range l.records {
		if record.FromPlugin() {
			found = append(found, record)
		}
	}
	return found
}

// String shows all records, a line each.
func (l *Logs) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	var text strings.Builder
	for _, record := range l.records {
		fmt.Fprintf(&text, "%-5s %s: %s %v\n", record.Level, record.Logger, record.Message, record.Args)
	}
	return text.String()
}
