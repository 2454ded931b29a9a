package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process uses at a moment.
type Usage struct {
	// Resident is its resident memory in bytes; Anonymous is the part that is neither its file nor a library.
	Resident, Anonymous int64
	// Threads and Descriptors are how many it has.
	Threads, Descriptors int
	// CPU is the processor's time so far, of all its threads.
	CPU time.Duration
}

// tick is the unit of times in /proc: a hundredth of a second on every Linux that there is.
const tick = 10 * time.Millisecond

// UsageOf reads it from /proc.
func UsageOf(pid int) (Usage, error) {
	var u Usage
	folder := fmt.Sprintf("/proc/%d/", pid)
	status, err := os.ReadFile(folder + "status")
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		number, _ := strconv.ParseInt(words[1], 10, 64)
		switch words[0] {
		case "VmRSS:":
			u.Resident = number << 10
		case "RssAnon:":
			u.Anonymous = number << 10
		case "Threads:":
			u.Threads = int(number)
		}
	}
	files, err := os.ReadDir(folder + "fd")
	if err != nil {
		return u, err
	}
	u.Descriptors = len(files)
	u.CPU, err = processor(folder, 11, 12)
	return u, err
}

// CPUWithNamespace is the processor's time so far of all processes that share a process's mount namespace, and of their
// children that have ended: a service of Podman with those who look after its containers, without the containers.
func CPUWithNamespace(pid int) (time.Duration, error) {
	namespace, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/mnt", pid))
	if err != nil {
		return 0, err
	}
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	total, found := time.Duration(0), false
	for _, folder := range folders {
		// One that ended meanwhile counts with its parent.
		if other, err := os.Readlink(folder + "/ns/mnt"); err != nil || other != namespace {
			continue
		}
		if used, err := processor(folder+"/", 11, 12, 13, 14); err == nil {
			total, found = total+used, true
		}
	}
	if !found {
		return 0, fmt.Errorf("no process of %d's mount namespace is seen", pid)
	}
	return total, nil
}

// processor adds up columns of a process's stat, counted from 0 after the name, which may have anything in it.
func processor(folder string, columns ...int) (time.Duration, error) {
	text, err := os.ReadFile(folder + "stat")
	if err != nil {
		return 0, err
	}
	words := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	total := time.Duration(0)
	for _, column := range columns {
		if column >= len(words) {
			return 0, fmt.Errorf("%sstat has only %d columns", folder, len(words))
		}
		ticks, err := strconv.ParseInt(words[column], 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(ticks) * tick
	}
	return total, nil
}
