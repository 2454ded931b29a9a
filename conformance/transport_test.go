package conformance

// HTTP/2 as a Nomad client speaks it, and as it never would.

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	baseproto "github.com/hashicorp/nomad/plugins/base/proto"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"nomad-driver-podman/conformance/harness"
)

// frames is a connection whose frames are made and read one by one.
type frames struct {
	*http2.Framer
	net.Conn
	t       *testing.T
	encoded bytes.Buffer
	encoder *hpack.Encoder
}

// speak opens a connection as grpc-go does: the preface, and settings without any.
func speak(t *testing.T, p *harness.Process) *frames {
	t.Helper()
	connection := p.Connect()
	must.NoError(t, connection.SetDeadline(time.Now().Add(harness.Patience)))
	_, err := connection.Write([]byte(http2.ClientPreface))
	must.NoError(t, err)
	f := &frames{Framer: http2.NewFramer(connection, connection), Conn: connection, t: t}
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	f.encoder = hpack.NewEncoder(&f.encoded)
	must.NoError(t, f.WriteSettings())
	return f
}

// call sends a whole call of a method that takes a message of nothing.
func (f *frames) call(stream uint32, method string) {
	f.t.Helper()
	f.encoded.Reset()
	for _, field := range []hpack.HeaderField{
		{Name: ":method", Value: "POST"},
		{Name: ":scheme", Value: "http"},
		{Name: ":path", Value: method},
		{Name: ":authority", Value: "unused"},
		{Name: "content-type", Value: "application/grpc"},
		{Name: "te", Value: "trailers"},
	} {
		must.NoError(f.t, f.encoder.WriteField(field))
	}
	header := http2.HeadersFrameParam{StreamID: stream, BlockFragment: f.encoded.Bytes(), EndHeaders: true}
	must.NoError(f.t, f.WriteHeaders(header))
	must.NoError(f.t, f.WriteData(stream, true, make([]byte, 5)))
}

// until reads frames until one is what the test waits for.
func (f *frames) until(what string, is func(http2.Frame) bool) http2.Frame {
	f.t.Helper()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			f.t.Fatalf("waiting for %s: %v", what, err)
		}
		if away, is := frame.(*http2.GoAwayFrame); is {
			f.t.Fatalf("waiting for %s: the server goes away: %v", what, away)
		}
		if is(frame) {
			return frame
		}
	}
}

func TestPlainHTTP2WithPriorKnowledge(t *testing.T) {
	t.Parallel()
	f := speak(t, harness.Start(t, harness.Options{}))
	f.call(1, harness.Base+"PluginInfo")

	headers := f.until("headers", isHeaders).(*http2.MetaHeadersFrame)
	fields := map[string]string{}
	for _, field := range headers.Fields {
		fields[field.Name] = field.Value
	}
	must.Eq(t, "200", fields[":status"])
	must.Eq(t, "application/grpc", fields["content-type"])
	must.MapNotContainsKey(t, fields, "grpc-encoding")

	data := f.until("data", func(frame http2.Frame) bool { _, is := frame.(*http2.DataFrame); return is }).(*http2.DataFrame)
	must.Eq(t, 0, data.Data()[0], must.Sprint("no message is compressed"))

	trailers := f.until("trailers", isHeaders).(*http2.MetaHeadersFrame)
	must.SliceContains(t, trailers.Fields, hpack.HeaderField{Name: "grpc-status", Value: "0"})
	must.True(t, trailers.StreamEnded())
}

func isHeaders(frame http2.Frame) bool { _, is := frame.(*http2.MetaHeadersFrame); return is }

// Nobody is told to compress: a client that offers it gets plain messages all the same.
func TestAnOfferToCompressIsNotTaken(t *testing.T) {
	t.Parallel()
	f := speak(t, harness.Start(t, harness.Options{}))
	must.NoError(t, f.encoder.WriteField(hpack.HeaderField{Name: "grpc-accept-encoding", Value: "gzip,deflate,zstd"}))
	offer := append([]byte{}, f.encoded.Bytes()...)
	f.encoded.Reset()
	for _, field := range [][2]string{
		{":method", "POST"}, {":scheme", "http"}, {":path", harness.Driver + "TaskConfigSchema"}, {":authority", "unused"},
		{"content-type", "application/grpc"}, {"te", "trailers"},
	} {
		must.NoError(t, f.encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}))
	}
	block := append(f.encoded.Bytes(), offer...)
	must.NoError(t, f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block, EndHeaders: true}))
	must.NoError(t, f.WriteData(1, true, make([]byte, 5)))
	headers := f.until("headers", isHeaders).(*http2.MetaHeadersFrame)
	for _, field := range headers.Fields {
		must.NotEq(t, "grpc-encoding", field.Name)
	}
}

func TestSettingsLimitNoStreams(t *testing.T) {
	t.Parallel()
	f := speak(t, harness.Start(t, harness.Options{}))
	settings := f.until("settings", func(frame http2.Frame) bool {
		settings, is := frame.(*http2.SettingsFrame)
		return is && !settings.IsAck()
	}).(*http2.SettingsFrame)
	if limit, has := settings.Value(http2.SettingMaxConcurrentStreams); has {
		must.GreaterEq(t, 1<<20, limit)
	}
}

