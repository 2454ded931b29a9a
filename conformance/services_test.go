package conformance

// The services that go-plugin brings, and the base plugin before and after it is configured.

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/nomad/helper/pluginutils/loader"
	"github.com/hashicorp/nomad/nomad/structs/config"
	"github.com/hashicorp/nomad/plugins/base"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/hashicorp/nomad/plugins/drivers/fsisolation"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	health "google.golang.org/grpc/health/grpc_health_v1"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"

	"github.com/hashicorp/go-hclog"
	"nomad-driver-podman/conformance/harness"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	client := health.NewHealthClient(p.Dial())
	ctx := harness.Context(t)
	for _, service := range []string{"plugin", ""} {
		answer, err := client.Check(ctx, &health.HealthCheckRequest{Service: service})
		must.NoError(t, err)
		must.Eq(t, health.HealthCheckResponse_SERVING, answer.Status)
	}
	_, err := client.Check(ctx, &health.HealthCheckRequest{Service: "nobody"})
	harness.WantStatus(t, err, codes.NotFound, "unknown service")

	for service, want := range map[string]health.HealthCheckResponse_ServingStatus{
		"plugin": health.HealthCheckResponse_SERVING,
		"":       health.HealthCheckResponse_SERVING,
		"nobody": health.HealthCheckResponse_SERVICE_UNKNOWN,
	} {
		watching, cancel := withCancel(t)
		stream, err := client.Watch(watching, &health.HealthCheckRequest{Service: service})
		must.NoError(t, err)
		answer, err := stream.Recv()
		must.NoError(t, err)
		must.Eq(t, want, answer.Status)
		ended := make(chan error, 1)
		go func() {
			_, err := stream.Recv()
			ended <- err
		}()
		select {
		case err := <-ended:
			t.Errorf("the watch of %q ends by itself: %v", service, err)
		case <-time.After(200 * time.Millisecond):
		}
		cancel()
		must.Eq(t, codes.Canceled, status.Code(within(t, harness.Patience, "the end of a watch", ended)))
	}
}

