package conformance

// The shapes that a config may have on its way: what every one of them means, and which are refused.

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	baseproto "github.com/hashicorp/nomad/plugins/base/proto"
	driverproto "github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"nomad-driver-podman/conformance/harness"
)

// shape is a value in msgpack, with its code chosen by hand.
type shape []byte

func code(code byte, width int, value uint64, rest ...byte) shape {
	bytes := make([]byte, 8)
	binary.BigEndian.PutUint64(bytes, value)
	return append(append(shape{code}, bytes[8-width:]...), rest...)
}

var absent = shape{0xc0}

func str8(text string) shape  { return code(0xd9, 1, uint64(len(text)), []byte(text)...) }
func str16(text string) shape { return code(0xda, 2, uint64(len(text)), []byte(text)...) }
func str32(text string) shape { return code(0xdb, 4, uint64(len(text)), []byte(text)...) }
func bin8(text string) shape  { return code(0xc4, 1, uint64(len(text)), []byte(text)...) }
func bin16(text string) shape { return code(0xc5, 2, uint64(len(text)), []byte(text)...) }
func bin(data []byte) shape   { return code(0xc6, 4, uint64(len(data)), data...) }

// str is the shortest form, with the code that older encoders use for bytes as well.
func str(text string) shape {
	if len(text) < 32 {
		return append(shape{0xa0 | byte(len(text))}, text...)
	}
	return str16(text)
}

func float64s(value float64) shape { return code(0xcb, 8, math.Float64bits(value)) }
func float32s(value float32) shape { return code(0xca, 4, uint64(math.Float32bits(value))) }

func list(items ...shape) shape {
	all := shape{0x90 | byte(len(items))}
	for _, item := range items {
		all = append(all, item...)
	}
	return all
}

func list16(items ...shape) shape {
	return append(code(0xdc, 2, uint64(len(items))), list(items...)[1:]...)
}

func entry(key string, value shape) shape { return append(str(key), value...) }

func msgpackMap(entries ...shape) shape {
	return append(shape{0x80 | byte(len(entries))}, list(entries...)[1:]...)
}

func map32(entries ...shape) shape {
	return append(code(0xdf, 4, uint64(len(entries))), list(entries...)[1:]...)
}

const (
	whole   = true
	refused = false
)