// A task holds two or three calls open for its whole life, so 500 tasks hold more than a thousand.
func TestManyOpenStreams(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	connection := p.Dial()
	ctx := harness.Context(t)
	for number := range 1100 {
		method := []string{harness.StreamStdio, harness.Driver + "TaskEvents"}[number%2]
		_, err := harness.Subscribe(ctx, connection, method)
		must.NoError(t, err, must.Sprintf("stream %d", number))
	}
	pluginInfo(t, connection)
	pluginInfo(t, p.Dial())
}

func TestPingsAreAnsweredAndNeverTooMany(t *testing.T) {
	t.Parallel()
	f := speak(t, harness.Start(t, harness.Options{}))
	for number := range byte(50) {
		data := [8]byte{number}
		must.NoError(t, f.WritePing(false, data))
		f.until("the answer to a ping", func(frame http2.Frame) bool {
			ping, is := frame.(*http2.PingFrame)
			return is && ping.IsAck() && ping.Data == data
		})
	}
	f.call(1, harness.Base+"PluginInfo")
	f.until("headers", isHeaders)
}

// An agent that was started again looks whether the plugin lives by opening a connection and closing it.
func TestConnectionsThatSayNothing(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	connection := p.Dial()
	pluginInfo(t, connection)
	for range 100 {
		must.NoError(t, p.Connect().Close())
	}
	silent := p.Connect()
	pluginInfo(t, connection)
	pluginInfo(t, p.Dial())
	must.NoError(t, silent.Close())
}

func TestConnectionsThatSayNonsense(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	for name, nonsense := range map[string]string{
		"half a preface":      http2.ClientPreface[:10],
		"HTTP/1":              "GET / HTTP/1.1\r\nHost: unused\r\n\r\n",
		"TLS":                 "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"a preface, then not": http2.ClientPreface + strings.Repeat("\xff", 100),
	} {
		connection := p.Connect()
		_, err := connection.Write([]byte(nonsense))
		must.NoError(t, err, must.Sprint(name))
		must.NoError(t, connection.Close())
	}
	pluginInfo(t, p.Dial())
}

func TestSeveralConnectionsAtOnce(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	var all sync.WaitGroup
	for range 20 {
		connection := p.Dial()
		all.Go(func() {
			for range 20 {
				info, err := baseproto.NewBasePluginClient(connection).PluginInfo(harness.Context(t), &baseproto.PluginInfoRequest{})
				if err != nil || info.Name != "podman" {
					t.Errorf("%v, %v", info, err)
				}
			}
		})
	}
	all.Wait()
}

func TestSizeOfMessages(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	connection := p.Dial()
	client := baseproto.NewBasePluginClient(connection)
	send := func(size int) error {
		// A key that nobody knows is passed over, whatever its size.
		config := msgpackMap(entry("nobody_knows_this", bin(bytes.Repeat([]byte{7}, size))))
		_, err := client.SetConfig(harness.Context(t), &baseproto.SetConfigRequest{
			MsgpackConfig: config, PluginApiVersion: drivers.ApiVersion010,
		})
		return err
	}
	must.NoError(t, send(4<<20-200), must.Sprint("the Go plugin takes up to 4 MiB"))
	if err := send(16 << 20); err != nil {
		// tonic says OUT_OF_RANGE where grpc-go says RESOURCE_EXHAUSTED.
		must.SliceContains(t, []codes.Code{codes.OutOfRange, codes.ResourceExhausted}, status.Code(err))
	}
	pluginInfo(t, connection)
}

// Whoever cancels a call gets everything back that it held.
func TestCancelledCallsLeaveNothing(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	connection := p.Dial()
	pluginInfo(t, connection)
	before := descriptors(t, p)
	for range 20 {
		openAndCancel(t, connection, 100)
	}
	pluginInfo(t, connection)
	harness.Eventually(t, harness.Patience, "as many open files as before", func() error {
		if now := descriptors(t, p); now > before+2 {
			return fmt.Errorf("%d open files, before %d", now, before)
		}
		return nil
	})
}

// An agent that has much to ask while the plugin has no processor keeps its connection, and all calls on it.
func TestRequestsThatWaitCostNobodyTheConnection(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	var dialed atomic.Int32
	connection := p.Dial(grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
		dialed.Add(1)
		return net.Dial("unix", p.Socket())
	}))
	pluginInfo(t, connection)
	must.NoError(t, p.Command.Process.Signal(syscall.SIGSTOP))
	openAndCancel(t, connection, 2000)
	must.NoError(t, p.Command.Process.Signal(syscall.SIGCONT))
	pluginInfo(t, connection)
	must.EqOp(t, 1, dialed.Load())
}

func openAndCancel(t *testing.T, connection *grpc.ClientConn, streams int) {
	t.Helper()
	ctx, cancel := withCancel(t)
	defer cancel()
	for range streams {
		for _, method := range []string{harness.StreamStdio, harness.Driver + "TaskEvents", harness.Driver + "Fingerprint"} {
			_, err := harness.Subscribe(ctx, connection, method)
			must.NoError(t, err)
		}
	}
}

func descriptors(t *testing.T, p *harness.Process) int {
	t.Helper()
	return len(openFiles(t, p.Command.Process.Pid))
}

func openFiles(t *testing.T, pid int) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	must.NoError(t, err)
	return list
}