// Both are opened on every connection, stay open, and never say a thing.
func TestStdioAndBrokerStayOpenAndSilent(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	spoke := make(chan error, 10)
	ctx, cancel := withCancel(t)
	listen := func(stream grpc.ClientStream) {
		var message []byte
		spoke <- stream.RecvMsg(&message)
	}
	for range 2 {
		connection := p.Dial()
		stdio, err := harness.Subscribe(ctx, connection, harness.StreamStdio)
		must.NoError(t, err)
		broker, err := harness.Open(ctx, connection, harness.StartStream)
		must.NoError(t, err)
		// A connection's offer, as a host that uses brokered connections makes one: service 7 on a Unix socket.
		must.NoError(t, broker.SendMsg([]byte{0x08, 7, 0x12, 4, 'u', 'n', 'i', 'x', 0x1a, 2, '/', 'x'}))
		go listen(stdio)
		go listen(broker)
		pluginInfo(t, connection)
	}
	select {
	case err := <-spoke:
		t.Fatalf("a stream spoke or ended: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	cancel()
	for range 4 {
		must.Eq(t, codes.Canceled, status.Code(within(t, harness.Patience, "the end of a stream", spoke)))
	}
}

func TestBrokerEndsWithItsClient(t *testing.T) {
	t.Parallel()
	stream, err := harness.Open(harness.Context(t), harness.Start(t, harness.Options{}).Dial(), harness.StartStream)
	must.NoError(t, err)
	must.NoError(t, stream.CloseSend())
	var message []byte
	must.ErrorContains(t, stream.RecvMsg(&message), "EOF")
}

func TestReflectionListsAllServices(t *testing.T) {
	t.Parallel()
	want := []string{
		"grpc.health.v1.Health",
		"grpc.reflection.v1.ServerReflection",
		"grpc.reflection.v1alpha.ServerReflection",
		"hashicorp.nomad.plugins.base.proto.BasePlugin",
		"hashicorp.nomad.plugins.drivers.proto.Driver",
		"plugin.GRPCBroker",
		"plugin.GRPCController",
		"plugin.GRPCStdio",
	}
	connection := harness.Start(t, harness.Options{}).Dial()

	stream, err := reflection.NewServerReflectionClient(connection).ServerReflectionInfo(harness.Context(t))
	must.NoError(t, err)
	must.NoError(t, stream.Send(&reflection.ServerReflectionRequest{
		MessageRequest: &reflection.ServerReflectionRequest_ListServices{},
	}))
	answer, err := stream.Recv()
	must.NoError(t, err)
	var names []string
	for _, service := range answer.GetListServicesResponse().GetService() {
		names = append(names, service.Name)
	}
	must.SliceContainsAll(t, want, names)

	alpha, err := reflectionalpha.NewServerReflectionClient(connection).ServerReflectionInfo(harness.Context(t))
	must.NoError(t, err)
	must.NoError(t, alpha.Send(&reflectionalpha.ServerReflectionRequest{
		MessageRequest: &reflectionalpha.ServerReflectionRequest_ListServices{},
	}))
	old, err := alpha.Recv()
	must.NoError(t, err)
	names = nil
	for _, service := range old.GetListServicesResponse().GetService() {
		names = append(names, service.Name)
	}
	must.SliceContainsAll(t, want, names)

	// grpcurl asks for the file of a service before it calls it.
	for _, service := range want[3:] {
		must.NoError(t, stream.Send(&reflection.ServerReflectionRequest{
			MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: service},
		}))
		answer, err := stream.Recv()
		must.NoError(t, err)
		must.Positive(t, len(answer.GetFileDescriptorResponse().GetFileDescriptorProto()), must.Sprint(service))
	}
}

func TestWhatWorksBeforeSetConfig(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	info, err := host.PluginInfo()
	must.NoError(t, err)
	must.Eq(t, base.PluginTypeDriver, info.Type)
	must.Eq(t, "podman", info.Name)
	must.Eq(t, []string{drivers.ApiVersion010}, info.PluginApiVersions)
	_, err = version.NewVersion(info.PluginVersion)
	must.NoError(t, err)

	for range 2 {
		schema, err := host.ConfigSchema()
		must.NoError(t, err)
		must.NotNil(t, schema)
		schema, err = host.TaskConfigSchema()
		must.NoError(t, err)
		must.NotNil(t, schema)
	}

	capabilities, err := host.Capabilities()
	must.NoError(t, err)
	must.Eq(t, &drivers.Capabilities{
		SendSignals: true,
		Exec:        true,
		FSIsolation: fsisolation.Image,
		NetIsolationModes: []drivers.NetIsolationMode{
			drivers.NetIsolationModeGroup, drivers.NetIsolationModeHost, drivers.NetIsolationModeTask,
		},
	}, capabilities)
}

func TestSetConfigAgainAndWithoutTheAgent(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	schema, err := host.ConfigSchema()
	must.NoError(t, err)
	config := harness.Encode(t, harness.Decode(t, schema, map[string]any{"socket_path": "unix:///nowhere/podman.sock"}))
	for _, agent := range []*base.AgentConfig{nil, nil, {}, {Driver: &base.ClientDriverConfig{}}, harness.AgentConfig(), nil} {
		must.NoError(t, host.SetConfig(&base.Config{PluginConfig: config, AgentConfig: agent, ApiVersion: drivers.ApiVersion010}))
	}
	must.NoError(t, host.SetConfig(&base.Config{}), must.Sprint("no config is all defaults"))
}

// The later config replaces the earlier one whole.
func TestSetConfigReplaces(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket": []any{
		map[string]any{"name": "first", "socket_path": "unix:///nowhere/first.sock"},
		map[string]any{"name": "second", "socket_path": "unix:///nowhere/second.sock"},
	}})
	host.Configure(t, map[string]any{"socket": []any{
		map[string]any{"name": "third", "socket_path": "unix:///nowhere/third.sock"},
		map[string]any{"name": "fourth", "socket_path": "unix:///nowhere/fourth.sock"},
	}})
	fingerprint := firstFingerprint(t, host)
	must.MapNotContainsKey(t, fingerprint.Attributes, "driver.podman.second.health")
	must.MapContainsKey(t, fingerprint.Attributes, "driver.podman.fourth.health")
}

func TestSetConfigSaysWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	err := host.TryConfigure(t, map[string]any{"socket": []any{
		map[string]any{"name": "default", "socket_path": "unix:///nowhere/first.sock"},
		map[string]any{"name": "other", "socket_path": "nonsense"},
	}})
	must.Error(t, err)
	must.Eq(t, codes.Unknown, status.Code(err))
	must.StrHasPrefix(t, "SetConfig failed: ", status.Convert(err).Message())
	must.StrContains(t, err.Error(), "socket[1].socket_path")
	err = host.TryConfigure(t, map[string]any{
		"socket":      []any{map[string]any{"name": "default", "socket_path": "unix:///nowhere/first.sock"}},
		"socket_path": "unix:///nowhere/second.sock",
	})
	must.ErrorContains(t, err, "error: can't define socket blocks and socket_path, they're mutually exclusive.")
	// And the plugin goes on.
	host.Configure(t, map[string]any{})
}

func TestInitAndDriverShutdownAnswerWithNothing(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	connection := p.Dial()
	for _, method := range []string{"Init", "Shutdown", "Init"} {
		start := time.Now()
		answer, err := harness.Call(harness.Context(t), connection, harness.Driver+method, nil)
		must.NoError(t, err, must.Sprint(method))
		must.SliceEmpty(t, answer)
		must.Less(t, time.Second, time.Since(start))
	}
	pluginInfo(t, connection)
	must.True(t, p.Running(), must.Sprint("the driver's Shutdown is a notice only"))
}

func TestNetworksAreNotMadeByThisDriver(t *testing.T) {
	t.Parallel()
	connection := harness.Start(t, harness.Options{}).Dial()
	for _, method := range []string{"CreateNetwork", "DestroyNetwork"} {
		_, err := harness.Call(harness.Context(t), connection, harness.Driver+method, nil)
		must.Eq(t, codes.Unimplemented, status.Code(err), must.Sprint(method))
	}
}

func TestAMethodThatNobodyHas(t *testing.T) {
	t.Parallel()
	connection := harness.Start(t, harness.Options{}).Dial()
	for _, method := range []string{harness.Driver + "Nothing", harness.Base + "Nothing", "/nobody.Nothing/Nothing"} {
		_, err := harness.Call(harness.Context(t), connection, method, nil)
		must.Eq(t, codes.Unimplemented, status.Code(err), must.Sprint(method))
	}
	pluginInfo(t, connection)
}

// Nomad's own loader does what an agent does at its start: a scan of the folder, and a trial of the config.
func TestTheScanOfAnAgent(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	must.NoError(t, os.Symlink(harness.Binary(t), filepath.Join(folder, harness.BinaryName)))
	found, err := loader.NewPluginLoader(&loader.PluginLoaderConfig{
		Logger:            hclog.NewNullLogger(),
		PluginDir:         folder,
		SupportedVersions: map[string][]string{base.PluginTypeDriver: {drivers.ApiVersion010}},
		Configs: []*config.PluginConfig{{
			Name:   harness.BinaryName,
			Args:   []string{"--some", "argument"},
			Config: map[string]any{"socket_path": "unix:///nowhere/podman.sock", "gc": []map[string]any{{"container": false}}},
		}},
	})
	must.NoError(t, err)
	catalog := found.Catalog()[base.PluginTypeDriver]
	must.Len(t, 1, catalog)
	must.Eq(t, "podman", catalog[0].Name)

	instance, err := found.Dispense("podman", base.PluginTypeDriver, harness.AgentConfig(), hclog.NewNullLogger())
	must.NoError(t, err)
	defer instance.Kill()
	_, err = instance.Plugin().(drivers.DriverPlugin).Capabilities()
	must.NoError(t, err)
}

func firstFingerprint(t *testing.T, host *harness.Host) *drivers.Fingerprint {
	t.Helper()
	ctx, cancel := withCancel(t)
	defer cancel()
	stream, err := host.Fingerprint(ctx)
	must.NoError(t, err)
	fingerprint := within(t, harness.Patience, "the first fingerprint", stream)
	must.NoError(t, fingerprint.Err)
	return fingerprint
}