// Every shape of a task's config that a client of any age may send. No Podman is there: what could be read fails later.
func TestShapesOfATaskConfig(t *testing.T) {
	t.Parallel()
	connection := unreachable(t)
	for _, c := range []struct {
		name string
		want bool
		data shape
	}{
		{"all absent", whole, msgpackMap(entry("image", str("x")), entry("hostname", absent), entry("args", absent), entry("labels", absent), entry("pids_limit", absent), entry("tty", absent), entry("logging", absent), entry("entrypoint", absent))},
		{"all missing", whole, msgpackMap(entry("image", str("x")))},
		{"unknown keys of every kind", whole, msgpackMap(
			entry("image", str("x")), entry("a", list(shape{1}, absent)), entry("b", msgpackMap(entry("c", float64s(1.5)))),
			entry("d", code(0xc7, 1, 2, 5, 1, 2)), entry("e", shape{0xd4, 0, 0}), entry("f", bin([]byte{0xff})))},
		{"a map with a wide header", whole, map32(entry("image", str("x")))},
		{"keys as bytes", whole, append(shape{0x81}, append(bin8("image"), str("x")...)...)},
		{"text as str8", whole, image(str8("x"))},
		{"text as str16", whole, image(str16("x"))},
		{"text as str32", whole, image(str32("x"))},
		{"text as bin8", whole, image(bin8("x"))},
		{"text as bin16", whole, image(bin16("x"))},
		{"text as bin32", whole, image(bin([]byte("x")))},
		{"text as a number", refused, image(shape{5})},
		{"text as a switch", refused, image(shape{0xc3})},
		{"text as a list", refused, image(list(str("x")))},
		{"text as a map", refused, image(msgpackMap())},

		{"number in a fixint", whole, number(shape{5})},
		{"number in a negative fixint", whole, number(shape{0xff})},
		{"number in uint8", whole, number(code(0xcc, 1, 200))},
		{"number in uint16", whole, number(code(0xcd, 2, 5))},
		{"number in uint32", whole, number(code(0xce, 4, 5))},
		{"number in uint64", whole, number(code(0xcf, 8, 5))},
		{"number in int8", whole, number(code(0xd0, 1, 5))},
		{"number in int16", whole, number(code(0xd1, 2, 5))},
		{"number in int32", whole, number(code(0xd2, 4, 5))},
		{"number in int64", whole, number(code(0xd3, 8, 5))},
		{"number beyond its field", refused, number(code(0xcf, 8, math.MaxUint64))},
		{"number as float64", refused, number(float64s(1.5))},
		{"number as a whole float64", refused, number(float64s(3))},
		{"number as float32", refused, number(float32s(3))},
		{"number as text", refused, number(str("5"))},
		{"number as a decimal text", refused, number(str("0.1"))},
		{"number as a switch", refused, number(shape{0xc2})},
		{"number as a list", refused, number(list())},

		{"switch on", whole, option("tty", shape{0xc3})},
		{"switch off", whole, option("tty", shape{0xc2})},
		{"switch as text", refused, option("tty", str("true"))},
		{"switch as a list", refused, option("tty", list())},

		{"list", whole, option("args", list(str("a"), str8("b"), bin8("c")))},
		{"list with a wide header", whole, option("args", list16(str("a")))},
		{"list of nothing", whole, option("args", list())},
		{"list with a nil", whole, option("args", list(absent))},
		{"list as text", refused, option("args", str("a"))},
		{"list of numbers", refused, option("args", list(shape{1}))},

		{"map option as a list of one map", whole, option("labels", list(msgpackMap(entry("a", str("1")), entry("b", str("2")))))},
		{"map option as a list of maps", whole, option("labels", list(msgpackMap(entry("a", str("1"))), msgpackMap(), msgpackMap(entry("a", str("2")))))},
		{"map option as an empty list", whole, option("labels", list())},
		{"map option as a bare map", refused, option("labels", msgpackMap(entry("a", str("1"))))},
		{"map option as text", refused, option("labels", str("a"))},
		{"map option of numbers", whole, option("port_map", list(msgpackMap(entry("http", shape{80}))))},
		{"map option of numbers as text", refused, option("port_map", list(msgpackMap(entry("http", str("80")))))},

		{"any: text", whole, option("entrypoint", str("/bin/sh"))},
		{"any: list", whole, option("entrypoint", list(str("/bin/sh"), str("-c")))},
		{"any: absent", whole, option("entrypoint", absent)},
		{"block", whole, option("logging", msgpackMap(entry("driver", str("nomad")), entry("options", absent)))},
		{"block with a map option", whole, option("logging", msgpackMap(entry("options", list(msgpackMap(entry("tag", str("x")))))))},
		{"block as text", refused, option("logging", str("nomad"))},

		{"nothing at all", refused, shape{}},
		{"a map cut off", refused, shape{0x82, 0xa5, 'i', 'm', 'a', 'g', 'e'}},
		{"a length beyond the end", refused, shape{0xdf, 0xff, 0xff, 0xff, 0xff}},
		{"the code that nobody uses", refused, shape{0xc1}},
		{"deeper than anybody reads", refused, option("nested", append(shape(strings.Repeat("\x91", 200000)), 0xc0))},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := start(t, connection, c.data)
			must.Error(t, err)
			read := !strings.HasPrefix(status.Convert(err).Message(), "failed to decode driver config: ")
			must.Eq(t, c.want, read, must.Sprint(err))
			if !read {
				must.Eq(t, codes.Unknown, status.Code(err), must.Sprint(err))
			}
		})
	}
	harness.WantStatus(t, start(t, connection, nil), codes.Unknown, "failed to decode driver config: EOF")
}

func TestShapesOfAPluginConfig(t *testing.T) {
	t.Parallel()
	client := baseproto.NewBasePluginClient(harness.Start(t, harness.Options{}).Dial())
	socket := msgpackMap(entry("name", str("app")), entry("socket_path", str("unix:///nowhere/podman.sock")))
	for _, c := range []struct {
		name string
		want bool
		data shape
	}{
		{"nothing at all", whole, nil},
		{"nil", whole, absent},
		{"an empty map", whole, msgpackMap()},
		{"all absent", whole, msgpackMap(entry("socket", absent), entry("socket_path", absent), entry("volumes", absent), entry("gc", absent), entry("logging", absent), entry("extra_labels", absent))},
		{"unknown keys", whole, msgpackMap(entry("nobody_knows_this", list(shape{1})))},
		{"text as bytes", whole, msgpackMap(entry("socket_path", bin8("unix:///nowhere/podman.sock")))},
		{"blocks", whole, msgpackMap(entry("socket", list(socket)), entry("gc", msgpackMap(entry("container", shape{0xc2}))), entry("volumes", msgpackMap(entry("enabled", shape{0xc3}))))},
		{"a block with absent members", whole, msgpackMap(entry("volumes", msgpackMap(entry("enabled", absent), entry("selinuxlabel", absent))))},
		{"free keys as a bare map", whole, msgpackMap(entry("logging", msgpackMap(entry("driver", str("nomad")), entry("options", msgpackMap(entry("tag", str("x")))))))},
		{"text as a number", refused, msgpackMap(entry("socket_path", shape{7}))},
		{"switch as text", refused, msgpackMap(entry("gc", msgpackMap(entry("container", str("no")))))},
		{"blocks as a map", refused, msgpackMap(entry("socket", socket))},
		{"cut off", refused, shape{0x82, 0xa5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := client.SetConfig(harness.Context(t), &baseproto.SetConfigRequest{MsgpackConfig: c.data})
			must.Eq(t, c.want, err == nil, must.Sprint(err))
			if err != nil {
				must.Eq(t, codes.Unknown, status.Code(err))
				must.StrHasPrefix(t, "SetConfig failed: ", status.Convert(err).Message())
			}
		})
	}
}

func option(name string, value shape) shape {
	return msgpackMap(entry("image", str("localhost/x")), entry(name, value))
}

func image(value shape) shape  { return msgpackMap(entry("image", value)) }
func number(value shape) shape { return option("pids_limit", value) }

// unreachable is a plugin whose Podman is not there.
func unreachable(t *testing.T) *grpc.ClientConn {
	t.Helper()
	connection := harness.Start(t, harness.Options{}).Dial()
	_, err := baseproto.NewBasePluginClient(connection).SetConfig(harness.Context(t), &baseproto.SetConfigRequest{
		MsgpackConfig: msgpackMap(entry("socket_path", str("unix:///nowhere/podman.sock"))),
	})
	must.NoError(t, err)
	return connection
}

func start(t *testing.T, connection *grpc.ClientConn, config []byte) error {
	t.Helper()
	_, err := driverproto.NewDriverClient(connection).StartTask(harness.Context(t), &driverproto.StartTaskRequest{
		Task: &driverproto.TaskConfig{
			Id: "alloc/task/1", Name: "task", AllocId: "alloc", AllocDir: t.TempDir(), MsgpackDriverConfig: config,
			Resources: &driverproto.Resources{
				AllocatedResources: &driverproto.AllocatedTaskResources{
					Cpu:    &driverproto.AllocatedCpuResources{CpuShares: 100},
					Memory: &driverproto.AllocatedMemoryResources{MemoryMb: 64},
				},
				LinuxResources: &driverproto.LinuxResources{CpuShares: 100, MemoryLimitBytes: 64 << 20},
			},
		},
	})
	return err
}
